#pragma once

#include "base/indirect.hpp"
#include "evaluate/rules.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"
#include "window/counters.hpp"
#include "window/freshness.hpp"
#include "window/hold.hpp"
#include "window/ratio_window.hpp"

#include <optional>
#include <string>

namespace ripcord::evaluate {

/// Judges the share of errors in a window: ratio = errors / total, progress = held / `for`.
///
/// A sample counts as one request, an error when it is bad; or the growth of two counters counts,
/// if both are in the sample's readings. An unknown sample, one without the counters, one that only
/// sets their base, and a window with fewer than `samples_min` requests are gaps of the hold: no
/// traffic is neither good nor bad. Memory: 960 bytes and O(1).
class ErrorRatioJudge {
 public:
  ErrorRatioJudge(const ErrorRatio& rule, const ProbeTiming& timing);

  [[nodiscard]] const ErrorRatio& rule() const { return rule_; }

  void take(const Sample& sample);
  void clear();
  [[nodiscard]] Finding finding(Instant now) const;
  /// `"errors 14.2 % (71 of 500) over 1m, above 10 % for 3m 10s of 5m"`.
  [[nodiscard]] std::string reason(Instant now) const;
  [[nodiscard]] std::optional<Instant> bad_since() const { return hold_.since(); }
  [[nodiscard]] std::optional<Duration> time_to_trip(Instant now) const;
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;

 private:
  [[nodiscard]] std::optional<window::Counters::Pair> counted(const Sample& sample);
  [[nodiscard]] bool has_enough() const;

  ErrorRatio rule_;
  Duration interval_;
  window::Freshness freshness_;
  OptionalIndirect<window::Counters> counters_;  ///< only of a rule that looks at some
  window::RatioWindow window_;
  window::Hold hold_;
};

}  // namespace ripcord::evaluate
