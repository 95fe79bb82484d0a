#include "probe/scrape/scrape_probe.hpp"
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
using probe::ScrapeProbeSettings;
using probe::scrape::Agg;
using probe::scrape::ReadAs;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string head = "[service.a.probe.p]\ntype = 'scrape'\nurl = 'http://h:81/metrics'\n";
const std::string trigger =
    "\n[service.a.trigger.t]\ntype = 'consecutive_failures'\nprobe = 'p'\nfailures = 1\n";

std::vector<std::string> wrong(const std::string& lines) {
  return mistakes_in(head + lines + "\n" + trigger);
}

std::string at(int line, int column, const std::string& rest) {
  return "ripcord.toml:" + std::to_string(line) + ":" + std::to_string(column) +
         ": service.a.probe.p." + rest;
}

struct Read {
  engine::ProbeSettings settings;
  ScrapeProbeSettings scrape;
};

Read probe(const std::string& lines) {
  const Configuration read = good(head + lines + trigger);
  if (read.services.empty()) return {};
  return {read.services[0].engine.probes[0],
          std::get<ScrapeProbeSettings>(read.services[0].probes[0])};
}

TEST(ReadScrapeProbe, HasTheDocumentedDefaults) {
  const Read read = probe("");
  EXPECT_EQ(read.settings.timing, ProbeTiming());
  EXPECT_EQ(read.scrape.http.place.host, "h");
  EXPECT_EQ(read.scrape.http.place.port, 81);
  EXPECT_EQ(read.scrape.http.target, "/metrics");
  EXPECT_EQ(read.scrape.requests, "");
  EXPECT_EQ(read.scrape.timeout, 2s);
  EXPECT_EQ(read.scrape.stale_after, 15s);
  EXPECT_TRUE(read.settings.vocabulary.values.empty());
}

TEST(ReadScrapeProbe, ReadsEveryKey) {
  const Read read = probe(R"(
    headers = { X = "y" }
    requests = "r_total"
    errors = 'r_total{code=~"5.."}'
    latency = "h_seconds"
    interval = "1s"
    timeout = "700ms"
    stale_after = "1m"
    value.queue = { select = "q" }
    [service.a.probe.p.value.rate]
    select = "c"
    read_as = "rate"
    agg = "max"
    [service.a.probe.p.value.value]
    select = "g"
    read_as = "value"
    agg = "min")");
  EXPECT_EQ(read.scrape.http.headers.at(0).value, "y");
  EXPECT_EQ(read.scrape.requests, "r_total");
  EXPECT_EQ(read.scrape.errors, "r_total{code=~\"5..\"}");
  EXPECT_EQ(read.scrape.latency, "h_seconds");
  EXPECT_EQ(read.scrape.timeout, 700ms);
  EXPECT_EQ(read.scrape.stale_after, 1min);
  EXPECT_THAT(read.scrape.values,
              ElementsAre(probe::ScrapeValue{.name = "queue", .select = "q"},
                          probe::ScrapeValue{"rate", "c", ReadAs::rate, Agg::max},
                          probe::ScrapeValue{"value", "g", ReadAs::value, Agg::min}));
  EXPECT_THAT(read.settings.vocabulary.values,
              ElementsAre("requests", "errors", "queue", "rate", "value"));
}

TEST(ReadScrapeProbe, ReadsTlsAndCredentials) {
  const Configuration read = good(
      "[service.a.probe.p]\ntype = 'scrape'\nurl = 'https://h/metrics'\n"
      "ca_file = '/ca.pem'\nbasic_auth = { username = 'u', password_file = '/p' }\n" +
      trigger);
  ASSERT_EQ(read.services.size(), 1U);
  const auto scrape = std::get<ScrapeProbeSettings>(read.services[0].probes[0]);
  ASSERT_TRUE(scrape.http.place.tls.has_value());
  EXPECT_EQ(scrape.http.place.tls->ca_file, "/ca.pem");
  EXPECT_EQ(scrape.http.credentials.username, "u");
  EXPECT_EQ(scrape.http.credentials.password_file, "/p");
}

TEST(ReadScrapeProbe, RefusesWhatIsNoSelector) {
  EXPECT_THAT(wrong("requests = 'a{'\nerrors = 'b'"),
              ElementsAre(StartsWith(at(4, 12, "requests: \"a{\" is not a selector"))));
  EXPECT_THAT(wrong("latency = 'h{le=\"1\"}'"),
              ElementsAre(HasSubstr("has a condition on \"le\"")));
  EXPECT_THAT(wrong("value.v.select = 'rate(x[1m])'"),
              ElementsAre(StartsWith(at(4, 18, "value.v.select: \"rate(x[1m])\" is not a"))));
}

TEST(ReadScrapeProbe, ARatioNeedsBothOfItsParts) {
  EXPECT_THAT(wrong("errors = 'e'"),
              ElementsAre(at(4, 10, "errors: makes a ratio only together with requests")));
  EXPECT_THAT(wrong("requests = 'r'"),
              ElementsAre(at(4, 12, "requests: makes a ratio only together with errors")));
}

TEST(ReadScrapeProbe, RefusesOtherWords) {
  EXPECT_THAT(
      wrong("value.v = { select = 'g', read_as = 'gauge', agg = 'avg' }"),
      ElementsAre(at(4, 37,
                     "value.v.read_as: \"gauge\" is neither \"type\" nor \"value\" nor "
                     "\"rate\""),
                  at(4, 52, "value.v.agg: \"avg\" is neither \"sum\" nor \"max\" nor \"min\"")));
  EXPECT_THAT(wrong("value.v = {}"), ElementsAre(HasSubstr("value.v.select: is missing")));
  EXPECT_THAT(wrong("value.v = { select = 'g', x = 1 }"), ElementsAre(HasSubstr("unknown key")));
}

TEST(ReadScrapeProbe, NamesOfValuesAreTheirOwn) {
  EXPECT_THAT(wrong("value.errors.select = 'g'"),
              ElementsAre(HasSubstr("value.errors: has a meaning of its own")));
  EXPECT_THAT(wrong("value.\"a b\".select = 'g'"), ElementsAre(HasSubstr("is not a name")));
}

TEST(ReadScrapeProbe, NeedsAUrl) {
  EXPECT_THAT(mistakes_in("[service.a.probe.p]\ntype = 'scrape'\n"),
              ElementsAre(at(1, 1, "url: is missing")));
}

}  // namespace
}  // namespace ripcord::config
