#pragma once

#include "act/posix.hpp"
#include "base/result.hpp"
#include "model/run.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace ripcord::act {

/// The command line of ripcord-shim, the same for every starter (docs/runs.md).
struct ShimArguments {
  std::string configuration;  ///< `--config`
  std::string service;        ///< `--service`
  StepId step;                ///< `--step`
  std::string run_directory;  ///< `--run-dir`
  bool standby = false;       ///< `--standby`: it touches nothing before it is told to go on
};

/// `program` and what follows it.
[[nodiscard]] std::vector<std::string> to_command_line(const std::string& program,
                                                       const ShimArguments& arguments);

/// The inverse; `words` without the program. Every option exactly once (`--standby` at most once),
/// in any order, else Fault::malformed.
[[nodiscard]] Result<ShimArguments> parse_shim_arguments(const std::vector<std::string>& words);

/// Starts a keeper: in a session of its own, with an empty environment, /dev/null as input and
/// output, our standard error, nothing else open, default signals, and TERM and INT blocked, so
/// that none is lost before it listens. Fault::full when there are too many processes or there is
/// no memory: may work later. Quick however large we are (vfork).
[[nodiscard]] Result<pid_t> spawn_keeper(const std::vector<std::string>& command_line);

/// A keeper that was started with `--standby` and waits.
struct StandbyKeeper {
  pid_t pid = 0;
  Descriptor gate;  ///< when its last copy is closed, the keeper ends without having done anything
};

/// As spawn_keeper(), with the other end of the gate as its input.
[[nodiscard]] Result<StandbyKeeper> spawn_standby(const std::vector<std::string>& command_line);

/// Tells it to go on. False if it is not there any more.
[[nodiscard]] bool release(const StandbyKeeper& keeper);

/// The keeper's side: waits for release() at standard input, which is /dev/null afterwards. False
/// when there is nothing to be done any more.
[[nodiscard]] bool await_release();

}  // namespace ripcord::act
