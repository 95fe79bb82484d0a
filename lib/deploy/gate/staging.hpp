#pragma once

#include "deploy/gate/check.hpp"
#include "model/deployment.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::deploy {

/// The same version must have succeeded in another environment, and nothing since then may have
/// taken that back.
struct StagingRule {
  std::string environment;          ///< `"staging"`: what people call it
  std::optional<Duration> max_age;  ///< of that success; an age equal to it still passes

  friend bool operator==(const StagingRule&, const StagingRule&) = default;
};

/// One deployment there.
struct StagingRecord {
  std::string version;
  Phase phase;
  Instant at;  ///< when it ended; when it began, if it is open
};

/// The deployments there, of any version, in any order.
struct StagingFact {
  std::vector<StagingRecord> records;
};

/// Looks at the newest record of `version`. `fact` may be null: nothing is known, which is refused;
/// so is a record of the future, beyond `clock_difference_max`.
[[nodiscard]] GateCheck check(const StagingRule& rule, const StagingFact* fact,
                              std::string_view version, Instant now);

}  // namespace ripcord::deploy
