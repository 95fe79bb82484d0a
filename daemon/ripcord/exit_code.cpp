#include "ripcord/exit_code.hpp"

#include "base/contract.hpp"

#include <variant>

namespace ripcord::cli {

ExitCode exit_code_of(const Phase& phase, Wanted wanted) {
  RIPCORD_CONTRACT(is_terminal(phase));
  if (std::holds_alternative<Succeeded>(phase)) return ExitCode::succeeded;
  if (std::holds_alternative<RollbackFailed>(phase)) return ExitCode::rollback_failed;
  if (std::holds_alternative<Aborted>(phase)) return ExitCode::aborted;
  const bool is_wanted = wanted == Wanted::rollback && std::holds_alternative<RolledBack>(phase);
  return is_wanted ? ExitCode::succeeded : ExitCode::failed;
}

}  // namespace ripcord::cli
