#include "probe/promql/promql_probe.hpp"
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
using probe::PromqlProbeSettings;
using probe::promql::Agg;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string head = "[service.a.probe.p]\ntype = 'promql'\nurl = 'http://h:9090/prom'\n";
/// Its samples are never bad: only a trigger of values makes sense.
std::string trigger(const std::string& value = "value") {
  return "\n[service.a.trigger.t]\ntype = 'value'\nprobe = 'p'\nvalue = '" + value +
         "'\nabove = 1\n";
}

std::vector<std::string> wrong(const std::string& lines) {
  return mistakes_in(head + lines + "\n" + trigger());
}

struct Read {
  engine::ProbeSettings settings;
  PromqlProbeSettings promql;
};

Read probe(const std::string& lines, const std::string& value = "value") {
  const Configuration read = good(head + lines + trigger(value));
  if (read.services.empty()) return {};
  return {read.services[0].engine.probes[0],
          std::get<PromqlProbeSettings>(read.services[0].probes[0])};
}

TEST(ReadPromqlProbe, HasTheDocumentedDefaults) {
  const Read read = probe("query = 'up'");
  EXPECT_EQ(read.settings.timing, ProbeTiming());
  EXPECT_EQ(read.promql.http.place.port, 9090);
  EXPECT_EQ(read.promql.http.target, "/prom");
  EXPECT_EQ(read.promql.query, "up");
  EXPECT_EQ(read.promql.agg, Agg::only);
  EXPECT_EQ(read.promql.timeout, 2s);
  EXPECT_THAT(read.settings.vocabulary.values, ElementsAre("value"));
}

TEST(ReadPromqlProbe, ReadsEveryKey) {
  const Read read = probe(R"(
    headers = { X-Scope-OrgID = "team" }
    query = """
      sum(rate(errors[1m]))
        / sum(rate(requests[1m]))
    """
    agg = "every"
    interval = "30s"
    timeout = "10s")",
                          "max");
  EXPECT_EQ(read.promql.http.headers.at(0).value, "team");
  EXPECT_EQ(read.promql.query, "sum(rate(errors[1m]))\n        / sum(rate(requests[1m]))");
  EXPECT_EQ(read.promql.agg, Agg::every);
  EXPECT_EQ(read.promql.timeout, 10s);
  EXPECT_EQ(read.settings.timing.interval, 30s);
  EXPECT_THAT(read.settings.vocabulary.values, ElementsAre("min", "max"));
  EXPECT_EQ(probe("query = 'up'\nagg = 'max'").promql.agg, Agg::max);
  EXPECT_EQ(probe("query = 'up'\nagg = 'min'").promql.agg, Agg::min);
  EXPECT_EQ(probe("query = 'up'\nagg = 'sum'").promql.agg, Agg::sum);
}

TEST(ReadPromqlProbe, ReadsTlsAndCredentials) {
  const Configuration read = good(
      "[service.a.probe.p]\ntype = 'promql'\nurl = 'https://h'\nquery = 'up'\n"
      "ca_file = '/ca.pem'\nbearer_token_file = '/t'\n" +
      trigger());
  ASSERT_EQ(read.services.size(), 1U);
  const auto promql = std::get<PromqlProbeSettings>(read.services[0].probes[0]);
  ASSERT_TRUE(promql.http.place.tls.has_value());
  EXPECT_EQ(promql.http.place.tls->ca_file, "/ca.pem");
  EXPECT_EQ(promql.http.credentials.bearer_token_file, "/t");
}

TEST(ReadPromqlProbe, NeedsAQuery) {
  EXPECT_THAT(wrong(""), ElementsAre(HasSubstr("query: is missing")));
  EXPECT_THAT(wrong("query = ' '"), ElementsAre(HasSubstr("query: is empty")));
  EXPECT_THAT(wrong("query = 5"),
              ElementsAre(HasSubstr("query: expected a text, found a whole number")));
  EXPECT_THAT(wrong("query = '" + std::string(16'385, 'x') + "'"),
              ElementsAre(HasSubstr("query: is longer than 16384 bytes")));
}

TEST(ReadPromqlProbe, RefusesOtherWords) {
  EXPECT_THAT(wrong("query = 'up'\nagg = 'avg'"),
              ElementsAre(HasSubstr("agg: \"avg\" is neither \"max\" nor \"min\" nor \"sum\" nor "
                                    "\"every\"")));
  EXPECT_THAT(wrong("query = 'up'\nmethod = 'GET'"), ElementsAre(HasSubstr("unknown key")));
}

}  // namespace
}  // namespace ripcord::config
