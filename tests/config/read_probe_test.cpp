#include "probe/http/http_probe.hpp"
#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const std::string head = "[service.a.probe.p]\ntype = 'http'\nurl = 'http://h:81/x?y'\n";
const std::string path = "service.a.probe.p.";

/// What is wrong with `line`, the fourth of a probe's table, without the place of that line.
std::vector<std::string> wrong(const std::string& line) {
  return mistakes_in(head + line + "\n");
}

std::string at(int column, const std::string& rest, int line = 4) {
  return "ripcord.toml:" + std::to_string(line) + ":" + std::to_string(column) + ": " + path + rest;
}

struct Read {
  engine::ProbeSettings settings;
  probe::HttpProbeSettings http;
};

/// The probe, together with a trigger so that the built-in set does not interfere.
Read probe(const std::string& lines) {
  const Configuration read =
      good(head + lines +
           "\n[service.a.trigger.t]\ntype = 'consecutive_failures'\nprobe = 'p'\nfailures = 1\n");
  if (read.services.empty()) return {};
  return {read.services[0].engine.probes[0],
          *std::get<Shared<probe::HttpProbeSettings>>(read.services[0].probes[0])};
}

TEST(ReadProbe, HasTheDocumentedDefaults) {
  const Read read = probe("");
  EXPECT_EQ(read.settings.name, "p");
  EXPECT_EQ(read.settings.timing, ProbeTiming());
  EXPECT_EQ(read.http.http.url, "http://h:81/x?y");
  EXPECT_EQ(read.http.http.place.host, "h");
  EXPECT_EQ(read.http.http.place.port, 81);
  EXPECT_EQ(read.http.http.target, "/x?y");
  EXPECT_EQ(read.http.method, "GET");
  EXPECT_TRUE(read.http.http.headers.empty());
  EXPECT_EQ(read.http.status.text(), "200-299");
  EXPECT_EQ(read.http.body_matches, "");
  EXPECT_EQ(read.http.timeout, 2s);
}

TEST(ReadProbe, ReadsEveryKey) {
  const Read read = probe(R"(
    method = "POST"
    headers = { Authorization = "Bearer x", "X-Y" = "" }
    expect_status = [200, "3xx"]
    expect_body = 'o+k'
    interval = "1s"
    retry_interval = "200ms"
    timeout = "700ms"
    stale_after = "1m")");
  EXPECT_EQ(read.http.method, "POST");
  ASSERT_EQ(read.http.http.headers.size(), 2U);
  EXPECT_EQ(read.http.http.headers[0].name, "Authorization");
  EXPECT_EQ(read.http.http.headers[0].value, "Bearer x");
  EXPECT_EQ(read.http.status.text(), "200,3xx");
  EXPECT_EQ(read.http.body_matches, "o+k");
  EXPECT_EQ(read.http.timeout, 700ms);
  const ProbeTiming expected{
      .interval = 1s, .retry_interval = 200ms, .timeout = 700ms, .stale_after = 1min};
  EXPECT_EQ(read.settings.timing, expected);
}

TEST(ReadProbe, TakesTheOtherTimesFromTheInterval) {
  const ProbeTiming timing = probe("interval = '7s'").settings.timing;
  EXPECT_EQ(timing.retry_interval, 7s);
  EXPECT_EQ(timing.stale_after, 21s);
}

TEST(ReadProbe, TakesAStatusInEveryForm) {
  EXPECT_EQ(probe("expect_status = 204").http.status.text(), "204");
  EXPECT_EQ(probe("expect_status = '2xx,301'").http.status.text(), "2xx,301");
}

TEST(ReadProbe, NeedsATypeAndAUrl) {
  EXPECT_THAT(mistakes_in("[service.a.probe.p]\nurl = 'http://h'\n"),
              ElementsAre(at(1, "type: is missing", 1)));
  EXPECT_THAT(mistakes_in("[service.a.probe.p]\ntype = 'http'\n"),
              ElementsAre(at(1, "url: is missing", 1)));
}

TEST(ReadProbe, SuggestsAKind) {
  EXPECT_THAT(mistakes_in("[service.a.probe.p]\ntype = 'htpp'\n"),
              ElementsAre(at(8, "type: \"htpp\" is no kind of probe; did you mean \"http\"?", 2)));
  EXPECT_THAT(mistakes_in("[service.a.probe.p]\ntype = 5\n"),
              ElementsAre(at(8, "type: expected a text, found a whole number", 2)));
}

TEST(ReadProbe, RefusesABadUrl) {
  EXPECT_THAT(
      mistakes_in("[service.a.probe.p]\ntype = 'http'\nurl = 'ftp://h'\n"),
      ElementsAre(at(7, "url: \"ftp://h\" must begin with http://, https:// or unix:/", 3)));
}

TEST(ReadProbe, RefusesABadMethod) {
  EXPECT_THAT(wrong("method = 'G T'"),
              ElementsAre(at(10, "method: \"G T\" is not an HTTP method")));
}

TEST(ReadProbe, RefusesHeadersThatWouldBreakTheRequestAndNeverShowsTheirValues) {
  EXPECT_THAT(wrong("headers = { \"a b\" = 'secret' }"),
              ElementsAre(at(13, "headers.a b: is not the name of a header")));
  EXPECT_THAT(wrong("headers = { A = \"secret\\r\\nX: 1\" }"),
              ElementsAre(at(13,
                             "headers.A: must not hold control characters, such as a line "
                             "end")));
  EXPECT_THAT(wrong("headers = { A = \"a\\u0000\" }"),
              ElementsAre(at(17, "headers.A: must not hold a NUL character")));
  EXPECT_THAT(wrong("headers = { Content-Length = '5' }"),
              ElementsAre(at(13, "headers.Content-Length: is set by ripcord itself")));
  EXPECT_THAT(wrong("headers = { A = 5 }"),
              ElementsAre(at(17, "headers.A: expected a text, found a whole number")));
  EXPECT_THAT(wrong("headers = 'A: b'"),
              ElementsAre(at(11, "headers: expected a table of texts, found a text")));
}

TEST(ReadProbe, RefusesABadStatusAtItsPlace) {
  const std::string words =
      "\" is not a set of HTTP statuses; write \"200\", \"200-299\" or \"2xx\" (100 to 599), "
      "several "
      "by comma";
  EXPECT_THAT(wrong("expect_status = 99"), ElementsAre(at(17, "expect_status: \"99" + words)));
  EXPECT_THAT(
      wrong("expect_status = [200, 'ok', 299, 1000]"),
      ElementsAre(at(23, "expect_status: \"ok" + words), at(34, "expect_status: \"1000" + words)));
  EXPECT_THAT(wrong("expect_status = []"), ElementsAre(at(17, "expect_status: is empty")));
  EXPECT_THAT(wrong("expect_status = true"),
              ElementsAre(at(17,
                             "expect_status: expected a status such as 200 or \"200-299\", "
                             "found a flag")));
}

TEST(ReadProbe, RefusesABadPattern) {
  EXPECT_THAT(wrong("expect_body = 'a('"),
              ElementsAre(testing::StartsWith(at(15, "expect_body: "))));
  EXPECT_THAT(wrong("method = 'HEAD'\nexpect_body = 'a'"),
              ElementsAre(at(15, "expect_body: an answer to HEAD has no body", 5)));
}

TEST(ReadProbe, RefusesTimesOutsideTheirRanges) {
  EXPECT_THAT(wrong("interval = '99ms'"),
              ElementsAre(at(12, "interval: 99ms is outside [100ms, 1d]")));
  EXPECT_THAT(wrong("interval = 5"),
              ElementsAre(at(12,
                             "interval: expected a duration such as \"5s\", found a whole "
                             "number")));
  EXPECT_THAT(wrong("interval = '5 s'"), ElementsAre(testing::HasSubstr("is not a duration")));
  EXPECT_THAT(wrong("timeout = '11m'"), ElementsAre(at(11, "timeout: 11m is outside [1ms, 10m]")));
  EXPECT_THAT(wrong("retry_interval = '1ms'"),
              ElementsAre(at(18, "retry_interval: 1ms is outside [100ms, 1d]")));
}

TEST(ReadProbe, RefusesTimesThatContradictTheInterval) {
  EXPECT_EQ(probe("retry_interval = '5s'").settings.timing.retry_interval, 5s);
  EXPECT_THAT(wrong("retry_interval = '6s'"),
              ElementsAre(at(18, "retry_interval: 6s is longer than interval (5s)")));
  EXPECT_EQ(probe("stale_after = '5s'").settings.timing.stale_after, 5s);
  EXPECT_THAT(wrong("stale_after = '4s'"),
              ElementsAre(at(15, "stale_after: 4s is shorter than interval (5s)")));
}

TEST(ReadProbe, DoesNotCompareWithAWrongInterval) {
  EXPECT_THAT(wrong("interval = '1us'\nretry_interval = '6s'\nstale_after = '4s'"),
              ElementsAre(at(12, "interval: 1us is outside [100ms, 1d]")));
}

TEST(ReadProbe, RefusesNamesThatAreNoLabels) {
  EXPECT_THAT(
      mistakes_in("[service.a.probe.\"p\\n\"]\ntype = 'http'\nurl = 'http://h'\n"),
      ElementsAre("ripcord.toml:1:18: service.a.probe.p : \"p \" is not a name; write 1 to 64 "
                  "letters, digits and \"_.-\", starting with a letter or a digit"));
}

TEST(ReadProbe, RefusesUnknownKeys) {
  EXPECT_THAT(wrong("intervall = '5s'"),
              ElementsAre(at(1, "intervall: unknown key; did you mean \"interval\"?")));
}

}  // namespace
}  // namespace ripcord::config
