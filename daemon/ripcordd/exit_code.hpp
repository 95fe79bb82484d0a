#pragma once

namespace ripcord::daemon {

/// The exit codes of ripcordd, after sysexits.h; docs/operations.md says what to do about each.
enum class ExitCode : int {
  ok = 0,
  usage = 64,
  unavailable = 69,    ///< a part of ripcord itself is missing
  software = 70,       ///< a bug; the service manager restarts us
  try_later = 75,      ///< something else holds what we need
  configuration = 78,  ///< a person must mend something first: never restarted by itself
};

}  // namespace ripcord::daemon
