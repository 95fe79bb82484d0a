#pragma once

#include "evaluate/rules.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"
#include "window/freshness.hpp"
#include "window/hold.hpp"

#include <optional>
#include <string>
#include <utility>

namespace ripcord::evaluate {

/// Judges a named value against a bound: progress = held / `for`.
///
/// A sample without the value is a gap of the hold, and so is an unknown one; a bad one with the
/// value counts. Memory: O(1).
class ValueJudge {
 public:
  ValueJudge(Value rule, const ProbeTiming& timing)
      : rule_(std::move(rule)), interval_(timing.interval), freshness_(timing), hold_(timing) {}

  [[nodiscard]] const Value& rule() const { return rule_; }

  void take(const Sample& sample);
  void clear();
  [[nodiscard]] Finding finding(Instant now) const;
  /// `"memory_used 0.93, above 0.9 for 1m of 2m"`.
  [[nodiscard]] std::string reason(Instant now) const;
  [[nodiscard]] std::optional<Instant> bad_since() const { return hold_.since(); }
  [[nodiscard]] std::optional<Duration> time_to_trip(Instant now) const;
  [[nodiscard]] std::optional<Instant> next_change(Instant now) const;

 private:
  [[nodiscard]] bool is_beyond(double number) const;

  Value rule_;
  Duration interval_;
  window::Freshness freshness_;
  window::Hold hold_;
  double last_ = 0;
};

}  // namespace ripcord::evaluate
