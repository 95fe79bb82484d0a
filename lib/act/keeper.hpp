#pragma once

#include "act/command.hpp"
#include "base/result.hpp"

#include <string>

namespace ripcord::act {

/// How a keeper's process ends (sysexits).
namespace keeper_exit {
inline constexpr int done = 0;       ///< the run has a result, this keeper's or an earlier one's;
                                     ///< or it stood by and was not needed
inline constexpr int usage = 64;     ///< EX_USAGE: the command line is wrong
inline constexpr int no_run = 66;    ///< EX_NOINPUT: there is no such run directory
inline constexpr int broken = 74;    ///< EX_IOERR: nothing could be recorded
inline constexpr int not_ours = 75;  ///< EX_TEMPFAIL: another keeper has, or had, this run
}  // namespace keeper_exit

/// Runs `command` in the run directory, at most once ever, and keeps it until it has ended: output
/// capped, timeout enforced on the whole process tree, result written (docs/runs.md). An Error in
/// place of the command becomes the result `refused`. With `standby` it does nothing of this before
/// it is released (shim_process.hpp). Returns what the process must exit with.
///
/// Blocks, and takes the process over: signals, children, its place in the process tree. Pre: it
/// has one thread and no children.
[[nodiscard]] int keep(const std::string& run_directory, const Result<StepCommand>& command,
                       bool standby);

}  // namespace ripcord::act
