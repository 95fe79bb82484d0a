#pragma once

#include "ripcord/command_line.hpp"
#include "ripcord/exit_code.hpp"

namespace ripcord::cli {

/// Carries out a command of the daemon, until it is done or the person presses Ctrl-C.
[[nodiscard]] ExitCode run_session(const Invocation& invocation);

}  // namespace ripcord::cli
