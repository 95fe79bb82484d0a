#pragma once

#include "base/time.hpp"
#include "config/mistakes.hpp"
#include "config/table_reader.hpp"
#include "deploy/recipe.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ripcord::config {

/// How a service is deployed, judged and rolled back.
struct ReadRecipe {
  deploy::Recipe recipe;
  std::vector<std::string> way_back;  ///< the programs of the rollback and of the verification
  /// In which every trigger that rolls back must be able to trip: the shorter one of `bake` and
  /// the longest stage's. Nothing when that is not known, because of a mistake.
  std::optional<Duration> shortest_watch;
};

/// `settle`, `bake`, `deadline`, `after_bake`, `deploy`, `stage`, `shift`, `rollback` and `verify`.
[[nodiscard]] ReadRecipe read_recipe(TableReader& service, Mistakes& mistakes);

}  // namespace ripcord::config
