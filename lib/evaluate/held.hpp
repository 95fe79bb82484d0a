#pragma once

#include "base/time.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"
#include "window/hold.hpp"

#include <cstdint>
#include <optional>

namespace ripcord::evaluate {

// What all triggers with a "for" have in common.

/// Tripped when the condition has been met for `needed`; before that pending, with progress =
/// held / needed; `otherwise` when it is not met.
[[nodiscard]] Finding held_finding(const window::Hold& hold, Duration needed,
                                   FindingState otherwise, Instant now);

/// Until the trip, if a sample that meets the condition comes every `interval`: it trips at a
/// sample, and the first one after a gap does not count. Zero when tripped; nothing when the
/// condition is not met.
[[nodiscard]] std::optional<Duration> time_to_trip(const window::Hold& hold, Duration needed,
                                                   Duration interval, Instant now);

/// The time left from `now` until `trip`; never zero, which means tripped.
[[nodiscard]] Duration until(Instant trip, Instant now);

/// The earlier one of those that are still to come.
[[nodiscard]] std::optional<Instant> next_of(std::optional<Instant> one,
                                             std::optional<Instant> other, Instant now);

/// How many samples a window of this length can hold, with room for two.
[[nodiscard]] std::uint32_t samples_that_fit(Duration window, const ProbeTiming& timing);

}  // namespace ripcord::evaluate
