#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord {

enum class Outcome : std::uint8_t {
  good,
  bad,      ///< the target answered wrongly or not in time
  unknown,  ///< the probe itself could not tell; says nothing about the target
};

[[nodiscard]] std::string_view to_string(Outcome outcome);

/// What `Sample::latency` is worth.
enum class LatencyKind : std::uint8_t {
  none,      ///< nothing answered (refused, unknown): the latency says nothing
  measured,  ///< the target answered after this long
  at_least,  ///< the probe gave up after this long: a lower bound (censored)
};

/// One named value of a sample.
struct Reading {
  std::uint16_t value = 0;  ///< place in the probe's list of value names
  double number = 0;

  friend bool operator==(const Reading&, const Reading&) = default;
};

/// What one probe reported at one time.
struct Sample {
  Instant taken_at;    ///< when the probe began
  Duration latency{};  ///< from `taken_at` to the answer or to giving up
  LatencyKind latency_kind = LatencyKind::none;
  Outcome outcome = Outcome::unknown;
  std::string reason;                  ///< empty when good; one line, printable
  std::vector<Reading> readings = {};  ///< one not known is absent
  bool connection_lost = false;        ///< bad because an established connection is gone

  /// When the probe was done: the time at which the engine hears of it.
  [[nodiscard]] Instant ended_at() const { return taken_at + latency; }
  /// The number of a value; nothing when it is absent or not a number. O(readings).
  [[nodiscard]] std::optional<double> number(std::uint16_t value) const;
};

/// How often a probe reports, and when its silence counts as missing knowledge.
struct ProbeTiming {
  Duration interval = std::chrono::seconds(5);
  Duration retry_interval = interval;          ///< between probes while the last sample was bad
  Duration timeout = std::chrono::seconds(2);  ///< of one probe, everything included
  Duration stale_after = 3 * interval;         ///< the longest gap that windows and streaks survive

  friend bool operator==(const ProbeTiming&, const ProbeTiming&) = default;
};

}  // namespace ripcord
