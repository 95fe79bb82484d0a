#pragma once

#include "base/time_zone.hpp"
#include "deploy/gate/check.hpp"
#include "deploy/gate/week_range.hpp"

#include <optional>
#include <vector>

namespace ripcord::deploy {

/// When deployments may start, by the local wall clock of a zone. What is denied or frozen is never
/// allowed; without an `allow`, all the rest of the time is.
struct WindowRule {
  TimeZone zone;
  std::vector<WeekRange> allow;
  std::vector<WeekRange> deny;
  std::vector<DateRange> freezes;

  friend bool operator==(const WindowRule&, const WindowRule&) = default;
};

[[nodiscard]] bool is_allowed(const WindowRule& rule, Instant now);

/// The first instant, from `now` to `now + within`, at which the rule allows; exact to the
/// microsecond. Nothing when there is none. Looks only where the answer may change: at the edges of
/// ranges, at midnight and where the zone's clocks jump.
[[nodiscard]] std::optional<Instant> next_allowed(const WindowRule& rule, Instant now,
                                                  Duration within = std::chrono::days(400));

/// `"it is Fri 2026-11-27 13:05 in Europe/Madrid, denied by \"Fri 12:00-24:00\"; allowed again from
/// Mon 2026-11-30 18:00, in 3d 4h"`.
[[nodiscard]] GateCheck check(const WindowRule& rule, Instant now);

}  // namespace ripcord::deploy
