#include "net/url.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>

namespace ripcord {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// `"place target"`, or the failure's message.
std::string parsed(std::string_view text) {
  const auto url = net::parse_http_url(text);
  if (url) return to_string(url->place) + " " + url->target;
  EXPECT_EQ(url.error().fault, Fault::malformed);
  return url.error().message;
}

TEST(HttpUrl, HasAHostAPortAndATarget) {
  EXPECT_EQ(parsed("http://localhost:8000/health/v2/ready"), "localhost:8000 /health/v2/ready");
  EXPECT_EQ(parsed("http://10.0.0.7:1/a?b=c&d"), "10.0.0.7:1 /a?b=c&d");
  EXPECT_EQ(parsed("HTTP://Example.org/x"), "Example.org:80 /x");
}

TEST(HttpUrl, FillsInWhatIsLeftOut) {
  EXPECT_EQ(parsed("http://a"), "a:80 /");
  EXPECT_EQ(parsed("http://a?b"), "a:80 /?b");
  EXPECT_EQ(parsed("http://a:"), "a:80 /");
}

TEST(HttpUrl, TakesIpv6InBrackets) {
  EXPECT_EQ(parsed("http://[::1]:8000/x"), "[::1]:8000 /x");
  EXPECT_EQ(net::parse_http_url("http://[::1]:8000/x")->place.host, "::1");
}

TEST(HttpUrl, KeepsPercentEncodingAsItIs) {
  EXPECT_EQ(parsed("http://a/%20b%2Fc?d=%0D%0A"), "a:80 /%20b%2Fc?d=%0D%0A");
}

TEST(HttpUrl, TakesAUnixSocket) {
  EXPECT_EQ(parsed("unix:/run/app.sock"), "unix:/run/app.sock /");
  EXPECT_EQ(parsed("unix:/run/app.sock:/ready?x"), "unix:/run/app.sock /ready?x");
  EXPECT_EQ(parsed("unix:/run/a:b.sock:/c:d"), "unix:/run/a:b.sock /c:d");
}

TEST(HttpUrl, KnowsWhatIsSecured) {
  EXPECT_EQ(parsed("https://a/x"), "a:443 /x");
  EXPECT_EQ(parsed("https://a:8443"), "a:8443 /");
  EXPECT_TRUE(net::parse_http_url("https://a/")->place.tls);
  EXPECT_FALSE(net::parse_http_url("http://a:443/")->place.tls);
}

TEST(HttpUrl, NeedsItsScheme) {
  for (const char* text : {"localhost:8000/x", "ftp://a/", "http:/a", "file:///etc/passwd"}) {
    EXPECT_THAT(parsed(text), HasSubstr("must begin with http://, https:// or unix:/")) << text;
  }
}

TEST(HttpUrl, TakesNoUserAndNoFragment) {
  EXPECT_THAT(parsed("http://ana:secret@a/"), HasSubstr("user name"));
  EXPECT_THAT(parsed("http://a/#top"), HasSubstr("fragment"));
}

TEST(HttpUrl, NeedsAPortThatExists) {
  for (const char* text : {"http://a:0/", "http://a:65536/", "http://a:99999999999/"}) {
    EXPECT_THAT(parsed(text), HasSubstr("port outside 1 to 65535")) << text;
  }
  EXPECT_EQ(parsed("http://a:65535/"), "a:65535 /");
}

TEST(HttpUrl, NeedsAHostThatCouldBeLookedUp) {
  for (const char* text : {"http://", "http:///x", "http://:80/", "http://a%00b/", "http://a%2Fb/",
                           "http://a!b/", "http://[v1.x]/"}) {
    EXPECT_THAT(parsed(text), HasSubstr("host")) << text;
  }
}

TEST(HttpUrl, RefusesWhatIsNoUrl) {
  for (const char* text : {"", "/health", "http://a b/", "http://a/\r\nX: y", "http://[::1/",
                           "http://a/%zz", "http://a:80x/", "http://ä/"}) {
    EXPECT_THAT(parsed(text), HasSubstr("is not a URL")) << text;
  }
}

TEST(HttpUrl, RefusesWhatIsNoUnixSocket) {
  EXPECT_THAT(parsed("unix:app.sock"), HasSubstr("absolute path"));
  EXPECT_THAT(parsed("unix:"), HasSubstr("absolute path"));
  EXPECT_THAT(parsed("unix:/" + std::string(107, 'x')), HasSubstr("more than 107 bytes"));
  EXPECT_THAT(parsed(std::string("unix:/a\0b", 9)), HasSubstr("NUL"));
  EXPECT_THAT(parsed("unix:/a:/b c"), HasSubstr("not a URL's"));
}

TEST(HttpUrl, ShowsHostileTextSafely) {
  EXPECT_THAT(parsed("\x1b[31m http"), AllOf(StartsWith("\" [31m http\""), HasSubstr("not a URL")));
}

}  // namespace
}  // namespace ripcord
