#pragma once

#include "ripcord/command_line.hpp"
#include "ripcord/exit_code.hpp"

namespace ripcord::cli {

/// Loads a configuration as the daemon would, and tells of every mistake on standard error.
[[nodiscard]] ExitCode check(const CheckCommand& command, bool json);

}  // namespace ripcord::cli
