#pragma once

#include "act/command.hpp"
#include "base/time.hpp"
#include "config/mistakes.hpp"
#include "config/table_reader.hpp"
#include "deploy/recipe.hpp"
#include "model/run.hpp"

#include <optional>
#include <string>
#include <string_view>
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

/// `user`, `workdir` and `env`, wherever a program is named, which is at the key `run`. The rest is
/// as it is by default.
[[nodiscard]] act::StepCommand read_command(TableReader& table, std::string_view run = "run");

/// The steps of `[[service.NAME.deploy.step]]` in their order.
[[nodiscard]] std::vector<Step> read_deploy(TableReader& service, Mistakes& mistakes);

/// `[service.NAME.shift]`; nothing when it is not there.
[[nodiscard]] std::optional<Step> read_shift(TableReader& service, Mistakes& mistakes);

/// The steps of `[[service.NAME.rollback.step]]` in their order.
[[nodiscard]] std::vector<Step> read_rollback(TableReader& service, Mistakes& mistakes);

/// `[service.NAME.verify]`, with all its defaults when it is not there.
[[nodiscard]] Verify read_verify(TableReader& service, Duration settle, Mistakes& mistakes);

/// One step of the service behind `from`, without a look at anything else in it; nothing when
/// there is none.
[[nodiscard]] std::optional<Step> read_one_step(const NamedTable& from, StepId step,
                                                Mistakes& mistakes);

}  // namespace ripcord::config
