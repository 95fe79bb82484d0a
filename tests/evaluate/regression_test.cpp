#include "evaluate/regression.hpp"

#include "tests/evaluate/samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::evaluate {
namespace {

using namespace std::chrono_literals;
using test::every_5s;
using test::no_data;
using test::pass;
using test::pending;
using test::tripped;

/// The mean of a queue is more than half worse in the last two minutes, for 20 s.
Regression rule_of(Worse worse = Worse::higher) {
  return {.value = 3,
          .what = "queue",
          .worse = worse,
          .quantile = std::nullopt,
          .worse_by = 0.5,
          .floor = 0,
          .window = 2min,
          .hold = 20s,
          .samples_min = 20};
}

Baseline baseline_of(std::vector<double> numbers) {
  Baseline baseline;
  baseline.count = numbers.size();
  if (numbers.empty()) return baseline;
  const double sum = std::accumulate(numbers.begin(), numbers.end(), 0.0);
  baseline.mean = sum / static_cast<double>(numbers.size());
  std::ranges::sort(numbers);
  baseline.sample = std::move(numbers);
  return baseline;
}

/// 90, 91, … 110, three times: a mean of 100.
Baseline around_100() {
  std::vector<double> numbers;
  for (int i = 0; i < 63; ++i) numbers.push_back(90 + i % 21);
  return baseline_of(numbers);
}

/// Takes one number every 5 s.
class Judged {
 public:
  explicit Judged(const std::optional<Baseline>& baseline, const Regression& rule = rule_of())
      : judge(rule, every_5s) {
    if (baseline) judge.arm(*baseline);
  }

  Judged& take(int times, double number) {
    for (int i = 0; i < times; ++i) {
      now += 5s;
      Sample sample = test::answered(now, 0s);
      sample.readings = {{.value = 3, .number = number}};
      judge.take(sample);
    }
    return *this;
  }
  /// 20 numbers around `middle`.
  Judged& take_around(double middle) {
    for (int i = 0; i < 20; ++i) take(1, middle - 10 + i);
    return *this;
  }

  [[nodiscard]] Finding finding() const { return judge.finding(now); }
  [[nodiscard]] std::string reason() const { return judge.reason(now); }

  RegressionJudge judge;
  Instant now = Instant{} + 1h;
};

TEST(Regression, PassesWithinTheMarginAndIsPendingBeyondIt) {
  EXPECT_EQ(Judged(around_100()).take_around(100).finding(), pass);
  EXPECT_EQ(Judged(around_100()).take(20, 150).finding(), pass) << "50 % are not more than 50 %";
  EXPECT_EQ(Judged(around_100()).take(20, 150.1).finding(), pending(0));
  EXPECT_EQ(Judged(around_100()).take(20, 20).finding(), pass) << "lower is better";
}

TEST(Regression, TripsWhenItWasWorseForLongEnough) {
  EXPECT_EQ(Judged(around_100()).take(23, 200).finding(), pending(0.75));
  EXPECT_EQ(Judged(around_100()).take(24, 200).finding(), tripped);
}

TEST(Regression, MayBeWorseByBeingLower) {
  const Regression lower = rule_of(Worse::lower);
  EXPECT_EQ(Judged(around_100(), lower).take(24, 50).finding(), pass);
  EXPECT_EQ(Judged(around_100(), lower).take(24, 49).finding(), tripped);
  EXPECT_EQ(Judged(around_100(), lower).take(24, 500).finding(), pass);
}

TEST(Regression, NeedsTheFloorAsWell) {
  Regression floored = rule_of();
  floored.floor = 120;
  EXPECT_EQ(Judged(around_100(), floored).take(24, 220).finding(), pass);
  EXPECT_EQ(Judged(around_100(), floored).take(24, 221).finding(), tripped);
}

TEST(Regression, ComparesAQuantileIfItIsTold) {
  Regression p90 = rule_of();
  p90.quantile = 0.9;  // of the baseline: 108
  EXPECT_EQ(Judged(around_100(), p90).take(24, 162).finding(), pass);
  EXPECT_EQ(Judged(around_100(), p90).take(24, 163).finding(), tripped);
  EXPECT_EQ(Judged(around_100(), p90).take(20, 163).reason(),
            "queue p90 163 over 2m (20 samples), baseline 108 (63 samples), worse than 162 (p "
            "< 0.001) for 0s of 20s");
}

TEST(Regression, IsNotMovedByOneWildNumber) {
  Judged judged(around_100());
  judged.take_around(100).take(1, 100'000);
  EXPECT_EQ(judged.finding(), pass);
  EXPECT_EQ(judged.reason(),
            "queue mean 4857 over 2m (21 samples), baseline 100 (63 samples), worse than 150 by "
            "chance (p 0.5)");
}

TEST(Regression, HasNoDataWithoutABaseline) {
  EXPECT_EQ(Judged(std::nullopt).take(30, 500).finding(), no_data);
  EXPECT_EQ(Judged(std::nullopt).take(30, 500).reason(), "no baseline");
}

TEST(Regression, HasNoDataWithAThinBaseline) {
  const Judged thin = Judged(baseline_of(std::vector<double>(19, 1))).take(30, 500);
  EXPECT_EQ(thin.finding(), no_data);
  EXPECT_EQ(thin.reason(), "baseline has 19 samples, fewer than 20");
  EXPECT_EQ(Judged(Baseline{}).take(30, 500).reason(), "baseline has 0 samples, fewer than 20");
  Baseline unkept = around_100();
  unkept.sample.resize(8);
  EXPECT_EQ(Judged(unkept).take(30, 500).finding(), no_data) << "too few for the rank test";
}

TEST(Regression, HasNoDataWithABaselineThatKeptAllItCanOfTooFew) {
  Regression patient = rule_of();
  patient.samples_min = 300;
  patient.window = 30min;
  Baseline full = baseline_of(std::vector<double>(Baseline::sample_max, 100));
  full.count = 299;
  EXPECT_EQ(Judged(full, patient).take(330, 500).finding(), no_data);
  full.count = 300;
  EXPECT_EQ(Judged(full, patient).take(330, 500).finding().state, FindingState::tripped);
}

TEST(Regression, HasNoDataWithABaselineOfZero) {
  const Judged zero = Judged(baseline_of(std::vector<double>(40, 0))).take(30, 500);
  EXPECT_EQ(zero.finding(), no_data);
  EXPECT_EQ(zero.reason(), "baseline queue mean is 0, nothing to compare with");
}

TEST(Regression, ComparesWithAConstantBaseline) {
  const Baseline constant = baseline_of(std::vector<double>(40, 7));
  EXPECT_EQ(Judged(constant).take(24, 7).finding(), pass);
  EXPECT_EQ(Judged(constant).take(24, 7).reason(),
            "queue mean 7 over 2m (24 samples), baseline 7 (40 samples, all the same), limit 10.5");
  EXPECT_EQ(Judged(constant).take(24, 11).finding(), tripped);
}

TEST(Regression, ComparesWithANegativeBaseline) {
  const Baseline negative = baseline_of(std::vector<double>(40, -100));
  EXPECT_EQ(Judged(negative).take(24, -50).finding(), pass);
  EXPECT_EQ(Judged(negative).take(24, -49).finding(), tripped);
}

TEST(Regression, HasNoDataUntilEnoughSamplesAreIn) {
  EXPECT_EQ(Judged(around_100()).finding(), no_data);
  EXPECT_EQ(Judged(around_100()).reason(), "no known queue");
  EXPECT_EQ(Judged(around_100()).take(19, 500).finding(), no_data);
  EXPECT_EQ(Judged(around_100()).take(19, 500).reason(), "19 of 20 samples in 2m");
}

TEST(Regression, HasAGapWhereTheValueIsNotKnown) {
  Judged judged(around_100());
  judged.take(22, 200);
  EXPECT_EQ(judged.finding(), pending(0.5));
  judged.take(1, std::nan(""));
  judged.take(1, std::numeric_limits<double>::infinity());
  EXPECT_EQ(judged.finding(), pending(0.5));
  judged.judge.take(test::unknown(judged.now));
  EXPECT_EQ(judged.judge.finding(judged.now + 13s), pending(0.5));
  EXPECT_EQ(judged.judge.finding(judged.now + 13s + 1us), no_data);
}

TEST(Regression, MeasuresLatencyInSeconds) {
  Regression latency = rule_of();
  latency.value.reset();
  EXPECT_EQ(measured(latency, test::answered(Instant{}, 250ms)), 0.25);
  EXPECT_EQ(measured(latency, test::timed_out(Instant{}, 8s)), 8) << "at least";
  EXPECT_EQ(measured(latency, test::refused(Instant{})), std::nullopt);
  EXPECT_EQ(measured(latency, test::unknown(Instant{})), std::nullopt);
  EXPECT_EQ(measured(rule_of(), test::answered(Instant{}, 250ms)), std::nullopt);
}

TEST(Regression, ForgetsWhatItSawButNotItsBaseline) {
  Judged judged(around_100());
  judged.take(24, 200);
  judged.judge.clear();
  EXPECT_EQ(judged.finding(), no_data);
  EXPECT_EQ(judged.judge.bad_since(), std::nullopt);
  EXPECT_EQ(judged.take(20, 200).finding(), pending(0));
}

TEST(Regression, TestsAnewInANewEpoch) {
  // All within one sub-bucket of 2 s, for which a test's result stands.
  Regression quick = rule_of();
  quick.hold = 0s;
  quick.samples_min = 3;
  RegressionJudge judge(quick, every_5s);
  judge.arm(around_100());
  Instant now = Instant{} + 1h;
  const auto take = [&](double number) {
    now += 100ms;
    Sample sample = test::answered(now, 0s);
    sample.readings = {{.value = 3, .number = number}};
    judge.take(sample);
  };
  for (int i = 0; i < 3; ++i) take(200);
  EXPECT_EQ(judge.finding(now), tripped);
  judge.clear();
  for (const double number : {100.0, 100.0, 1000.0}) take(number);
  EXPECT_EQ(judge.finding(now), pass) << "the mean is worse, but by chance";
}

TEST(Regression, BeginsAnewWithANewBaseline) {
  Judged judged(around_100());
  judged.take(24, 200);
  judged.judge.arm(baseline_of(std::vector<double>(40, 190)));
  EXPECT_EQ(judged.finding(), pass);
  EXPECT_EQ(judged.take(10, 200).finding(), pass);
}

TEST(Regression, SaysWhyWithItsNumbers) {
  EXPECT_EQ(Judged(around_100()).take_around(100).reason(),
            "queue mean 99.5 over 2m (20 samples), baseline 100 (63 samples), limit 150");
  EXPECT_EQ(Judged(around_100()).take(22, 200).reason(),
            "queue mean 200 over 2m (22 samples), baseline 100 (63 samples), worse than 150 (p "
            "< 0.001) for 10s of 20s");
}

TEST(Regression, KnowsWhenItBeganAndHowLongItTakesToTrip) {
  const Judged judged = Judged(around_100()).take(21, 200);
  EXPECT_EQ(judged.judge.bad_since(), judged.now - 5s);
  EXPECT_EQ(judged.judge.time_to_trip(judged.now), 15s);
  EXPECT_EQ(Judged(around_100()).take_around(100).judge.time_to_trip(judged.now), std::nullopt);
}

}  // namespace
}  // namespace ripcord::evaluate
