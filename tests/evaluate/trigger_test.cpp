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

TEST(Trigger, HasTheDefaultsOfTheBuiltInSet) {
  EXPECT_EQ(ConsecutiveFailures{}.failures, 3U);
  EXPECT_EQ(Latency{}, (Latency{.quantile = 0.95, .above = 5s, .window = 1min, .hold = 2min}));
}

}  // namespace
}  // namespace ripcord::evaluate
