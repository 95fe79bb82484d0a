#include "evaluate/held.hpp"

#include <algorithm>

namespace ripcord::evaluate {

Finding held_finding(const window::Hold& hold, Duration needed, FindingState otherwise,
                     Instant now) {
  const auto held = hold.held(now);
  if (!held) return {.state = otherwise};
  if (*held >= needed) return {.state = FindingState::tripped, .progress = 1};
  return {.state = FindingState::pending,
          .progress = static_cast<double>(held->count()) / static_cast<double>(needed.count())};
}

std::optional<Duration> time_to_trip(const window::Hold& hold, Duration needed, Duration interval,
                                     Instant now) {
  const auto held = hold.held(now);
  if (!held) return std::nullopt;
  if (*held >= needed) return Duration{};
  const auto counted = (needed - *held + interval - Duration(1)) / interval;
  const auto samples = hold.has_gap() ? counted + 1 : counted;
  return until(*hold.last() + samples * interval, now);
}

Duration until(Instant trip, Instant now) {
  return std::max(trip - now, Duration(1));
}

std::optional<Instant> next_of(std::optional<Instant> one, std::optional<Instant> other,
                               Instant now) {
  if (one && *one <= now) one.reset();
  if (other && *other <= now) other.reset();
  if (!one) return other;
  return other ? std::min(*one, *other) : one;
}

std::uint32_t samples_that_fit(Duration window, const ProbeTiming& timing) {
  const Duration shortest = std::min(timing.interval, timing.retry_interval);
  return static_cast<std::uint32_t>(window / shortest) + 2;
}

}  // namespace ripcord::evaluate
