#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ripcord::probe {

/// A program with its arguments. No shell: `run[0]` is an absolute path.
struct Command {
  std::vector<std::string> run;
  std::string user = {};                                      ///< empty: the daemon's own
  std::string workdir = {};                                   ///< empty: `/`
  std::vector<std::pair<std::string, std::string>> env = {};  ///< over PATH, HOME, USER and LOGNAME

  friend bool operator==(const Command&, const Command&) = default;
};

enum class CommandOutcome : std::uint8_t {
  exited,     ///< by itself, with `code`
  signalled,  ///< ended by signal `code`, not ours
  timed_out,  ///< killed at its deadline
  refused,    ///< never started: `note` says why
};

struct CommandEnd {
  CommandOutcome outcome = CommandOutcome::refused;
  int code = 0;
  std::string output = {};  ///< of both its outputs, as it came; capped, any bytes
  std::string note = {};    ///< empty, or what a person should know
};

/// Runs commands for probes.
class CommandRunner {
 public:
  virtual ~CommandRunner() = default;

  /// Returns once `command` and everything that it started is gone, by itself or killed after
  /// `timeout`. An error says that we could not tell how it went.
  virtual boost::asio::awaitable<Result<CommandEnd>> run(Command command, Duration timeout) = 0;
};

}  // namespace ripcord::probe
