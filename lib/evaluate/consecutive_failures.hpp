#pragma once

#include "evaluate/rules.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"
#include "window/streak.hpp"

#include <optional>
#include <string>

namespace ripcord::evaluate {

/// Judges the streak of bad samples: progress = streak / failures. No data when nothing is known
/// any more. Memory: O(1) and the last reason.
class ConsecutiveFailuresJudge {
 public:
  ConsecutiveFailuresJudge(const ConsecutiveFailures& rule, const ProbeTiming& timing)
      : rule_(rule), retry_interval_(timing.retry_interval), streak_(timing) {}

  [[nodiscard]] const ConsecutiveFailures& rule() const { return rule_; }

  void take(const Sample& sample);
  void clear() { streak_.clear(); }
  [[nodiscard]] Finding finding(Instant now) const;
  /// `"3 of 3 failures in a row: status 500, expected 200-299"`.
  [[nodiscard]] std::string reason(Instant now) const;
  [[nodiscard]] std::optional<Instant> bad_since() const { return streak_.since(); }
  /// If every probe from now on fails at once: one each `retry_interval`.
  [[nodiscard]] std::optional<Duration> time_to_trip(Instant now) const;
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;

 private:
  ConsecutiveFailures rule_;
  Duration retry_interval_;
  window::Streak streak_;
  std::string last_failure_;
};

}  // namespace ripcord::evaluate
