#include "evaluate/occurrences.hpp"

#include "evaluate/held.hpp"

#include <fmt/format.h>

namespace ripcord::evaluate {
namespace {

/// The first instant at which the count is lower, if nothing more occurs.
std::optional<Instant> falls_at(const window::CountWithin& window, Instant now) {
  const auto oldest = window.oldest(now);
  if (!oldest) return std::nullopt;
  return *oldest + window.length();
}

}  // namespace

OccurrencesJudge::OccurrencesJudge(const Occurrences& rule, const ProbeTiming& timing)
    : rule_(rule), freshness_(timing), short_(rule.more_than, rule.within) {
  if (rule.within_long > Duration{}) {
    long_ = window::CountWithin(rule.more_than_long, rule.within_long);
  }
}

void OccurrencesJudge::take(const Sample& sample) {
  if (sample.outcome != Outcome::unknown) (void)freshness_.take(sample);
}

void OccurrencesJudge::take(const Occurrence& occurrence) {
  if (occurrence.kind != rule_.kind || occurrence.count == 0) return;
  short_.add(occurrence.at, occurrence.count);
  if (long_) long_->add(occurrence.at, occurrence.count);
  last_note_ = occurrence.note;
}

void OccurrencesJudge::clear() {
  freshness_.clear();
  short_.clear();
  if (long_) long_->clear();
}

Finding OccurrencesJudge::finding(Instant now) const {
  const Level level = nearest(now);
  if (level.is_over()) return {.state = FindingState::tripped, .progress = 1};
  if (level.count > 0) return {.state = FindingState::pending, .progress = level.progress()};
  return {.state = knows_of_none(now) ? FindingState::pass : FindingState::no_data};
}

std::string OccurrencesJudge::reason(Instant now) const {
  const Level level = nearest(now);
  const std::string within = for_people(level.window->length());
  if (level.count == 0 && !knows_of_none(now)) return fmt::format("no known {}", rule_.what);
  std::string text = level.is_over() ? fmt::format("more than {} {} within {}", level.more_than,
                                                   rule_.what, within)
                                     : fmt::format("{} {} within {}, limit {}", level.count,
                                                   rule_.what, within, level.more_than);
  if (level.count > 0 && !last_note_.empty()) text += ": " + last_note_;
  return text;
}

std::optional<Instant> OccurrencesJudge::bad_since() const {
  const auto newest = short_.newest();
  return newest ? nearest(*newest).window->oldest(*newest) : std::nullopt;
}

std::optional<Duration> OccurrencesJudge::time_to_trip(Instant now) const {
  return nearest(now).is_over() ? std::optional(Duration{}) : std::nullopt;
}

std::optional<Instant> OccurrencesJudge::next_change(Instant now) const {
  auto next = falls_at(short_, now);
  if (long_) next = next_of(next, falls_at(*long_, now), now);
  return rule_.needs_samples ? next_of(next, freshness_.expires_at(), now) : next;
}

OccurrencesJudge::Level OccurrencesJudge::nearest(Instant now) const {
  const Level brief{&short_, short_.count(now), rule_.more_than};
  if (!long_) return brief;
  const Level lengthy{&*long_, long_->count(now), rule_.more_than_long};
  return lengthy.progress() > brief.progress() ? lengthy : brief;
}

bool OccurrencesJudge::knows_of_none(Instant now) const {
  return !rule_.needs_samples || !freshness_.is_stale(now);
}

}  // namespace ripcord::evaluate
