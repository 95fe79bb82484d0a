#include "evaluate/latency.hpp"

#include "base/text.hpp"
#include "evaluate/held.hpp"

#include <fmt/format.h>

namespace ripcord::evaluate {
LatencyJudge::LatencyJudge(const Latency& rule, const ProbeTiming& timing)
    : rule_(rule),
      interval_(timing.interval),
      freshness_(timing),
      window_(rule.window, rule.above, samples_that_fit(rule.window, timing)),
      hold_(timing) {}

void LatencyJudge::take(const Sample& sample) {
  const Instant now = sample.ended_at();
  if (sample.outcome == Outcome::unknown || sample.latency_kind == LatencyKind::none) {
    window_.age(now);
    hold_.observe(window::Condition::undecided, sample.taken_at, now);
    return;
  }
  (void)freshness_.take(sample);
  window_.add(now, sample.latency);
  window::Condition condition = window::Condition::undecided;
  if (has_enough()) {
    condition =
        window_.is_above(rule_.quantile) ? window::Condition::met : window::Condition::not_met;
  }
  hold_.observe(condition, sample.taken_at, now);
}

void LatencyJudge::clear() {
  freshness_.clear();
  window_.clear();
  hold_.clear();
}

Finding LatencyJudge::finding(Instant now) const {
  if (freshness_.is_stale(now)) return {.state = FindingState::no_data};
  return held_finding(hold_, rule_.hold, has_enough() ? FindingState::pass : FindingState::no_data,
                      now);
}

std::string LatencyJudge::reason(Instant now) const {
  if (freshness_.is_stale(now) || window_.count() == 0) return "no known latency";
  if (!has_enough()) {
    return fmt::format("{} of {} samples in {}", window_.count(), rule_.samples_min,
                       for_people(rule_.window));
  }
  std::string text = fmt::format("p{:g} {} over {} ({})", rule_.quantile * 100,
                                 for_people(window_.quantile(rule_.quantile)),
                                 for_people(rule_.window), plural(window_.count(), "sample"));
  if (const auto held = hold_.held(now)) {
    return fmt::format("{}, above {} for {} of {}", text, for_people(rule_.above),
                       for_people(*held), for_people(rule_.hold));
  }
  return fmt::format("{}, limit {}", text, for_people(rule_.above));
}

std::optional<Duration> LatencyJudge::time_to_trip(Instant now) const {
  return evaluate::time_to_trip(hold_, rule_.hold, interval_, now);
}

std::optional<Instant> LatencyJudge::next_change(Instant now) const {
  return next_of(freshness_.expires_at(), hold_.expires_at(), now);
}

}  // namespace ripcord::evaluate
