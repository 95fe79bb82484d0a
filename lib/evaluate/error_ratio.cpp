#include "evaluate/error_ratio.hpp"

#include "base/text.hpp"
#include "evaluate/held.hpp"

#include <fmt/format.h>

#include <cmath>

namespace ripcord::evaluate {
namespace {

/// A counter's reading; nothing when it is absent or cannot be one.
std::optional<double> counter(const Sample& sample, std::uint16_t place) {
  const auto number = sample.number(place);
  if (!number || !std::isfinite(*number) || *number < 0) return std::nullopt;
  return number;
}

}  // namespace

ErrorRatioJudge::ErrorRatioJudge(const ErrorRatio& rule, const ProbeTiming& timing)
    : rule_(rule),
      interval_(timing.interval),
      freshness_(timing),
      window_(rule.window),
      hold_(timing) {
  if (rule.counters) counters_ = window::Counters(timing);
}

void ErrorRatioJudge::take(const Sample& sample) {
  const Instant now = sample.ended_at();
  window::Condition condition = window::Condition::undecided;
  if (const auto requests = counted(sample)) {
    (void)freshness_.take(sample);
    window_.add(now, requests->part, requests->whole);
    if (has_enough()) {
      condition =
          window_.ratio() > rule_.above ? window::Condition::met : window::Condition::not_met;
    }
  } else {
    window_.age(now);
  }
  hold_.observe(condition, sample.taken_at, now);
}

void ErrorRatioJudge::clear() {
  freshness_.clear();
  if (counters_) counters_->clear();
  window_.clear();
  hold_.clear();
}

Finding ErrorRatioJudge::finding(Instant now) const {
  if (freshness_.is_stale(now)) return {.state = FindingState::no_data};
  return held_finding(hold_, rule_.hold, has_enough() ? FindingState::pass : FindingState::no_data,
                      now);
}

std::string ErrorRatioJudge::reason(Instant now) const {
  if (freshness_.is_stale(now)) return "no known error ratio";
  const auto held = hold_.held(now);
  if (!has_enough() && !held) {
    return fmt::format("{:.15g} of {} {} in {}", window_.whole(), rule_.samples_min,
                       rule_.counters ? "requests" : "samples", for_people(rule_.window));
  }
  const std::string text =
      fmt::format("errors {:.1f} % ({:.15g} of {:.15g}) over {}", window_.ratio() * 100,
                  window_.part(), window_.whole(), for_people(rule_.window));
  if (!held) return fmt::format("{}, limit {:g} %", text, rule_.above * 100);
  return fmt::format("{}, above {:g} % for {} of {}", text, rule_.above * 100, for_people(*held),
                     for_people(rule_.hold));
}

std::optional<Duration> ErrorRatioJudge::time_to_trip(Instant now) const {
  return evaluate::time_to_trip(hold_, rule_.hold, interval_, now);
}

std::optional<Instant> ErrorRatioJudge::next_change(Instant now) const {
  return next_of(freshness_.expires_at(), hold_.expires_at(), now);
}

std::optional<window::Counters::Pair> ErrorRatioJudge::counted(const Sample& sample) {
  if (sample.outcome == Outcome::unknown) return std::nullopt;
  if (!rule_.counters) {
    return window::Counters::Pair{.part = sample.outcome == Outcome::bad ? 1.0 : 0.0, .whole = 1};
  }
  const auto errors = counter(sample, rule_.counters->errors);
  const auto total = counter(sample, rule_.counters->total);
  if (!errors || !total) return std::nullopt;
  return counters_->take(sample, {.part = *errors, .whole = *total});
}

bool ErrorRatioJudge::has_enough() const {
  return window_.whole() > 0 && window_.whole() >= static_cast<double>(rule_.samples_min);
}

}  // namespace ripcord::evaluate
