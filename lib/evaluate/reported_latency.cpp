#include "evaluate/reported_latency.hpp"

#include "base/contract.hpp"
#include "base/text.hpp"
#include "evaluate/held.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace ripcord::evaluate {
namespace {

/// `seconds`, which may be infinite, as far as a Duration goes.
Duration duration_of(double seconds) {
  constexpr std::chrono::duration<double> longest = std::chrono::years(100);
  const std::chrono::duration<double> exact(std::max(seconds, 0.0));
  return std::chrono::duration_cast<Duration>(std::min(exact, longest));
}

}  // namespace

ReportedLatencyJudge::ReportedLatencyJudge(const Latency& rule, const ProbeTiming& timing)
    : rule_(rule), interval_(timing.interval), freshness_(timing), hold_(timing) {
  RIPCORD_CONTRACT(rule.value.has_value());
}

void ReportedLatencyJudge::take(const Sample& sample) {
  const auto seconds =
      sample.outcome == Outcome::unknown ? std::nullopt : sample.number(*rule_.value);
  window::Condition condition = window::Condition::undecided;
  if (seconds) {
    (void)freshness_.take(sample);
    last_ = duration_of(*seconds);
    condition = last_ > rule_.above ? window::Condition::met : window::Condition::not_met;
  }
  hold_.observe(condition, sample.taken_at, sample.ended_at());
}

void ReportedLatencyJudge::clear() {
  freshness_.clear();
  hold_.clear();
}

Finding ReportedLatencyJudge::finding(Instant now) const {
  if (freshness_.is_stale(now)) return {.state = FindingState::no_data};
  return held_finding(hold_, rule_.hold, FindingState::pass, now);
}

std::string ReportedLatencyJudge::reason(Instant now) const {
  if (freshness_.is_stale(now)) return "no known latency";
  const std::string text = fmt::format("p{:g} {} over {}", rule_.quantile * 100, for_people(last_),
                                       for_people(rule_.window));
  if (const auto held = hold_.held(now)) {
    return fmt::format("{}, above {} for {} of {}", text, for_people(rule_.above),
                       for_people(*held), for_people(rule_.hold));
  }
  return fmt::format("{}, limit {}", text, for_people(rule_.above));
}

std::optional<Duration> ReportedLatencyJudge::time_to_trip(Instant now) const {
  return evaluate::time_to_trip(hold_, rule_.hold, interval_, now);
}

std::optional<Instant> ReportedLatencyJudge::next_change(Instant now) const {
  return next_of(freshness_.expires_at(), hold_.expires_at(), now);
}

}  // namespace ripcord::evaluate
