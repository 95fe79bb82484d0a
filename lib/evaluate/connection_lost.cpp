#include "evaluate/connection_lost.hpp"

#include "evaluate/held.hpp"

#include <fmt/format.h>

namespace ripcord::evaluate {
namespace {

window::Condition condition_of(const Sample& sample) {
  if (sample.outcome == Outcome::unknown) return window::Condition::undecided;
  if (sample.outcome == Outcome::good) return window::Condition::not_met;
  return sample.connection_lost ? window::Condition::met : window::Condition::unchanged;
}

}  // namespace

void ConnectionLostJudge::take(const Sample& sample) {
  const window::Condition condition = condition_of(sample);
  hold_.observe(condition, sample.taken_at, sample.ended_at());
  if (condition == window::Condition::met) last_loss_ = sample.reason;
  if (condition == window::Condition::met || condition == window::Condition::not_met) {
    (void)freshness_.take(sample);
  }
}

void ConnectionLostJudge::clear() {
  freshness_.clear();
  hold_.clear();
}

Finding ConnectionLostJudge::finding(Instant now) const {
  const bool is_known = !freshness_.is_stale(now);
  return held_finding(hold_, rule_.hold, is_known ? FindingState::pass : FindingState::no_data,
                      now);
}

std::string ConnectionLostJudge::reason(Instant now) const {
  const auto held = hold_.held(now);
  if (!held) {
    return finding(now).state == FindingState::pass ? "connected" : "no known connection";
  }
  if (*held >= rule_.hold) return fmt::format("connection lost: {}", last_loss_);
  return fmt::format("connection lost for {} of {}: {}", for_people(*held), for_people(rule_.hold),
                     last_loss_);
}

std::optional<Duration> ConnectionLostJudge::time_to_trip(Instant now) const {
  return evaluate::time_to_trip(hold_, rule_.hold, retry_interval_, now);
}

std::optional<Instant> ConnectionLostJudge::next_change(Instant now) const {
  return next_of(freshness_.expires_at(), hold_.expires_at(), now);
}

}  // namespace ripcord::evaluate
