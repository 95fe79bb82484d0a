#pragma once

#include "base/time.hpp"
#include "model/baseline.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace ripcord::evaluate {

/// Trips when the last `failures` known samples are bad.
struct ConsecutiveFailures {
  std::uint32_t failures = 3;  ///< at least 1

  friend bool operator==(const ConsecutiveFailures&, const ConsecutiveFailures&) = default;
};

/// Where a probe's readings have two counters of one process. Both must be there: a probe that
/// knows that there was no error yet says 0.
struct CounterPlaces {
  std::uint16_t total = 0;
  std::uint16_t errors = 0;

  friend bool operator==(const CounterPlaces&, const CounterPlaces&) = default;
};

/// Trips when the share of errors in `window` is above `above` at every evaluation for `hold`.
struct ErrorRatio {
  std::optional<CounterPlaces> counters = std::nullopt;  ///< nothing: its own outcomes count
  double above = 0.10;                                   ///< in [0, 1)
  Duration window = std::chrono::minutes(1);
  Duration hold = std::chrono::minutes(5);  ///< `for` in the configuration; 0 trips at once
  std::uint32_t samples_min = 20;           ///< fewer requests in the window are no data

  friend bool operator==(const ErrorRatio&, const ErrorRatio&) = default;
};

/// Trips when an established connection is gone, and does not come back, for `hold`.
struct ConnectionLost {
  Duration hold{};  ///< 0 trips at once

  friend bool operator==(const ConnectionLost&, const ConnectionLost&) = default;
};

/// Trips when the `quantile` of the latencies in `window` is above `above` at every evaluation
/// for `hold`.
struct Latency {
  double quantile = 0.95;  ///< in (0, 1]
  Duration above = std::chrono::seconds(5);
  Duration window = std::chrono::minutes(1);
  Duration hold = std::chrono::minutes(2);  ///< `for` in the configuration; 0 trips at once
  std::uint32_t samples_min = 3;            ///< fewer in the window are no data
  /// Place in the probe's list of a value that is the quantile over the window, in seconds;
  /// nothing: it is that of the samples' own latencies.
  std::optional<std::uint16_t> value = std::nullopt;

  friend bool operator==(const Latency&, const Latency&) = default;
};

/// Trips when there are more than `more_than` occurrences within `within`, or more than
/// `more_than_long` within `within_long`: what lives a little longer each time never comes three
/// times in ten minutes.
struct Occurrences {
  std::uint16_t kind = 0;            ///< place in the probe's list of occurrence names
  std::string what = "occurrences";  ///< what people call them: `"restarts"`
  std::uint32_t more_than = 3;
  Duration within = std::chrono::minutes(10);
  std::uint32_t more_than_long = 0;
  Duration within_long{};     ///< 0: there is no second pair
  bool needs_samples = true;  ///< false: that there was none is known without a probe

  friend bool operator==(const Occurrences&, const Occurrences&) = default;
};

enum class Bound : std::uint8_t { above, below };

/// Trips when a named value is above (or below) `limit` at every sample for `hold`.
struct Value {
  std::uint16_t value = 0;     ///< place in the probe's list of value names
  std::string what = "value";  ///< its name there
  Bound bound = Bound::above;
  double limit = 0;                         ///< a value equal to it is on neither side
  Duration hold = std::chrono::minutes(2);  ///< `for` in the configuration; 0 trips at once

  friend bool operator==(const Value&, const Value&) = default;
};

/// Trips when a named value, or the latency in seconds, is worse in `window` than in the baseline
/// by more than `worse_by` of it and by more than `floor`, and significantly so, for `hold`.
struct Regression {
  std::optional<std::uint16_t> value =
      std::nullopt;              ///< place in the probe's list; nothing: the latency
  std::string what = "latency";  ///< its name there
  Worse worse = Worse::higher;
  std::optional<double> quantile = std::nullopt;  ///< in (0, 1]; nothing: the mean is compared
  double worse_by = 0.5;                          ///< a share of the baseline's; at least 0
  double floor = 0;                               ///< in the value's own unit; at least 0
  Duration window = std::chrono::minutes(2);      ///< of what is compared with the baseline
  Duration hold = std::chrono::minutes(2);        ///< `for` in the configuration; 0 trips at once
  std::uint32_t samples_min = 20;                 ///< fewer on either side are no data

  friend bool operator==(const Regression&, const Regression&) = default;
};

/// What a trigger looks for. A new kind: its struct here, its file pair beside it, its line in
/// trigger.cpp, its reader in config/.
using Rule = std::variant<ConsecutiveFailures, Latency, ErrorRatio, ConnectionLost, Occurrences,
                          Value, Regression>;

}  // namespace ripcord::evaluate
