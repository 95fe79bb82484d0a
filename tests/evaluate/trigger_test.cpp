#include "evaluate/trigger.hpp"

#include "tests/evaluate/samples.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace ripcord::evaluate {
namespace {

using namespace std::chrono_literals;

TEST(Trigger, IsNamedByItsKind) {
  EXPECT_EQ(kind_name(ConsecutiveFailures{}), "consecutive_failures");
  EXPECT_EQ(kind_name(Latency{}), "latency");
  EXPECT_EQ(kind_name(ErrorRatio{}), "error_ratio");
  EXPECT_EQ(kind_name(ConnectionLost{}), "connection_lost");
  EXPECT_EQ(kind_name(Occurrences{}), "occurrences");
  EXPECT_EQ(kind_name(Value{}), "value");
  EXPECT_EQ(kind_name(Regression{}), "regression");
}

TEST(Trigger, SaysWithWhichSettingItWouldHaveTripped) {
  EXPECT_EQ(setting_that_trips(ConsecutiveFailures{.failures = 3}, 2.0 / 3), "failures = 2");
  EXPECT_EQ(setting_that_trips(Latency{.hold = 2min}, 0.75), "for = 1m 30s");
  EXPECT_EQ(setting_that_trips(ErrorRatio{.hold = 5min}, 0.5), "for = 2m 30s");
  EXPECT_EQ(setting_that_trips(ConnectionLost{.hold = 30s}, 0.5), "for = 15s");
  EXPECT_EQ(setting_that_trips(Value{.hold = 1min}, 0.25), "for = 15s");
  EXPECT_EQ(setting_that_trips(Regression{.hold = 2min}, 0.5), "for = 1m");
  EXPECT_EQ(setting_that_trips(Occurrences{.more_than = 3}, 0.5), "more_than = 1");
  EXPECT_EQ(setting_that_trips(Occurrences{.more_than = 3}, 0.25), "more_than = 0");
  EXPECT_EQ(
      setting_that_trips(Occurrences{.more_than = 3, .more_than_long = 9, .within_long = 1h}, 0.5),
      "more_than = 1 or more_than_long = 4");
}

TEST(Trigger, JudgesByItsRule) {
  Trigger failures(ConsecutiveFailures{.failures = 1}, test::every_5s);
  Trigger latency(Latency{.hold = 0s, .samples_min = 1}, test::every_5s);
  const Sample hung = test::timed_out(Instant{}, 8s);
  const Instant now = hung.ended_at();
  for (Trigger* trigger : {&failures, &latency}) {
    EXPECT_EQ(trigger->finding(now).state, FindingState::no_data);
    trigger->take(hung);
    EXPECT_EQ(trigger->finding(now), (Finding{.state = FindingState::tripped, .progress = 1}));
  }
  EXPECT_EQ(failures.reason(now), "1 of 1 failures in a row: timeout");
  EXPECT_EQ(latency.reason(now), "p95 8s over 1m (1 sample), above 5s for 0s of 0s");
  EXPECT_EQ(failures.bad_since(), Instant{});
  EXPECT_EQ(latency.bad_since(), now);
}

TEST(Trigger, ForgetsWhatItHasSeen) {
  for (const Rule& rule :
       {Rule(ConsecutiveFailures{.failures = 1}), Rule(Latency{.hold = 0s, .samples_min = 1})}) {
    Trigger trigger(rule, test::every_5s);
    trigger.take(test::timed_out(Instant{}, 8s));
    trigger.clear();
    EXPECT_EQ(trigger.finding(Instant{} + 8s).state, FindingState::no_data) << kind_name(rule);
    EXPECT_EQ(trigger.bad_since(), std::nullopt) << kind_name(rule);
  }
}

TEST(Trigger, GivesOccurrencesToTheKindThatCountsThem) {
  const Occurrence restart{.at = Instant{}, .kind = 0, .count = 9, .note = "exit code 1"};
  for (const Rule& rule : {Rule(ConsecutiveFailures{}), Rule(Latency{}), Rule(ErrorRatio{}),
                           Rule(ConnectionLost{}), Rule(Value{}), Rule(Regression{})}) {
    Trigger trigger(rule, test::every_5s);
    trigger.take(restart);
    EXPECT_EQ(trigger.finding(Instant{}), Finding{}) << kind_name(rule);
  }
  Trigger trigger(Occurrences{}, test::every_5s);
  trigger.take(restart);
  EXPECT_EQ(trigger.finding(Instant{}).state, FindingState::tripped);
}

TEST(Trigger, GivesABaselineToTheKindThatNeedsIt) {
  const Baseline thin{.count = 1, .mean = 1, .quantiles = {}, .sample = {1}};
  Trigger failures(ConsecutiveFailures{.failures = 1}, test::every_5s);
  Trigger regression(Regression{.samples_min = 1}, test::every_5s);
  for (Trigger* trigger : {&failures, &regression}) {
    trigger->arm(thin);
    trigger->take(test::timed_out(Instant{}, 8s));
  }
  EXPECT_EQ(failures.finding(Instant{} + 8s).state, FindingState::tripped);
  EXPECT_EQ(regression.finding(Instant{} + 8s).state, FindingState::pass);
  EXPECT_EQ(
      regression.reason(Instant{} + 8s),
      "latency mean 8 over 2m (1 sample), baseline 1 (1 sample, all the same), worse than 1.5 "
      "by chance (p 0.5)");
}

TEST(Trigger, IsCopiedWithAllItHasSeen) {
  Trigger trigger(Regression{.samples_min = 1}, test::every_5s);
  trigger.arm({.count = 1, .mean = 1, .quantiles = {}, .sample = {1}});
  const Trigger before = trigger;
  trigger.take(test::answered(Instant{}, 1s));
  EXPECT_EQ(before.finding(Instant{} + 1s).state, FindingState::no_data);
  EXPECT_EQ(trigger.finding(Instant{} + 1s).state, FindingState::pass);
  EXPECT_EQ(Trigger(trigger).finding(Instant{} + 1s).state, FindingState::pass);
}

TEST(Trigger, IsSmall) {
  // With 960 bytes for a ratio, 992 for a minute of latencies and 32 for restarts, the built-in set
  // of one service stays below 4 KiB at an interval of 1 s.
  EXPECT_LE(sizeof(Trigger), 320U);
}

TEST(Trigger, HasTheDefaultsOfTheBuiltInSet) {
  EXPECT_EQ(ErrorRatio{}, (ErrorRatio{.counters = std::nullopt,
                                      .above = 0.10,
                                      .window = 1min,
                                      .hold = 5min,
                                      .samples_min = 20}));
  EXPECT_EQ(ConnectionLost{}, ConnectionLost{.hold = 0s});
  EXPECT_EQ(Occurrences{}, (Occurrences{.more_than = 3, .within = 10min, .within_long = 0s}));
  EXPECT_EQ(ConsecutiveFailures{}.failures, 3U);
  EXPECT_EQ(Latency{}, (Latency{.quantile = 0.95, .above = 5s, .window = 1min, .hold = 2min}));
}

}  // namespace
}  // namespace ripcord::evaluate
