// The kinds of trigger that look at what a probe reports besides its outcome.
#include "evaluate/rules.hpp"
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
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A service that bakes for 10 minutes with the probe p, which asks each second.
const std::string service =
    "[service.a]\nbake = '10m'\n[service.a.probe]\n"
    "p = {type = 'http', url = 'http://h', interval = '1s', timeout = '8s'}\n"
    "[service.a.trigger.t]\nprobe = 'p'\n";

std::vector<std::string> wrong(const std::string& lines) {
  return mistakes_in(service + lines + "\n");
}

template <class Rule>
Rule rule(const std::string& lines) {
  const Configuration read = good(service + lines + "\n");
  if (read.services.empty() || read.services[0].engine.triggers.empty()) return {};
  const evaluate::Rule& found = read.services[0].engine.triggers[0].rule;
  EXPECT_TRUE(std::holds_alternative<Rule>(found));
  return std::holds_alternative<Rule>(found) ? std::get<Rule>(found) : Rule();
}

TEST(ReadErrorRatio, ReadsItsKeysOverTheDefaults) {
  EXPECT_EQ(rule<evaluate::ErrorRatio>("type = 'error_ratio'"), evaluate::ErrorRatio());
  EXPECT_EQ(rule<evaluate::ErrorRatio>("type = 'error_ratio'\nabove = '2.5%'\nwindow = '30s'\n"
                                       "for = '1m'\nsamples_min = 10"),
            (evaluate::ErrorRatio{.counters = std::nullopt,
                                  .above = 0.025,
                                  .window = 30s,
                                  .hold = 1min,
                                  .samples_min = 10}));
}

TEST(ReadErrorRatio, TakesTwoValuesOfTheProbe) {
  const auto found = rule<evaluate::ErrorRatio>(
      "type = 'error_ratio'\nerrors = 'status'\nrequests = 'total_seconds'");
  EXPECT_EQ(found.counters, (evaluate::CounterPlaces{.total = 2, .errors = 0}));
  EXPECT_THAT(wrong("type = 'error_ratio'\nerrors = 'status'"),
              ElementsAre(HasSubstr("requests: is missing")));
  EXPECT_THAT(wrong("type = 'error_ratio'\nerrors = 'statu'\nrequests = 'cats'"),
              ElementsAre(HasSubstr("errors: the probe has no value \"statu\"; did you mean "
                                    "\"status\"?"),
                          HasSubstr("requests: the probe has no value \"cats\"; it has status, ")));
}

TEST(ReadErrorRatio, RefusesWhatCanNeverTrip) {
  EXPECT_THAT(wrong("type = 'error_ratio'\nabove = 1"),
              ElementsAre(HasSubstr("above: no share is above 1: it can never trip")));
  EXPECT_THAT(wrong("type = 'error_ratio'\nabove = '100.1%'"),
              ElementsAre(HasSubstr("above: 1.001 is outside [0, 1]")));
  EXPECT_THAT(wrong("type = 'error_ratio'\nabove = 'ten'"),
              ElementsAre(HasSubstr("above: expected a share such as 0.1 or \"10%\"")));
  EXPECT_THAT(wrong("type = 'error_ratio'\nwindow = '19s'"),
              ElementsAre(HasSubstr("window: 19s hold 19 samples")));
  EXPECT_THAT(wrong("type = 'error_ratio'\nfor = '10m'"),
              ElementsAre(HasSubstr("for: 10m is not shorter than bake (10m)")));
}

TEST(ReadConnectionLost, NeedsAProbeThatKeepsAConnection) {
  EXPECT_THAT(wrong("type = 'connection_lost'"),
              ElementsAre(HasSubstr("probe: \"p\" keeps no connection: it can never trip")));
}

TEST(ReadOccurrences, NeedAProbeThatReportsThem) {
  EXPECT_THAT(wrong("type = 'occurrences'\noccurrence = 'restart'"),
              ElementsAre(HasSubstr("occurrence: the probe reports no occurrence")));
  EXPECT_THAT(wrong("type = 'occurrences'"), ElementsAre(HasSubstr("occurrence: is missing")));
}

TEST(ReadValue, ReadsItsKeys) {
  EXPECT_EQ(rule<evaluate::Value>("type = 'value'\nvalue = 'total_seconds'\nabove = 0.5"),
            (evaluate::Value{.value = 2,
                             .what = "total_seconds",
                             .bound = evaluate::Bound::above,
                             .limit = 0.5,
                             .hold = 2min}));
  EXPECT_EQ(
      rule<evaluate::Value>("type = 'value'\nvalue = 'status'\nbelow = -3\nfor = '0s'"),
      (evaluate::Value{
          .value = 0, .what = "status", .bound = evaluate::Bound::below, .limit = -3, .hold = 0s}));
}

TEST(ReadValue, WantsOneBoundAndAValueThatThereIs) {
  EXPECT_THAT(wrong("type = 'value'\nvalue = 'status'"),
              ElementsAre(HasSubstr("above: is missing")));
  EXPECT_THAT(wrong("type = 'value'\nvalue = 'status'\nabove = 1\nbelow = 0"),
              ElementsAre(HasSubstr("below: above is set as well: one trigger has one bound")));
  EXPECT_THAT(wrong("type = 'value'\nvalue = 'statu'\nabove = 1"),
              ElementsAre(HasSubstr("did you mean \"status\"?")));
  EXPECT_THAT(wrong("type = 'value'\nvalue = 'status'\nabove = nan"),
              ElementsAre(HasSubstr("above: nan is outside")));
  EXPECT_THAT(wrong("type = 'value'\nvalue = 'status'\nabove = 'much'"),
              ElementsAre(HasSubstr("above: expected a number, found a text")));
}

TEST(ReadRegression, ReadsItsKeysOverTheDefaults) {
  EXPECT_EQ(rule<evaluate::Regression>("type = 'regression'"), evaluate::Regression());
  const auto found = rule<evaluate::Regression>(
      "type = 'regression'\nvalue = 'first_byte_seconds'\nworse = 'lower'\nworse_by = '20%'\n"
      "floor = 0.01\nquantile = 'p90'\nwindow = '1m'\nfor = '30s'\nsamples_min = 30");
  EXPECT_EQ(found, (evaluate::Regression{.value = 1,
                                         .what = "first_byte_seconds",
                                         .worse = Worse::lower,
                                         .quantile = 0.9,
                                         .worse_by = 0.2,
                                         .floor = 0.01,
                                         .window = 1min,
                                         .hold = 30s,
                                         .samples_min = 30}));
}

TEST(ReadRegression, RefusesWhatCanNeverTrip) {
  EXPECT_THAT(wrong("type = 'regression'\nsamples_min = 257\nwindow = '10m'"),
              ElementsAre(HasSubstr("samples_min: a baseline keeps 256 samples")));
  EXPECT_THAT(wrong("type = 'regression'\nworse = 'lower'\nworse_by = 1"),
              ElementsAre(HasSubstr("worse_by: nothing is lower by more than all of it")));
  EXPECT_THAT(wrong("type = 'regression'\nworse = 'sideways'"),
              ElementsAre(HasSubstr("worse: expected \"higher\" or \"lower\"")));
  EXPECT_THAT(wrong("type = 'regression'\nwindow = '10s'"), Contains(HasSubstr("window: 10s")));
  EXPECT_THAT(wrong("type = 'regression'\nfloor = -1"), Contains(HasSubstr("floor: -1 is")));
}

/// A service with a probe that scrapes, and the triggers of `lines`.
runtime::ServiceSettings scraping(const std::string& lines) {
  const Configuration read = good(
      "[service.a.probe.app]\ntype = 'scrape'\nurl = 'http://h/metrics'\n"
      "requests = 'r_total'\nerrors = 'e_total'\nlatency = 'seconds'\n" +
      lines);
  return read.services.empty() ? runtime::ServiceSettings() : read.services[0];
}

const std::vector<probe::ScrapeQuantile>& quantiles_of(const runtime::ServiceSettings& settings) {
  return std::get<probe::ScrapeProbeSettings>(settings.probes.at(0)).quantiles;
}

TEST(ReadLatency, HasAScrapeReportItsQuantile) {
  const runtime::ServiceSettings read = scraping(
      "[service.a.trigger]\n"
      "slow = {type = 'latency', probe = 'app', above = '2s'}\n"
      "slower = {type = 'latency', probe = 'app', above = '3s', for = '1m'}\n"
      "tail = {type = 'latency', probe = 'app', quantile = 'p99.9', window = '5m'}\n"
      "unsure = {type = 'latency', probe = 'app', samples_min = 50}\n");
  ASSERT_EQ(quantiles_of(read).size(), 3U) << "the first two look at the same";
  EXPECT_THAT(
      read.engine.probes[0].vocabulary.values,
      ElementsAre("requests", "errors", "latency_p95_1m", "latency_p99.9_5m", "latency_p95_1m_2"));
  std::vector<int> places;
  for (const engine::TriggerSettings& trigger : read.engine.triggers) {
    places.push_back(std::get<evaluate::Latency>(trigger.rule).value.value_or(99));
  }
  EXPECT_THAT(places, ElementsAre(2, 2, 3, 4));
  EXPECT_EQ(quantiles_of(read)[2].samples_min, 50U);
}

TEST(BuiltInTriggers, OfAScrapeLookAtWhatTheApplicationCounts) {
  const runtime::ServiceSettings read = scraping("");
  std::vector<std::string> names;
  for (const engine::TriggerSettings& trigger : read.engine.triggers) names.push_back(trigger.name);
  ASSERT_THAT(names, ElementsAre("app.failures", "app.latency", "app.errors"));
  EXPECT_EQ(std::get<evaluate::Latency>(read.engine.triggers[1].rule).value, 2);
  EXPECT_EQ(std::get<evaluate::ErrorRatio>(read.engine.triggers[2].rule).counters,
            (evaluate::CounterPlaces{.total = 0, .errors = 1}));
}

TEST(ReadBaseline, IsHalfAnHourUnlessTold) {
  EXPECT_EQ(good("[service.a]\n").services[0].engine.baseline, 30min);
  EXPECT_EQ(good("[service.a]\nbaseline = '2h'\n").services[0].engine.baseline, 2h);
  EXPECT_THAT(mistakes_in("[service.a]\nbaseline = '10s'\n"),
              ElementsAre(HasSubstr("baseline: 10s is outside [1m, 7d]")));
}

TEST(ReadRules, AreNotBlamedForTheirProbesMistakes) {
  EXPECT_THAT(mistakes_in("[service.a.probe.p]\ntype = 'http'\nurl = 'h'\n[service.a.trigger.t]\n"
                          "type = 'value'\nprobe = 'p'\nvalue = 'x'\nabove = 1\n"),
              testing::SizeIs(1));
}

}  // namespace
}  // namespace ripcord::config
