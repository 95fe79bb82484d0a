#include "probe/http/redirect.hpp"

#include "net/url.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>

namespace ripcord {
namespace {

using probe::HttpTarget;
using testing::HasSubstr;

HttpTarget target(const std::string& url) {
  auto parsed = net::parse_http_url(url);
  return {.url = url,
          .place = std::move(parsed->place),
          .target = std::move(parsed->target),
          .headers = {},
          .credentials = {}};
}

const net::Request get{.method = "GET",
                       .target = "/",
                       .headers = {{"Authorization", "Bearer x"}, {"Accept", "a"}, {"X-Key", "k"}},
                       .body = {}};

Result<probe::Redirected> to(const std::string& from, const std::string& location,
                             unsigned status = 302, const net::Request& request = get) {
  const net::Reply reply{.status = status, .headers = {{"Location", location}}, .body = {}};
  return redirected(target(from), request, reply);
}

/// `"METHOD place target"`, or why it is not followed.
std::string led(const std::string& from, const std::string& location, unsigned status = 302,
                const net::Request& request = get) {
  const auto next = to(from, location, status, request);
  if (!next) return next.error().message;
  return next->request.method + " " + to_string(next->to.place) + " " + next->request.target;
}

TEST(Redirect, IsResolvedAgainstWhereItCameFrom) {
  EXPECT_EQ(led("http://a/x/y", "/z?q"), "GET a:80 /z?q");
  EXPECT_EQ(led("http://a/x/y", "z"), "GET a:80 /x/z");
  EXPECT_EQ(led("http://a:81/x", "http://b/"), "GET b:80 /");
  EXPECT_EQ(led("https://a/x", "//c:444/#top"), "GET c:444 /");
  EXPECT_EQ(led("unix:/run/a.sock:/x", "/y"), "GET unix:/run/a.sock /y");
}

TEST(Redirect, NeverLeadsToAnotherScheme) {
  for (const char* location : {"https://a/", "ftp://a/", "file:///etc/passwd", "unix:/run/x.sock",
                               "javascript:alert(1)"}) {
    EXPECT_THAT(led("http://a/", location), HasSubstr("another scheme")) << location;
  }
  EXPECT_THAT(led("https://a/", "http://a/"), HasSubstr("another scheme"));
  EXPECT_THAT(led("unix:/run/a.sock", "http://localhost/"), HasSubstr("away from a unix socket"));
}

TEST(Redirect, NeedsALocation) {
  EXPECT_THAT(led("http://a/", ""), HasSubstr("which is no address"));
  EXPECT_THAT(led("http://a/", "http://[::1/"), HasSubstr("which is no address"));
  EXPECT_THAT(led("http://a/", std::string(5000, 'x')), HasSubstr("which is no address"));
}

TEST(Redirect, StrangersLearnNothingAndMayNotBeLinkLocal) {
  const auto home = to("http://a/", "/x");
  EXPECT_TRUE(home->same_place);
  EXPECT_EQ(home->request.headers, get.headers);
  EXPECT_FALSE(home->to.place.no_link_local);

  const auto away = to("http://a/", "http://b/");
  EXPECT_FALSE(away->same_place);
  const std::vector<net::Header> harmless{{"Accept", "a"}};
  EXPECT_EQ(away->request.headers, harmless);
  EXPECT_TRUE(away->to.place.no_link_local);
  EXPECT_FALSE(to("http://a/", "http://a:81/")->same_place);
}

TEST(Redirect, StrangersSeeNoCertificateOfOurs) {
  HttpTarget from = target("https://a/");
  from.place.tls = net::TlsSettings{
      .ca_file = "/ca", .cert_file = "/c", .key_file = "/k", .server_name = "a.example"};
  const net::Reply reply{.status = 302, .headers = {{"Location", "https://b/"}}, .body = {}};
  EXPECT_EQ(redirected(from, get, reply)->to.place.tls, net::TlsSettings{.ca_file = "/ca"});
}

TEST(Redirect, OfAPostBecomesAGetUnlessItMustNot) {
  net::Request post = get;
  post.method = "POST";
  post.body = "x";
  EXPECT_EQ(led("http://a/", "/y", 303, post), "GET a:80 /y");
  EXPECT_EQ(led("http://a/", "/y", 302, post), "GET a:80 /y");
  EXPECT_EQ(led("http://a/", "/y", 307, post), "POST a:80 /y");
  EXPECT_EQ(to("http://a/", "/y", 307, post)->request.body, "x");
  EXPECT_THAT(led("http://a/", "http://b/", 308, post), HasSubstr("with a body, to another host"));
}

}  // namespace
}  // namespace ripcord
