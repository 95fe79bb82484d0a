#pragma once

#include "base/time.hpp"

#include <string>
#include <vector>

namespace ripcord::deploy {

/// What one gate found: whether it is passed, and a sentence with its numbers.
struct GateCheck {
  bool passed = false;
  std::string text;

  friend bool operator==(const GateCheck&, const GateCheck&) = default;
};

/// Passed with `text` when nothing speaks against it; otherwise refused with every objection.
[[nodiscard]] GateCheck passed_unless(const std::vector<std::string>& objections, std::string text);

/// How far in the future something that has happened may be dated, because the daemon's clock is a
/// disciplined one (ADR 0007) and the files' is not. It then counts as new. Beyond, its age is not
/// known.
constexpr Duration clock_difference_max = std::chrono::minutes(5);

/// `"24h"`, `"26h 10m"`, `"90s"` as `"1m 30s"`: exact to the second, never days, so that an age and
/// its limit are read side by side. Pre: not negative.
[[nodiscard]] std::string in_hours(Duration duration);

/// An age that passes is rounded down and one that is too great is rounded up, to the minute from
/// an hour on, so that the sentence never contradicts its verdict.
[[nodiscard]] std::string age_within(Duration age);
[[nodiscard]] std::string age_beyond(Duration age);

}  // namespace ripcord::deploy
