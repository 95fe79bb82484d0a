#pragma once

#include "base/result.hpp"
#include "ripcord/held_signals.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ripcord::cli {

/// How a program ended that ran in the foreground.
struct ProgramEnd {
  bool was_killed = false;
  int code = 0;  ///< its exit code, or the signal that killed it
  int asked_to_end_by =
      0;  ///< the first signal that we were sent meanwhile to that purpose, if any

  [[nodiscard]] bool succeeded() const { return !was_killed && code == 0 && asked_to_end_by == 0; }
  /// As a shell would tell it: 128 and the signal for one that was killed. Never 0 unless it
  /// succeeded.
  [[nodiscard]] std::uint8_t exit_code() const;
};

/// `"make exited with 2"`, `"make was killed by SIGKILL"`, `"interrupted by SIGINT; make exited
/// with 130"`.
[[nodiscard]] std::string describe(const std::string& program, const ProgramEnd& end);

/// Where the program of this name is, as a shell would find it. Fault::missing when there is none,
/// Fault::denied when it may not be executed.
[[nodiscard]] Result<std::string> find_program(const std::string& name);

/// Runs a program with our own input, output and errors, our environment and `variables`, until it
/// ends; signals that we are sent go on to it, but for those of a terminal, which it has got
/// already. An error when it could not be started.
boost::asio::awaitable<Result<ProgramEnd>> run_in_foreground(
    const HeldSignals& signals, std::string path, std::vector<std::string> words,
    std::vector<std::pair<std::string, std::string>> variables);

}  // namespace ripcord::cli
