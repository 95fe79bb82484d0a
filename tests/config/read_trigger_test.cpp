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
using testing::ElementsAre;
using testing::IsEmpty;

/// Seven lines: a service with the probes p (of 5 s, timeout 8 s) and q.
const std::string probes =
    "[service.a]\nbake = '10m'\n[service.a.probe]\n"
    "p = {type = 'http', url = 'http://h', timeout = '8s'}\n"
    "q = {type = 'http', url = 'http://h', interval = '100ms', timeout = '8s'}\n"
    "[service.a.trigger.t]\n";
const std::string latency = "type = 'latency'\nprobe = 'p'\n";
const std::string failures = "type = 'consecutive_failures'\nprobe = 'p'\n";

std::vector<std::string> wrong(const std::string& lines) {
  return mistakes_in(probes + lines + "\n");
}

/// A mistake in the line behind `type` and `probe`.
std::string at(int column, const std::string& rest, int line = 9) {
  return "ripcord.toml:" + std::to_string(line) + ":" + std::to_string(column) +
         ": service.a.trigger.t." + rest;
}

engine::TriggerSettings trigger(const std::string& lines) {
  const Configuration read = good(probes + lines + "\n");
  if (read.services.empty() || read.services[0].engine.triggers.size() != 1) return {};
  return read.services[0].engine.triggers[0];
}

std::vector<std::string> built_in(const std::string& text) {
  std::vector<std::string> names;
  const Configuration read = good(text);
  for (const runtime::ServiceSettings& service : read.services) {
    for (const auto& built : service.engine.triggers) names.push_back(built.name);
  }
  return names;
}

TEST(ReadConsecutiveFailures, ReadsItsKeysOverTheDefaults) {
  EXPECT_EQ(trigger(failures), (engine::TriggerSettings{"t", 0, evaluate::ConsecutiveFailures{3}}));
  EXPECT_EQ(trigger("type = 'consecutive_failures'\nprobe = 'q'\nfailures = 1000"),
            (engine::TriggerSettings{"t", 1, evaluate::ConsecutiveFailures{1000}}));
}

TEST(ReadOccurrences, OfPeopleNeedNoProbe) {
  const engine::TriggerSettings read =
      trigger("type = 'occurrences'\nsignal = 'user_complaints'\nmore_than = 5");
  EXPECT_EQ(read.probe, std::nullopt);
  EXPECT_EQ(
      std::get<evaluate::Occurrences>(read.rule),
      (evaluate::Occurrences{.what = "user_complaints", .more_than = 5, .needs_samples = false}));
}

TEST(ReadOccurrences, OfPeopleHaveNoProbe) {
  const std::string no_probe = ": signal is set as well: what people report is seen by no probe";
  EXPECT_THAT(wrong("type = 'occurrences'\nsignal = 's'\nprobe = 'p'\noccurrence = 'restart'"),
              ElementsAre(at(9, "probe" + no_probe, 9), at(14, "occurrence" + no_probe, 10)));
  EXPECT_THAT(wrong("type = 'occurrences'\nsignal = 'a b'"),
              ElementsAre(at(10, "signal: \"a b\" is not a name", 8)));
  EXPECT_THAT(wrong("type = 'value'\nsignal = 's'\nprobe = 'p'\nvalue = 'status'\nabove = 1"),
              ElementsAre(testing::HasSubstr("signal: unknown key")));
}

TEST(ReadConsecutiveFailures, RefusesCountsOutsideTheRange) {
  EXPECT_THAT(wrong(failures + "failures = 0"),
              ElementsAre(at(12, "failures: 0 is outside [1, 1000]")));
  EXPECT_THAT(wrong(failures + "failures = 1001"),
              ElementsAre(at(12, "failures: 1001 is outside [1, 1000]")));
  EXPECT_THAT(wrong(failures + "failures = -9223372036854775808"),
              ElementsAre(at(12, "failures: -9223372036854775808 is outside [1, 1000]")));
  EXPECT_THAT(wrong(failures + "failures = 3.5"),
              ElementsAre(at(12, "failures: expected a whole number, found a number")));
}

TEST(ReadConsecutiveFailures, RefusesAStreakThatDoesNotFitIntoTheBake) {
  EXPECT_THAT(wrong(failures + "failures = 119"), IsEmpty());
  EXPECT_THAT(wrong(failures + "failures = 120"),
              ElementsAre(at(12,
                             "failures: 120 failures in a row take 10m at this probe's "
                             "interval, and bake is 10m: it can never trip")));
}

TEST(ReadLatency, ReadsItsKeysOverTheDefaults) {
  EXPECT_EQ(trigger(latency), (engine::TriggerSettings{"t", 0, evaluate::Latency()}));
  EXPECT_EQ(trigger(latency + "quantile = 0.5\nabove = '1s'\nwindow = '30s'\nfor = '0s'\n"
                              "samples_min = 6"),
            (engine::TriggerSettings{"t", 0, evaluate::Latency{0.5, 1s, 30s, 0s, 6}}));
}

TEST(ReadLatency, TakesAQuantileInEveryForm) {
  for (const std::string form : {"0.99", "\"99%\"", "\"p99\""}) {
    EXPECT_DOUBLE_EQ(
        std::get<evaluate::Latency>(trigger(latency + "quantile = " + form).rule).quantile, 0.99);
  }
  EXPECT_DOUBLE_EQ(std::get<evaluate::Latency>(trigger(latency + "quantile = 1").rule).quantile, 1);
}

TEST(ReadLatency, RefusesWhatIsNoQuantile) {
  EXPECT_THAT(wrong(latency + "quantile = 95"),
              ElementsAre(at(12, "quantile: 95 is outside (0, 1]")));
  EXPECT_THAT(wrong(latency + "quantile = 0.0"),
              ElementsAre(at(12, "quantile: 0 is outside (0, 1]")));
  EXPECT_THAT(wrong(latency + "quantile = nan"),
              ElementsAre(at(12, "quantile: nan is outside (0, 1]")));
  for (const std::string form : {"\"0.5\"", "\"p95%\"", "\"p\"", "\"%\"", "\"\"", "true"}) {
    EXPECT_THAT(wrong(latency + "quantile = " + form),
                ElementsAre(at(12,
                               "quantile: expected a quantile such as 0.95, \"95%\" or "
                               "\"p95\"")));
  }
}

TEST(ReadLatency, RefusesALimitThatTheProbeNeverSees) {
  EXPECT_THAT(wrong(latency + "above = '7999ms'"), IsEmpty());
  EXPECT_THAT(wrong(latency + "above = '8s'"),
              ElementsAre(at(9,
                             "above: the probe gives up at 8s, so it can never see more than 8s: "
                             "raise its timeout")));
}

TEST(ReadLatency, RefusesAWindowThatCannotHoldEnoughSamples) {
  EXPECT_THAT(wrong(latency + "window = '15s'"), IsEmpty());
  EXPECT_THAT(wrong(latency + "window = '14s'"),
              ElementsAre(at(10,
                             "window: 14s hold 2 samples at the probe's interval of 5s, fewer "
                             "than samples_min (3): it can never trip")));
}

TEST(ReadLatency, RefusesAWindowThatTakesTooMuchMemory) {
  const std::string quick = "type = 'latency'\nprobe = 'q'\n";
  EXPECT_THAT(wrong(quick + "window = '10000s'"), IsEmpty());
  EXPECT_THAT(wrong(quick + "window = '10001s'"),
              ElementsAre(at(10,
                             "window: 2h46m41s hold 100010 samples, more than 100000: shorten "
                             "it, or lengthen the probe's interval")));
}

TEST(ReadLatency, RefusesAHoldThatDoesNotFitIntoTheBake) {
  EXPECT_THAT(wrong(latency + "for = '599s'"), IsEmpty());
  EXPECT_THAT(wrong(latency + "for = '10m'"),
              ElementsAre(at(7, "for: 10m is not shorter than bake (10m): it can never trip")));
}

TEST(ReadTrigger, ReportsSeveralObjectionsAtOnce) {
  EXPECT_THAT(wrong(latency + "for = '1h'\nabove = '1m'\n"), testing::SizeIs(2));
}

TEST(ReadTrigger, SuggestsAProbe) {
  EXPECT_THAT(wrong("type = 'latency'\nprobe = 'pp'\n"),
              ElementsAre(at(9, "probe: there is no probe \"pp\"; did you mean \"p\"?", 8)));
  EXPECT_THAT(wrong("type = 'latency'\nprobe = 'database'\n"),
              ElementsAre(at(9, "probe: there is no probe \"database\"", 8)));
  EXPECT_THAT(wrong("type = 'latency'"), ElementsAre(at(1, "probe: is missing", 6)));
}

TEST(ReadTrigger, RefusesUnknownKindsAndKeys) {
  EXPECT_THAT(wrong("type = 'latencies'"),
              ElementsAre(at(8,
                             "type: \"latencies\" is no kind of trigger; did you mean "
                             "\"latency\"?",
                             7)));
  EXPECT_THAT(wrong(failures + "window = '1m'"), ElementsAre(at(1, "window: unknown key")));
}

TEST(ReadTrigger, ReadsWhatATripDoes) {
  const engine::TriggerSettings careful =
      trigger(failures + "action = 'hold'\nshadow = true\non_no_data = 'hold'");
  EXPECT_EQ(careful.action, engine::Action::hold);
  EXPECT_EQ(careful.on_no_data, engine::OnNoData::hold);
  EXPECT_TRUE(careful.shadow);
  EXPECT_EQ(trigger(failures + "action = 'alert'").action, engine::Action::alert);
  EXPECT_EQ(trigger(failures + "action = 'rollback'"), trigger(failures));
  EXPECT_THAT(
      wrong(failures + "action = 'panic'\non_no_data = 'rollback'"),
      ElementsAre(at(10, R"(action: expected "rollback", "hold" or "alert", found "panic")"),
                  at(14, R"(on_no_data: expected "ignore" or "hold", found "rollback")", 10)));
}

TEST(ReadTrigger, MayTakeLongerThanTheBakeWhenItActsOnNothing) {
  EXPECT_THAT(wrong(latency + "for = '1h'"), testing::SizeIs(1));
  EXPECT_THAT(wrong(latency + "for = '1h'\naction = 'hold'"), testing::SizeIs(1));
  EXPECT_THAT(wrong(latency + "for = '1h'\naction = 'alert'"), IsEmpty());
  EXPECT_THAT(wrong(latency + "for = '1h'\nshadow = true"), IsEmpty());
}

TEST(ReadTrigger, IsNotBlamedForItsProbesOrItsServicesMistakes) {
  EXPECT_THAT(mistakes_in("[service.a.probe.p]\ntype = 'tcp'\n[service.a.trigger.t]\n" + latency),
              testing::SizeIs(1));
  EXPECT_THAT(mistakes_in("[service.a.probe.p]\ntype = 'http'\nurl = 'http://h'\ntimeout = '0'\n"
                          "[service.a.trigger.t]\n" +
                          latency),
              testing::SizeIs(1));
  EXPECT_THAT(mistakes_in("[service.a]\nbake = '1'\n[service.a.probe.p]\ntype = 'http'\n"
                          "url = 'http://h'\n[service.a.trigger.t]\n" +
                          failures + "failures = 1000\n"),
              testing::SizeIs(1));
}

TEST(BuiltInTriggers, WatchEveryProbeForFailuresAndSlownessWhereItCanBeSeen) {
  EXPECT_THAT(built_in("[service.a.probe.p]\ntype = 'http'\nurl = 'http://h'\n"
                       "[service.a.probe.q]\ntype = 'http'\nurl = 'http://h'\ntimeout = '6s'\n"),
              ElementsAre("p.failures", "q.failures", "q.latency"));
  EXPECT_THAT(built_in("[service.a.trigger]\n[service.a.probe.p]\ntype = 'http'\n"
                       "url = 'http://h'\n"),
              ElementsAre("p.failures"));
  EXPECT_THAT(built_in("[service.a]\nbake = '1m'\n[service.a.probe.q]\ntype = 'http'\n"
                       "url = 'http://h'\ntimeout = '6s'\n"),
              ElementsAre("q.failures"));
  EXPECT_THAT(built_in("[service.a]\n"), IsEmpty());
}

TEST(BuiltInTriggers, WatchTheShareOfErrorsWhereThereAreEnoughSamples) {
  const auto at = [](const std::string& interval, const std::string& bake) {
    return built_in("[service.a]\nbake = '" + bake + "'\n[service.a.probe.p]\ntype = 'http'\n" +
                    "url = 'http://h'\ninterval = '" + interval + "'\ntimeout = '1s'\n");
  };
  EXPECT_THAT(at("3s", "15m"), ElementsAre("p.failures", "p.errors"));
  EXPECT_THAT(at("3001ms", "15m"), ElementsAre("p.failures"));
  EXPECT_THAT(at("1s", "5m"), ElementsAre("p.failures")) << "it could not trip within the bake";
}

TEST(BuiltInTriggers, AreRefusedWhenTheyCouldNotTrip) {
  EXPECT_THAT(
      mistakes_in("[service.a]\nbake = '11s'\n[service.a.probe.p]\ntype = 'http'\n"
                  "url = 'http://h'\n"),
      ElementsAre("ripcord.toml:3:1: service.a.probe.p: built-in trigger \"p.failures\": 3 "
                  "failures in a row take 15s at this probe's interval, and bake is 11s: it "
                  "can never trip"));
}

TEST(BuiltInTriggers, NeedAProbeNameThatLeavesRoom) {
  const std::string probe = "]\ntype = 'http'\nurl = 'http://h'\n";
  EXPECT_THAT(mistakes_in("[service.a.probe." + std::string(55, 'p') + probe), IsEmpty());
  EXPECT_THAT(
      mistakes_in("[service.a.probe." + std::string(56, 'p') + probe),
      ElementsAre(testing::EndsWith("longer than 64 characters: shorten the probe's name or "
                                    "configure triggers")));
}

}  // namespace
}  // namespace ripcord::config
