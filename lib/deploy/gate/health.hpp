#pragma once

#include "deploy/gate/check.hpp"
#include "model/finding.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ripcord::deploy {

/// No trigger may be pending or tripped, and at least one must pass.
struct HealthyRule {
  friend bool operator==(const HealthyRule&, const HealthyRule&) = default;
};

/// What one trigger finds now.
struct TriggerNow {
  std::string name;
  FindingState state = FindingState::no_data;
  std::string reason;            ///< with its numbers
  bool ignores_no_data = false;  ///< `on_no_data = "ignore"`: then it neither helps nor harms
  bool counts_signals = false;   ///< that nobody has complained does not tell that all is well
};

/// Every trigger of the service that may act.
struct HealthyFact {
  std::vector<TriggerNow> triggers;
};

/// A named value, such as a request rate, must be below a bound.
struct QuietRule {
  std::string value;
  double below = 0;                                ///< a value equal to it is refused
  Duration stale_after = std::chrono::minutes(1);  ///< an older value is not known

  friend bool operator==(const QuietRule&, const QuietRule&) = default;
};

/// The value as it was last seen.
struct QuietFact {
  double value = 0;
  Instant seen_at;
};

// `fact` may be null: nothing is known, which is refused.
[[nodiscard]] GateCheck check(const HealthyRule& rule, const HealthyFact* fact, Instant now);
/// A value that is no number, or of the future beyond `clock_difference_max`, is not known either.
[[nodiscard]] GateCheck check(const QuietRule& rule, const QuietFact* fact, Instant now);

}  // namespace ripcord::deploy
