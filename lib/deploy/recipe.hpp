#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::deploy {

/// One step as the state machine sees it: what it is called and how long it may take. Its command
/// is known to the keeper alone.
struct RecipeStep {
  std::string name;
  Duration timeout = std::chrono::minutes(5);
  Duration grace = std::chrono::seconds(10);
  bool idempotent = false;  ///< a lost run may be started again

  friend bool operator==(const RecipeStep&, const RecipeStep&) = default;
};

/// A step of a canary.
struct Stage {
  double traffic = 1;  ///< share of the new version, in (0, 1]
  Duration bake = std::chrono::minutes(15);
  bool needs_approval = false;  ///< a person must promote it once its bake is over

  friend bool operator==(const Stage&, const Stage&) = default;
};

/// What a trip does once the bake is over.
enum class AfterBake : std::uint8_t { alert, rollback };

/// How a service is deployed, judged and rolled back.
struct Recipe {
  Duration settle = std::chrono::seconds(10);  ///< after an action, before triggers may trip
  Duration bake = std::chrono::minutes(15);    ///< in which a trip rolls back; settle included
  Duration deadline = std::chrono::hours(2);   ///< of the whole deployment
  std::vector<RecipeStep> deploy;              ///< of a driven deployment, in order
  std::vector<Stage> stages;                   ///< of a driven deployment; none: one of `bake`
  std::optional<RecipeStep> shift;             ///< run at the start of each stage
  std::vector<RecipeStep> rollback;            ///< in order; the first failure ends it
  std::optional<RecipeStep> verify;            ///< a script that must exit 0
  Duration verify_timeout = std::chrono::minutes(5);  ///< for script and health together
  Duration healthy_for = settle;                      ///< how long, for a rollback to be verified

  AfterBake after_bake = AfterBake::alert;

  friend bool operator==(const Recipe&, const Recipe&) = default;
};

}  // namespace ripcord::deploy
