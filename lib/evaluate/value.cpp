#include "evaluate/value.hpp"

#include "evaluate/held.hpp"

#include <fmt/format.h>

namespace ripcord::evaluate {

void ValueJudge::take(const Sample& sample) {
  const auto number =
      sample.outcome == Outcome::unknown ? std::nullopt : sample.number(rule_.value);
  window::Condition condition = window::Condition::undecided;
  if (number) {
    (void)freshness_.take(sample);
    last_ = *number;
    condition = is_beyond(*number) ? window::Condition::met : window::Condition::not_met;
  }
  hold_.observe(condition, sample.taken_at, sample.ended_at());
}

void ValueJudge::clear() {
  freshness_.clear();
  hold_.clear();
}

Finding ValueJudge::finding(Instant now) const {
  if (freshness_.is_stale(now)) return {.state = FindingState::no_data};
  return held_finding(hold_, rule_.hold, FindingState::pass, now);
}

std::string ValueJudge::reason(Instant now) const {
  if (freshness_.is_stale(now)) return fmt::format("no known {}", rule_.what);
  const auto held = hold_.held(now);
  if (!held) return fmt::format("{} {:.6g}, limit {:.6g}", rule_.what, last_, rule_.limit);
  return fmt::format("{} {:.6g}, {} {:.6g} for {} of {}", rule_.what, last_,
                     rule_.bound == Bound::above ? "above" : "below", rule_.limit,
                     for_people(*held), for_people(rule_.hold));
}

std::optional<Duration> ValueJudge::time_to_trip(Instant now) const {
  return evaluate::time_to_trip(hold_, rule_.hold, interval_, now);
}

std::optional<Instant> ValueJudge::next_change(Instant now) const {
  return next_of(freshness_.expires_at(), hold_.expires_at(), now);
}

bool ValueJudge::is_beyond(double number) const {
  return rule_.bound == Bound::above ? number > rule_.limit : number < rule_.limit;
}

}  // namespace ripcord::evaluate
