#include "evaluate/trigger.hpp"
#include "tests/evaluate/slow_triggers.hpp"
#include "tests/window/random_histories.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

// Each trigger kind against its oracle: a million random samples with gaps, bursts, equal times,
// retries, timeouts, counters that are set back, values that are absent, and occurrences between.

namespace ripcord::evaluate {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t seeds = 2000;
constexpr int samples_per_seed = 500;

/// What holds for every kind at every instant: progress is 1 and no time is left exactly when it is
/// tripped, and nothing changes by time alone before next_change().
void check_promises(const Trigger& trigger, Instant now) {
  const Finding finding = trigger.finding(now);
  const bool is_tripped = finding.state == FindingState::tripped;
  ASSERT_GE(finding.progress, 0);
  ASSERT_LE(finding.progress, 1);
  ASSERT_EQ(finding.progress == 1, is_tripped);
  const auto left = trigger.time_to_trip(now);
  ASSERT_EQ(left == Duration{}, is_tripped);
  if (finding.state == FindingState::pass || finding.state == FindingState::no_data) {
    ASSERT_EQ(left, std::nullopt);
    ASSERT_EQ(finding.progress, 0);
  }
  const auto next = trigger.next_change(now);
  ASSERT_GT(next.value_or(now + 1us), now);
  ASSERT_EQ(trigger.finding(next ? *next - 1us : now + 1h), finding);
}

/// A history with everything that any kind looks at.
class Life {
 public:
  Life(std::uint64_t seed, const ProbeTiming& timing) : history_(seed, timing) {}

  [[nodiscard]] Sample next() {
    Sample sample = history_.next();
    if (history_.up_to(25) == 0) total_ = errors_ = 0;
    const auto failed = static_cast<double>(history_.up_to(2) == 0 ? history_.up_to(3) : 0);
    errors_ += failed;
    total_ += failed + static_cast<double>(history_.up_to(6));
    if (history_.up_to(12) > 0) sample.readings.push_back({.value = 1, .number = total_});
    if (history_.up_to(12) > 0) sample.readings.push_back({.value = 2, .number = errors_});
    const auto level = static_cast<double>(history_.up_to(6));
    if (history_.up_to(12) > 0) sample.readings.push_back({.value = 3, .number = level});
    sample.connection_lost = sample.outcome == Outcome::bad && history_.up_to(2) > 0;
    return sample;
  }
  [[nodiscard]] std::uint64_t up_to(std::uint64_t most) { return history_.up_to(most); }
  [[nodiscard]] Duration some(std::uint64_t most) { return Duration(history_.up_to(most)); }

 private:
  test::RandomHistory history_;
  double total_ = 0;
  double errors_ = 0;
};

/// Compares both after each sample, sometimes a little later.
template <class Slow>
void expect_agreement(Trigger trigger, Slow slow, Life& life) {
  for (int i = 0; i < samples_per_seed; ++i) {
    const Sample sample = life.next();
    trigger.take(sample);
    slow.take(sample);
    const Instant now = sample.ended_at() + (life.up_to(3) == 0 ? life.some(30) : 0us);
    ASSERT_EQ(trigger.finding(now), slow.finding(now)) << "sample " << i;
    if (i % 4 > 0) continue;
    ASSERT_NO_FATAL_FAILURE(check_promises(trigger, now)) << "sample " << i;
  }
}

/// Runs `agree(seed, timing, life)` for all seeds.
template <class Agree>
void for_all_seeds(Agree agree) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    const ProbeTiming timing = test::random_timing(seed);
    Life life(seed, timing);
    ASSERT_NO_FATAL_FAILURE(agree(timing, life));
  }
}

TEST(TriggerOracle, ConsecutiveFailures) {
  for_all_seeds([](const ProbeTiming& timing, Life& life) {
    const ConsecutiveFailures rule{.failures = static_cast<std::uint32_t>(1 + life.up_to(8))};
    expect_agreement(Trigger(rule, timing), test::SlowFailures(rule, timing), life);
  });
}

TEST(TriggerOracle, Latency) {
  for_all_seeds([](const ProbeTiming& timing, Life& life) {
    const Latency rule{.quantile = static_cast<double>(1 + life.up_to(99)) / 100,
                       .above = life.some(4),
                       .window = 1us + life.some(60),
                       .hold = life.some(30),
                       .samples_min = static_cast<std::uint32_t>(1 + life.up_to(5))};
    expect_agreement(Trigger(rule, timing), test::SlowLatency(rule, timing), life);
  });
}

TEST(TriggerOracle, ErrorRatio) {
  for_all_seeds([](const ProbeTiming& timing, Life& life) {
    ErrorRatio rule{.counters = CounterPlaces{.total = 1, .errors = 2},
                    .above = static_cast<double>(life.up_to(8)) / 16,
                    .window = 1us + life.some(life.up_to(1) == 0 ? 50 : 400),
                    .hold = life.some(30),
                    .samples_min = static_cast<std::uint32_t>(life.up_to(20))};
    if (life.up_to(2) == 0) rule.counters.reset();
    expect_agreement(Trigger(rule, timing), test::SlowErrorRatio(rule, timing), life);
  });
}

TEST(TriggerOracle, ConnectionLost) {
  for_all_seeds([](const ProbeTiming& timing, Life& life) {
    const ConnectionLost rule{.hold = life.some(20)};
    expect_agreement(Trigger(rule, timing), test::SlowConnectionLost(rule, timing), life);
  });
}

TEST(TriggerOracle, Value) {
  for_all_seeds([](const ProbeTiming& timing, Life& life) {
    const Value rule{.value = 3,
                     .what = "level",
                     .bound = life.up_to(1) == 0 ? Bound::above : Bound::below,
                     .limit = static_cast<double>(life.up_to(6)),
                     .hold = life.some(20)};
    expect_agreement(Trigger(rule, timing), test::SlowValue(rule, timing), life);
  });
}

TEST(TriggerOracle, Occurrences) {
  for_all_seeds([](const ProbeTiming& timing, Life& life) {
    const Occurrences rule{.kind = 1,
                           .what = "restarts",
                           .more_than = static_cast<std::uint32_t>(life.up_to(6)),
                           .within = 1us + life.some(60),
                           .more_than_long = static_cast<std::uint32_t>(life.up_to(20)),
                           .within_long = life.up_to(1) == 0 ? 0us : life.some(300),
                           .needs_samples = life.up_to(2) > 0};
    Trigger trigger(rule, timing);
    test::SlowOccurrences slow(rule, timing);
    Instant occurred;
    for (int i = 0; i < samples_per_seed; ++i) {
      const Sample sample = life.next();
      trigger.take(sample);
      slow.take(sample);
      if (life.up_to(2) == 0) {
        // A little before the sample or after it, as they come from another source.
        occurred = std::max(occurred, sample.taken_at + life.some(8) - 4us);
        const Occurrence occurrence{.at = occurred,
                                    .kind = static_cast<std::uint16_t>(life.up_to(1)),
                                    .count = static_cast<std::uint32_t>(life.up_to(4)),
                                    .note = ""};
        trigger.take(occurrence);
        slow.take(occurrence);
      }
      const Instant now = std::max(occurred, sample.ended_at()) + life.some(10);
      ASSERT_EQ(trigger.finding(now), slow.finding(now)) << "sample " << i;
      ASSERT_NO_FATAL_FAILURE(check_promises(trigger, now)) << "sample " << i;
    }
  });
}

/// Up to a dozen levels, now and then all of them 0.
Baseline some_baseline(Life& life) {
  Baseline baseline;
  baseline.count = life.up_to(12);
  const std::uint64_t highest = life.up_to(4);
  double sum = 0;
  for (std::uint64_t i = 0; i < baseline.count; ++i) {
    baseline.sample.push_back(static_cast<double>(life.up_to(highest)));
    sum += baseline.sample.back();
  }
  std::ranges::sort(baseline.sample);
  if (baseline.count > 0) baseline.mean = sum / static_cast<double>(baseline.count);
  return baseline;
}

TEST(TriggerOracle, Regression) {
  for_all_seeds([](const ProbeTiming& timing, Life& life) {
    Regression rule{.value = 3,
                    .what = "level",
                    .worse = life.up_to(2) > 0 ? Worse::higher : Worse::lower,
                    .quantile = std::nullopt,
                    .worse_by = static_cast<double>(life.up_to(4)) / 8,
                    .floor = static_cast<double>(life.up_to(4)) / 4,
                    .window = 1us + life.some(life.up_to(1) == 0 ? 60 : 200),
                    .hold = life.some(20),
                    .samples_min = static_cast<std::uint32_t>(1 + life.up_to(6))};
    if (life.up_to(1) == 0) rule.quantile = static_cast<double>(1 + life.up_to(99)) / 100;
    const Baseline baseline = some_baseline(life);
    Trigger trigger(rule, timing);
    trigger.arm(baseline);
    expect_agreement(trigger, test::SlowRegression(rule, timing, baseline), life);
  });
}

}  // namespace
}  // namespace ripcord::evaluate
