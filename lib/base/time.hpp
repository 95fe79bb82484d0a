#pragma once

#include "base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace ripcord {

/// A length of time. Microseconds: fine enough for a latency, and 292,000 years long.
using Duration = std::chrono::microseconds;

/// Tag of the disciplined time line: microseconds since the Unix epoch, by the wall clock at the
/// daemon's start plus the monotonic time since (ADR 0007). It has no now(): only a Clock can tell
/// the time, so code that is handed an Instant cannot look at a clock behind its caller's back.
struct Timeline {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Timeline>;
};

/// A point on the disciplined time line. Never jumps inside a run, comparable across runs.
using Instant = Timeline::time_point;

/// Parses `"5s"`, `"1m30s"`, `"250ms"`, `"2h"`, `"1d"`: numbers (a decimal fraction is allowed in
/// the last part) with the units us, ms, s, m, h, d, largest first, each at most once. `"0"` needs
/// no unit. Fault::malformed, with what is wrong, for anything else, a sign or more than 100 years.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

/// `"1m30s"`, `"250ms"`, `"0s"`: exact, so that parse_duration(to_string(d)) == d for d >= 0.
[[nodiscard]] std::string to_string(Duration duration);

/// At most two units and no false precision, for people: `"3m 10s"`, `"2.5s"`, `"340ms"`.
[[nodiscard]] std::string for_people(Duration duration);

/// `"2026-11-22T19:03:12Z"`, or with milliseconds `"2026-11-22T19:03:12.250Z"` (RFC 3339, UTC).
[[nodiscard]] std::string to_rfc3339(Instant instant);
[[nodiscard]] std::string to_rfc3339_ms(Instant instant);

/// Parses RFC 3339 with `Z` or a numeric offset, and whole seconds since the epoch ("1764000000").
[[nodiscard]] Result<Instant> parse_instant(std::string_view text);

}  // namespace ripcord
