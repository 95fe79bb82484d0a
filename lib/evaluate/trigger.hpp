#pragma once

#include "evaluate/consecutive_failures.hpp"
#include "evaluate/latency.hpp"
#include "evaluate/rules.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"

#include <optional>
#include <string>
#include <variant>

namespace ripcord::evaluate {

/// A rule and what it has seen. Takes samples of its probe in order; O(1) each, amortised.
class Trigger {
 public:
  Trigger(const Rule& rule, const ProbeTiming& timing);

  void take(const Sample& sample);
  /// Forgets all that was seen: a new epoch.
  void clear();
  [[nodiscard]] Finding finding(Instant now) const;
  /// The finding in words with its numbers. Not for the hot path.
  [[nodiscard]] std::string reason(Instant now) const;
  /// When the trouble that is pending or tripped began; nothing without trouble.
  [[nodiscard]] std::optional<Instant> bad_since() const;

 private:
  std::variant<ConsecutiveFailuresJudge, LatencyJudge> judge_;
};

/// The kind's word: `"consecutive_failures"`, `"latency"`.
[[nodiscard]] std::string_view kind_name(const Rule& rule);

}  // namespace ripcord::evaluate
