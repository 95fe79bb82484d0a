#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <variant>

namespace ripcord::evaluate {

/// Trips when the last `failures` known samples are bad.
struct ConsecutiveFailures {
  std::uint32_t failures = 3;  ///< at least 1

  friend bool operator==(const ConsecutiveFailures&, const ConsecutiveFailures&) = default;
};

/// Trips when the `quantile` of the latencies in `window` is above `above` at every evaluation
/// for `hold`.
struct Latency {
  double quantile = 0.95;  ///< in (0, 1]
  Duration above = std::chrono::seconds(5);
  Duration window = std::chrono::minutes(1);
  Duration hold = std::chrono::minutes(2);  ///< `for` in the configuration; 0 trips at once
  std::uint32_t samples_min = 3;            ///< fewer in the window are no data

  friend bool operator==(const Latency&, const Latency&) = default;
};

/// What a trigger looks for. A new kind: its struct here, its file pair beside it, its line in
/// trigger.cpp, its reader in config/.
using Rule = std::variant<ConsecutiveFailures, Latency>;

}  // namespace ripcord::evaluate
