#include "probe/http/http_probe.hpp"
#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string head = "[service.a.probe.p]\ntype = 'http'\nurl = 'https://h/x'\n";

std::vector<std::string> wrong(const std::string& lines) {
  return mistakes_in(head + lines + "\n");
}

/// Place and key of what is wrong with `line`, the fourth of the probe's table.
std::string at(int column, const std::string& rest, int line = 4) {
  return "ripcord.toml:" + std::to_string(line) + ":" + std::to_string(column) +
         ": service.a.probe.p." + rest;
}

probe::HttpProbeSettings probe(const std::string& lines) {
  const Configuration read =
      good(head + lines +
           "\n[service.a.trigger.t]\ntype = 'consecutive_failures'\nprobe = 'p'\nfailures = 1\n");
  if (read.services.empty()) return {};
  return *std::get<Shared<probe::HttpProbeSettings>>(read.services[0].probes[0]);
}

TEST(ReadHttpProbe, HasTheDocumentedDefaults) {
  const auto http = probe("");
  ASSERT_TRUE(http.http.place.tls);
  EXPECT_EQ(*http.http.place.tls, net::TlsSettings());
  EXPECT_EQ(http.http.place.port, 443);
  EXPECT_FALSE(http.http.credentials.exist());
  EXPECT_EQ(http.body_max, 65536U);
  EXPECT_EQ(http.redirects_max, 0U);
  EXPECT_TRUE(http.json.empty());
  EXPECT_TRUE(http.http.headers.empty());
}

TEST(ReadHttpProbe, CanHaveAConnectionForEachProbe) {
  using testing::ElementsAre;
  EXPECT_THAT(probe("keep_alive = false").http.headers,
              ElementsAre(net::Header{"Connection", "close"}));
  EXPECT_TRUE(probe("keep_alive = true").http.headers.empty());
}

TEST(ReadHttpProbe, ReadsWhatSecuresIt) {
  const auto http = probe(R"(
    ca_file = "/etc/ca.pem"
    client_cert_file = "/etc/me.pem"
    client_key_file = "/etc/me.key"
    server_name = "app.example"
    tls_version_min = "1.3"
    basic_auth = { username = "ana", password_file = "/etc/password" })");
  const net::TlsSettings expected{.ca_file = "/etc/ca.pem",
                                  .cert_file = "/etc/me.pem",
                                  .key_file = "/etc/me.key",
                                  .server_name = "app.example",
                                  .version_min = net::TlsVersion::tls_1_3};
  EXPECT_EQ(http.http.place.tls, expected);
  EXPECT_EQ(http.http.credentials.username, "ana");
  EXPECT_EQ(http.http.credentials.password_file, "/etc/password");
}

TEST(ReadHttpProbe, ReadsWhatIsSentAndExpected) {
  const auto http = probe(R"(
    method = "POST"
    body = "a\nb"
    body_max = "1MiB"
    follow_redirects = 3
    bearer_token_file = "/etc/token"
    [service.a.probe.p.expect_json]
    "/db/status" = "ok"
    "/n" = 5
    "/x" = 0.5
    "/up" = true
    "/e" = { null = true })");
  EXPECT_EQ(http.body.text, "a\nb");
  EXPECT_EQ(http.body_max, 1024U * 1024);
  EXPECT_EQ(http.redirects_max, 3U);
  EXPECT_EQ(http.http.credentials.bearer_token_file, "/etc/token");
  using C = probe::JsonCondition;
  EXPECT_THAT(http.json,
              testing::UnorderedElementsAre(C{"/db/status", "ok"}, C{"/n", std::int64_t{5}},
                                            C{"/x", 0.5}, C{"/up", true}, C{"/e", nullptr}));
}

TEST(ReadHttpProbe, OffersTheValuesThatItCanKnow) {
  const auto values = [](const std::string& url) {
    const Configuration read = good("[service.a.probe.p]\ntype = 'http'\nurl = '" + url + "'\n");
    return read.services.at(0).engine.probes.at(0).vocabulary.values;
  };
  EXPECT_THAT(values("https://h"),
              ElementsAre("status", "first_byte_seconds", "total_seconds", "connect_seconds",
                          "dns_seconds", "tls_seconds", "certificate_expiry_days"));
  EXPECT_EQ(values("http://h").size(), 5U);
  EXPECT_EQ(values("unix:/x").size(), 4U);
}

TEST(ReadHttpProbe, CredentialsMayLieWhereTheServiceManagerPutsThem) {
  ASSERT_EQ(::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/ripcordd.service", 1), 0);
  const std::string line = "bearer_token_file = '${CREDENTIALS_DIRECTORY}/token'";
  EXPECT_EQ(probe(line).http.credentials.bearer_token_file,
            "/run/credentials/ripcordd.service/token");
  ASSERT_EQ(::unsetenv("CREDENTIALS_DIRECTORY"), 0);
  EXPECT_EQ(probe(line).http.credentials.bearer_token_file, "${CREDENTIALS_DIRECTORY}/token");
  EXPECT_THAT(wrong("bearer_token_file = '${HOME}/token'"),
              ElementsAre(at(21,
                             "bearer_token_file: \"${HOME}/token\" is not an absolute path, nor "
                             "one below ${CREDENTIALS_DIRECTORY}")));
}

TEST(ReadHttpProbe, RefusesTlsWhereThereIsNone) {
  EXPECT_THAT(mistakes_in("[service.a.probe.p]\ntype = 'http'\nurl = 'http://h'\n"
                          "ca_file = '/x'\nserver_name = 'a'\n"),
              ElementsAre(at(11, "ca_file: has no use with a url that is not https"),
                          at(15, "server_name: has no use with a url that is not https", 5)));
  EXPECT_THAT(wrong("client_key_file = '/k'"),
              ElementsAre(at(19, "client_key_file: has no use without client_cert_file")));
  EXPECT_THAT(wrong("tls_version_min = '1.0'"),
              ElementsAre(at(19, "tls_version_min: \"1.0\" is neither \"1.2\" nor \"1.3\"")));
}

TEST(ReadHttpProbe, RefusesTwoWaysToProveWhoAsks) {
  EXPECT_THAT(wrong("bearer_token_file = '/t'\nbasic_auth = { username = 'a', password_file = "
                    "'/p' }"),
              ElementsAre(HasSubstr("cannot be used together with basic_auth")));
  EXPECT_THAT(wrong("bearer_token_file = '/t'\nheaders = { authorization = 'x' }"),
              ElementsAre(HasSubstr("hold an Authorization beside")));
  EXPECT_THAT(wrong("basic_auth = { username = 'a:b', password = '/p' }"),
              testing::UnorderedElementsAre(HasSubstr("basic_auth.password_file: is missing"),
                                            HasSubstr("basic_auth.username: holds a colon"),
                                            HasSubstr("basic_auth.password: unknown key")));
}

TEST(ReadHttpProbe, RefusesBodiesWithoutAMeaning) {
  EXPECT_THAT(wrong("body = 'x'"), ElementsAre(at(8, "body: has no meaning with GET; set method")));
  EXPECT_THAT(wrong("method = 'POST'\nbody = 'x'\nbody_file = '/x'"),
              ElementsAre(at(13, "body_file: cannot be used together with body", 6)));
}

TEST(ReadHttpProbe, RefusesConditionsThatAreNone) {
  EXPECT_THAT(wrong("expect_json = { status = 'ok' }"),
              ElementsAre(StartsWith(at(17, "expect_json: \"status\" is no JSON pointer"))));
  EXPECT_THAT(wrong("expect_json = { \"/a\" = [1] }"),
              ElementsAre(HasSubstr("expected a text, a number, true, false or { null = true }")));
  EXPECT_THAT(wrong("expect_json = 'ok'"), ElementsAre(HasSubstr("expected a table such as")));
}

TEST(ReadHttpProbe, RefusesSizesOutsideTheirRange) {
  EXPECT_THAT(wrong("body_max = '5MiB'"),
              ElementsAre(at(12, "body_max: 5MiB is outside [1B, 4MiB]")));
  EXPECT_THAT(wrong("body_max = '5 MB'"), ElementsAre(HasSubstr("expected a size such as")));
  EXPECT_THAT(wrong("body_max = 0"), ElementsAre(HasSubstr("0B is outside")));
  EXPECT_THAT(wrong("follow_redirects = 21"), ElementsAre(HasSubstr("21 is outside [0, 20]")));
}

}  // namespace
}  // namespace ripcord::config
