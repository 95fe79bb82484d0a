#include "evaluate/trigger.hpp"
#include "tests/evaluate/samples.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

// What every kind promises of a service that turns bad and stays so.

namespace ripcord::evaluate {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{} + 12h;
constexpr int good_samples = 30;
constexpr int samples = 400;

Baseline baseline_of_ones() {
  return {
      .count = 40, .mean = 1, .quantiles = {1, 1, 1, 1}, .sample = std::vector<double>(40, 1.0)};
}

/// One sample every 5 s, in which everything is good or everything is bad.
Sample sample_at(int i) {
  const bool is_bad = i >= good_samples;
  Sample sample = test::answered(noon + i * 5s, 0s, is_bad ? Outcome::bad : Outcome::good);
  sample.connection_lost = is_bad;
  // A slow answer ends when the others do.
  if (is_bad) {
    sample.latency = 6s;
    sample.taken_at -= 6s;
  }
  const double errors = is_bad ? 20.0 * (i - good_samples + 1) : 0;
  sample.readings = {{.value = 0, .number = 100.0 * i},
                     {.value = 1, .number = errors},
                     {.value = 2, .number = is_bad ? 9.0 : 1.0}};
  return sample;
}

struct Case {
  std::string name;
  Rule rule;
};

std::ostream& operator<<(std::ostream& out, const Case& of) {
  return out << of.name;
}

class Progress : public testing::TestWithParam<Case> {
 protected:
  Progress() : trigger(GetParam().rule, test::every_5s) { trigger.arm(baseline_of_ones()); }

  void take(int i) {
    const Sample sample = sample_at(i);
    now = sample.ended_at();
    trigger.take(sample);
    if (i >= good_samples) trigger.take(Occurrence{.at = now, .kind = 0, .count = 1, .note = ""});
  }
  [[nodiscard]] Finding finding() const { return trigger.finding(now); }

  Trigger trigger;
  Instant now;
};

TEST_P(Progress, NeverFallsBeforeTheTripAndIsOneExactlyThere) {
  double before = 0;
  bool has_tripped = false;
  for (int i = 0; i < samples; ++i) {
    take(i);
    const Finding found = finding();
    ASSERT_GE(found.progress, before) << "sample " << i;
    ASSERT_LE(found.progress, 1) << "sample " << i;
    ASSERT_EQ(found.progress == 1, found.state == FindingState::tripped) << "sample " << i;
    ASSERT_TRUE(i >= good_samples || found.progress == 0) << "sample " << i;
    has_tripped = has_tripped || found.state == FindingState::tripped;
    before = found.progress;
  }
  EXPECT_TRUE(has_tripped);
}

TEST_P(Progress, TripsExactlyWhenItWasToldToIfNothingChanges) {
  std::vector<std::optional<Instant>> told;
  int i = 0;
  for (; i < samples && finding().state != FindingState::tripped; ++i) {
    take(i);
    if (const auto left = trigger.time_to_trip(now)) told.emplace_back(now + *left);
  }
  ASSERT_LT(i, samples);
  EXPECT_EQ(trigger.time_to_trip(now), Duration{});
  for (const auto& instant : told) EXPECT_EQ(instant, now);
}

TEST_P(Progress, BeginsAnewInANewEpoch) {
  for (int i = 0; i < samples; ++i) take(i);
  ASSERT_EQ(finding().state, FindingState::tripped);
  trigger.clear();
  EXPECT_EQ(finding(), Finding{});
  EXPECT_EQ(trigger.bad_since(), std::nullopt);
  EXPECT_EQ(trigger.time_to_trip(now), std::nullopt);
  EXPECT_EQ(trigger.next_change(now), std::nullopt);
}

TEST_P(Progress, GoesStaleExactlyWhenItSaysSo) {
  for (int i = 0; i < samples; ++i) take(i);
  for (auto next = trigger.next_change(now); next; next = trigger.next_change(now)) {
    EXPECT_EQ(trigger.finding(*next - 1us), finding());
    now = *next;
  }
  EXPECT_EQ(finding(), Finding{}) << "in the end nothing is known any more";
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind, Progress,
    testing::Values(
        Case{"failures", ConsecutiveFailures{.failures = 40}},
        Case{"latency", Latency{.hold = 3min}}, Case{"latency_at_once", Latency{.hold = 0s}},
        Case{"outcomes", ErrorRatio{.counters = std::nullopt, .samples_min = 12}},
        Case{"counters", ErrorRatio{.counters = CounterPlaces{.total = 0, .errors = 1}}},
        Case{"lost_at_once", ConnectionLost{}}, Case{"lost", ConnectionLost{.hold = 47s}},
        Case{"restarts", Occurrences{.more_than = 7}},
        Case{"both", Occurrences{.more_than = 300, .more_than_long = 9, .within_long = 1h}},
        Case{"value", Value{.value = 2, .limit = 5, .hold = 61s}},
        Case{"mean", Regression{.value = 2}},
        Case{"quantile", Regression{.value = 2, .quantile = 0.99}}),
    [](const auto& each) { return each.param.name; });

TEST(Progress, SaysThatARegressionHasNoBaseline) {
  Trigger trigger(Regression{.value = 2}, test::every_5s);
  for (int i = 0; i < samples; ++i) trigger.take(sample_at(i));
  EXPECT_EQ(trigger.finding(sample_at(samples - 1).ended_at()), Finding{});
}

}  // namespace
}  // namespace ripcord::evaluate
