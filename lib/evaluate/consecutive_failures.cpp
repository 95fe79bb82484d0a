#include "evaluate/consecutive_failures.hpp"

#include "evaluate/held.hpp"

#include <fmt/format.h>

namespace ripcord::evaluate {

void ConsecutiveFailuresJudge::take(const Sample& sample) {
  streak_.take(sample);
  if (sample.outcome == Outcome::bad) last_failure_ = sample.reason;
}

Finding ConsecutiveFailuresJudge::finding(Instant now) const {
  if (streak_.is_stale(now)) return {.state = FindingState::no_data};
  const std::uint32_t length = streak_.length(now);
  if (length == 0) return {.state = FindingState::pass};
  if (length >= rule_.failures) return {.state = FindingState::tripped, .progress = 1};
  return {.state = FindingState::pending,
          .progress = static_cast<double>(length) / static_cast<double>(rule_.failures)};
}

std::string ConsecutiveFailuresJudge::reason(Instant now) const {
  if (streak_.is_stale(now)) return "no known sample";
  const std::uint32_t length = streak_.length(now);
  if (length == 0) return "the last known sample is good";
  return fmt::format("{} of {} failures in a row: {}", length, rule_.failures, last_failure_);
}

std::optional<Duration> ConsecutiveFailuresJudge::time_to_trip(Instant now) const {
  const std::uint32_t length = streak_.length(now);
  if (length == 0) return std::nullopt;
  if (length >= rule_.failures) return Duration{};
  return until(*streak_.last() + (rule_.failures - length) * retry_interval_, now);
}

std::optional<Instant> ConsecutiveFailuresJudge::next_change(Instant now) const {
  return next_of(streak_.expires_at(), std::nullopt, now);
}

}  // namespace ripcord::evaluate
