#include "deploy/dora.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

namespace ripcord::deploy {
namespace {

using Inputs = std::vector<const DoraInput*>;

constexpr Duration week = std::chrono::weeks(1);

/// The place, from 1, of the `percent`-th percentile of `count` values. Pre: count > 0.
std::size_t nearest_rank(std::size_t percent, std::size_t count) {
  return std::max<std::size_t>((percent * count + 99) / 100, 1);
}

/// Gathers lengths of time.
class Gatherer {
 public:
  void add(std::optional<Instant> from, std::optional<Instant> to) {
    if (!from || !to) {
      ++unknown_;
    } else if (*to < *from) {
      ++negative_;
    } else {
      lengths_.push_back(*to - *from);
    }
  }

  [[nodiscard]] Lengths lengths() {
    std::ranges::sort(lengths_);
    Lengths found;
    found.samples = lengths_.size();
    found.negative = negative_;
    found.unknown = unknown_;
    if (lengths_.empty()) return found;
    found.p50 = lengths_[nearest_rank(50, lengths_.size()) - 1];
    found.p90 = lengths_[nearest_rank(90, lengths_.size()) - 1];
    found.longest = lengths_.back();
    return found;
  }

  /// The median when `longer` more values are longer than any of these: nothing if it is one of
  /// them. Pre: there is some value.
  [[nodiscard]] std::optional<Duration> median_with(std::size_t longer) {
    std::ranges::sort(lengths_);
    const std::size_t rank = nearest_rank(50, lengths_.size() + longer);
    if (rank > lengths_.size()) return std::nullopt;
    return lengths_[rank - 1];
  }

 private:
  std::vector<Duration> lengths_;
  std::size_t negative_ = 0;
  std::size_t unknown_ = 0;
};

Standing met_if(bool met) {
  return met ? Standing::met : Standing::missed;
}

Standing below(const std::optional<Duration>& median, Duration limit) {
  return median ? met_if(*median < limit) : Standing::no_data;
}

bool has_failed(const DoraInput& input) {
  return input.rolled_back_later || input.ending == Ending::failed ||
         input.ending == Ending::rolled_back || input.ending == Ending::rollback_failed;
}

/// A deployment of which it is known whether it failed.
bool is_change(const DoraInput& input) {
  return input.ending != Ending::aborted || input.rolled_back_later;
}

/// Number of the calendar week (Monday 00:00 UTC) that `instant` lies in; the epoch was a Thursday.
std::int64_t week_of(Instant instant) {
  const Duration since_monday = instant.time_since_epoch() + std::chrono::days(3);
  const std::int64_t whole = since_monday / week;
  return since_monday % week < Duration{} ? whole - 1 : whole;
}

/// Calendar weeks [first, end) that lie in the range as a whole.
struct Weeks {
  std::int64_t first = 0;
  std::int64_t end = 0;

  [[nodiscard]] std::size_t count() const {
    return end > first ? static_cast<std::size_t>(end - first) : 0;
  }
};

Weeks whole_weeks(Instant from, Instant to) {
  return {.first = week_of(from - Duration(1)) + 1, .end = week_of(to)};
}

/// Deployments in the median one of `weeks`. Pre: there is a week.
std::size_t median_week(const Inputs& delivered, const Weeks& weeks) {
  std::map<std::int64_t, std::size_t> busy;
  for (const DoraInput* input : delivered) {
    const std::int64_t in = week_of(input->ended_at);
    if (in >= weeks.first && in < weeks.end) ++busy[in];
  }
  const std::size_t empty = weeks.count() - busy.size();
  const std::size_t rank = nearest_rank(50, weeks.count());
  if (rank <= empty) return 0;
  std::vector<std::size_t> counts;
  counts.reserve(busy.size());
  for (const auto& [number, count] : busy) counts.push_back(count);
  std::ranges::sort(counts);
  return counts[rank - empty - 1];
}

Frequency frequency_of(const Inputs& deployments, Instant from, Instant to,
                       const DoraTargets& targets) {
  Inputs delivered;
  std::ranges::copy_if(deployments, std::back_inserter(delivered),
                       [](const DoraInput* input) { return was_delivered(*input); });
  Frequency frequency;
  frequency.deployments = delivered.size();
  frequency.mean_per_week = static_cast<double>(delivered.size()) *
                            static_cast<double>(week.count()) /
                            static_cast<double>((to - from).count());
  const Weeks weeks = whole_weeks(from, to);
  frequency.weeks = weeks.count();
  if (frequency.weeks == 0) return frequency;
  frequency.median_week = median_week(delivered, weeks);
  frequency.standing = met_if(*frequency.median_week >= targets.per_week_min);
  return frequency;
}

Recovery recovery_of(const Inputs& all, const DoraTargets& targets) {
  Recovery recovery;
  Gatherer total;
  Gatherer detect;
  Gatherer decide;
  Gatherer act;
  Gatherer verify;
  for (const DoraInput* input : all) {
    if (input->ending == Ending::rollback_failed) ++recovery.never;
    if (input->ending != Ending::rolled_back) continue;
    total.add(input->tripped_at, input->ended_at);
    detect.add(input->bad_since, input->tripped_at);
    decide.add(input->tripped_at, input->acting_since);
    act.add(input->acting_since, input->acted_until);
    verify.add(input->acted_until, input->ended_at);
  }
  recovery.total = total.lengths();
  recovery.detect = detect.lengths();
  recovery.decide = decide.lengths();
  recovery.act = act.lengths();
  recovery.verify = verify.lengths();
  if (recovery.total.samples + recovery.never > 0) {
    recovery.median = total.median_with(recovery.never);
    recovery.standing = met_if(recovery.median && *recovery.median < targets.recovery_below);
  }
  return recovery;
}

void count_changes(const Inputs& deployments, const DoraTargets& targets, DoraFigures& figures) {
  for (const DoraInput* input : deployments) {
    if (!is_change(*input)) {
      ++figures.aborted;
      continue;
    }
    ++figures.failures.changes;
    ++figures.rework.changes;
    if (has_failed(*input)) ++figures.failures.count;
    if (input->rework) ++figures.rework.count;
  }
  if (figures.failures.changes > 0) {
    figures.failures_standing = met_if(figures.failures.count * 100 <
                                       figures.failures.changes * targets.failure_percent_below);
  }
}

void measure(const Inputs& deployments, const DoraTargets& targets, DoraFigures& figures) {
  Gatherer lead_time;
  Gatherer deployment_time;
  for (const DoraInput* input : deployments) {
    if (input->ending == Ending::succeeded) lead_time.add(input->commit_time, input->ended_at);
    if (was_delivered(*input)) deployment_time.add(input->started_at, input->deployed_at);
  }
  figures.lead_time = lead_time.lengths();
  figures.lead_time_standing = below(figures.lead_time.p50, targets.lead_time_below);
  figures.deployment_time = deployment_time.lengths();
  figures.deployment_time_standing =
      below(figures.deployment_time.p50, targets.deployment_time_below);
}

}  // namespace

std::string_view to_string(Standing standing) {
  constexpr std::array<std::string_view, 3> names{"no_data", "met", "missed"};
  return names.at(static_cast<std::size_t>(standing));
}

std::optional<double> Share::ratio() const {
  if (changes == 0) return std::nullopt;
  return static_cast<double>(count) / static_cast<double>(changes);
}

DoraFigures dora(const std::vector<DoraInput>& inputs, Instant from, Instant to,
                 const DoraTargets& targets) {
  // So that "from the first instant to the last" can be reckoned with.
  from = std::max(from, Instant{} - std::chrono::years(100'000));
  to = std::min(to, Instant{} + std::chrono::years(100'000));
  DoraFigures figures;
  if (to <= from) return figures;
  Inputs all;
  Inputs deployments;
  for (const DoraInput& input : inputs) {
    if (input.drill || input.ended_at < from || input.ended_at >= to) continue;
    all.push_back(&input);
    if (!input.manual_rollback) deployments.push_back(&input);
  }
  figures.frequency = frequency_of(deployments, from, to, targets);
  figures.recovery = recovery_of(all, targets);
  count_changes(deployments, targets, figures);
  measure(deployments, targets, figures);
  return figures;
}

}  // namespace ripcord::deploy
