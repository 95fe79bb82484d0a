#include "ripcord/deploy_options.hpp"

#include <fmt/format.h>

#include <CLI/Error.hpp>

namespace ripcord::cli {

void add_new_deployment(CLI::App& command, NewDeployment& what) {
  command.add_option("SERVICE", what.service, "The service");
  command.add_option("--version", what.version, "The version to be deployed");
  command.add_option("--commit-time", what.commit_time,
                     "When its last commit was made, for the lead time");
  command.add_flag("--supersede", what.supersede,
                   "Take the place of a deployment that bakes, also of a driven one");
  command.add_option("--irreversible", what.irreversible,
                     "Why it cannot be undone: a trip then only pages");
  command.add_flag("--rework", what.rework, "It mends an earlier deployment");
  command.add_flag("--drill", what.drill, "It is practice: no figure counts it");
}

void add_gate_words(CLI::App& command, GateWords& gate) {
  // One value each, so that what follows is not taken for another one.
  command
      .add_option("--confirm", gate.confirmations,
                  "An item of a checklist that you confirm; may be repeated")
      ->allow_extra_args(false);
  command
      .add_option("--override", gate.overrides,
                  "A gate that you pass over whatever it says; may be repeated")
      ->allow_extra_args(false);
  command
      .add_option("--reason", gate.reasons,
                  "Why: kept in the history for ever; one for each override, or one for all")
      ->allow_extra_args(false);
}

void check_gate_words(const GateWords& gate) {
  const std::size_t overrides = gate.overrides.size();
  const std::size_t reasons = gate.reasons.size();
  if (reasons == overrides || (reasons == 1 && overrides > 1)) return;
  if (reasons == 0) throw CLI::RequiredError("--reason, with --override,");
  throw CLI::ValidationError(
      "--reason",
      fmt::format("{} given for {} --override: one for each, or one for all", reasons, overrides));
}

void refuse_own_options(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() == 0) continue;
    throw CLI::ValidationError(option->get_name(),
                               fmt::format("is not for \"{} {}\"", command.get_name(),
                                           command.get_subcommands().front()->get_name()));
  }
}

}  // namespace ripcord::cli
