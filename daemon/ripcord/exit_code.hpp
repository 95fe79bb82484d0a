#pragma once

#include "model/deployment.hpp"

#include <cstdint>

namespace ripcord::cli {

/// What the shell hears (docs/cli.md). From 64 on: sysexits.
enum class ExitCode : std::uint8_t {
  succeeded = 0,
  failed = 1,           ///< also: the deployment was rolled back or failed
  rollback_failed = 2,  ///< a person must act
  aborted = 3,
  usage = 64,
  unavailable = 69,
  try_later = 75,
  not_permitted = 77,
  configuration = 78,
  interrupted = 130,  ///< by Ctrl-C; by another signal: 128 and its number
};

/// What somebody waits for.
enum class Wanted : std::uint8_t { deployment, rollback };

/// How a deployment that has ended is told to the shell. For those who ordered the rollback,
/// "rolled back" is what they wanted. Pre: it has ended.
[[nodiscard]] ExitCode exit_code_of(const Phase& phase, Wanted wanted);

}  // namespace ripcord::cli
