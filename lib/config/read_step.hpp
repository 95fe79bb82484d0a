#pragma once

#include "act/command.hpp"
#include "base/time.hpp"
#include "config/mistakes.hpp"
#include "config/table_reader.hpp"
#include "deploy/recipe.hpp"
#include "model/run.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ripcord::config {

/// One step, whole: what the state machine knows of it and what its keeper runs.
struct Step {
  deploy::RecipeStep recipe;
  act::StepCommand command;  ///< `run` is empty for a verify without a script
  NamedTable from;
};

struct Verify {
  Step step;
  Duration healthy_for{};
};

/// `run`, `user`, `workdir` and `env`, wherever a program is named. The rest is as it is by
/// default.
[[nodiscard]] act::StepCommand read_command(TableReader& table);

/// The steps of `[[service.NAME.rollback.step]]` in their order.
[[nodiscard]] std::vector<Step> read_rollback(TableReader& service, Mistakes& mistakes);

/// `[service.NAME.verify]`, with all its defaults when it is not there.
[[nodiscard]] Verify read_verify(TableReader& service, Duration settle, Mistakes& mistakes);

/// One step of the service behind `from`, without a look at anything else in it; nothing when
/// there is none.
[[nodiscard]] std::optional<Step> read_one_step(const NamedTable& from, StepId step,
                                                Mistakes& mistakes);

}  // namespace ripcord::config
