#pragma once

#include "evaluate/rules.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"
#include "window/freshness.hpp"
#include "window/hold.hpp"

#include <optional>
#include <string>

namespace ripcord::evaluate {

/// Judges a latency quantile that the probe itself reports, over its own window (a scrape's
/// histogram): progress = held / `for`.
///
/// A sample without it, for which too few requests came in the window, is a gap of the hold, and so
/// is an unknown one. Memory: O(1).
class ReportedLatencyJudge {
 public:
  /// Pre: rule.value.
  ReportedLatencyJudge(const Latency& rule, const ProbeTiming& timing);

  [[nodiscard]] const Latency& rule() const { return rule_; }

  void take(const Sample& sample);
  void clear();
  [[nodiscard]] Finding finding(Instant now) const;
  /// `"p95 6.2s over 1m, above 5s for 1m 5s of 2m"`.
  [[nodiscard]] std::string reason(Instant now) const;
  [[nodiscard]] std::optional<Instant> bad_since() const { return hold_.since(); }
  [[nodiscard]] std::optional<Duration> time_to_trip(Instant now) const;
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;

 private:
  Latency rule_;
  Duration interval_;
  window::Freshness freshness_;  ///< of samples with the quantile
  window::Hold hold_;
  Duration last_{};
};

}  // namespace ripcord::evaluate
