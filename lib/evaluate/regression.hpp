#pragma once

#include "evaluate/rules.hpp"
#include "model/baseline.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"
#include "window/freshness.hpp"
#include "window/hold.hpp"
#include "window/value_window.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::evaluate {

/// The number of a sample that the rule compares: a latency in seconds, of a probe that gave up at
/// least that, or a named value. Nothing when it is not known, not finite, or the sample unknown.
[[nodiscard]] std::optional<double> measured(const Regression& rule, const Sample& sample);

/// Compares a window with the baseline: progress = held / `for`.
///
/// The condition is met when the mean (or quantile) is worse than the baseline's by more than
/// `worse_by` of it and by more than `floor`, and a rank test finds p < 0.01. No data without a
/// baseline, with fewer than `samples_min` numbers on either side, and when the baseline's mean (or
/// quantile) is 0, of which there is no share. The test runs only while the first two are met, and
/// at most once for each 1/60 of the window: between, its last result stands. One test is
/// O(n log n) of the n numbers in the window, so a sample costs at most O(60 log n), amortised.
/// Memory: 32 bytes for each probe that fits into the window, and 2 KiB of the baseline.
class RegressionJudge {
 public:
  RegressionJudge(const Regression& rule, const ProbeTiming& timing);

  [[nodiscard]] const Regression& rule() const { return rule_; }

  /// Compares with this one from now on. Stays through clear().
  void arm(const Baseline& baseline);
  void take(const Sample& sample);
  void clear();
  [[nodiscard]] Finding finding(Instant now) const;
  /// `"latency mean 0.42 over 2m (24 samples), baseline 0.2 (360 samples), worse than 0.3 (p <
  /// 0.001) for 1m of 2m"`.
  [[nodiscard]] std::string reason(Instant now) const;
  [[nodiscard]] std::optional<Instant> bad_since() const { return hold_.since(); }
  [[nodiscard]] std::optional<Duration> time_to_trip(Instant now) const;
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;

 private:
  /// Why there is nothing to compare; empty when there is.
  [[nodiscard]] std::string objection() const;
  [[nodiscard]] bool is_comparable() const;
  [[nodiscard]] bool is_baseline_thin() const;
  [[nodiscard]] bool is_worse() const;
  /// What is compared, of the window. Pre: it is not empty.
  [[nodiscard]] double current() const;
  [[nodiscard]] std::string statistic() const;
  /// The rank test's result, made anew if its sub-bucket is over.
  [[nodiscard]] double test(Instant now);
  [[nodiscard]] window::Condition judge(Instant now);

  Regression rule_;
  Duration interval_;
  Duration test_every_;
  std::optional<Baseline> baseline_;
  double reference_ = 0;  ///< what is compared, of the baseline
  double limit_ = 0;      ///< beyond it the window is worse
  window::Freshness freshness_;
  window::ValueWindow window_;
  window::Hold hold_;
  std::vector<double> ascending_;  ///< room for the test
  std::optional<std::int64_t> tested_in_;
  double p_ = 1;
};

}  // namespace ripcord::evaluate
