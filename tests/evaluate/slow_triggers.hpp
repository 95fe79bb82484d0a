#pragma once

#include "evaluate/held.hpp"
#include "evaluate/rules.hpp"
#include "model/baseline.hpp"
#include "model/finding.hpp"
#include "model/occurrence.hpp"
#include "model/sample.hpp"
#include "tests/window/slow_hold.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ripcord::test {

// The trigger kinds said again in a slow and simple way: each looks at everything it ever saw.

/// What the kinds with a "for" have in common.
struct SlowHolding {
  explicit SlowHolding(const ProbeTiming& of) : timing(of), hold{of, {}} {}

  /// `is_known`: the sample says anything to this kind.
  void observe(const Sample& sample, bool is_known, window::Condition condition) {
    if (is_known) known_until = sample.ended_at();
    hold.all.push_back({condition, sample.taken_at, sample.ended_at()});
  }
  [[nodiscard]] bool is_stale(Instant now) const {
    return !known_until || now - *known_until > timing.stale_after + timing.timeout;
  }
  [[nodiscard]] Finding finding(Duration needed, FindingState otherwise, Instant now) const {
    const auto held = hold.look(now).held;
    if (!held) return {.state = otherwise, .progress = 0};
    if (*held >= needed) return {.state = FindingState::tripped, .progress = 1};
    return {.state = FindingState::pending,
            .progress = static_cast<double>(held->count()) / static_cast<double>(needed.count())};
  }

  ProbeTiming timing;
  SlowHold hold;
  std::optional<Instant> known_until;
};

class SlowFailures {
 public:
  SlowFailures(const evaluate::ConsecutiveFailures& rule, const ProbeTiming& timing)
      : rule_(rule), timing_(timing) {}

  void take(const Sample& sample) {
    if (sample.outcome != Outcome::unknown) known_.push_back(sample);
  }
  [[nodiscard]] Finding finding(Instant now) const {
    if (known_.empty() || now - known_.back().ended_at() > timing_.stale_after + timing_.timeout) {
      return {};
    }
    std::size_t streak = 0;
    for (auto it = known_.rbegin(); it != known_.rend() && it->outcome == Outcome::bad; ++it) {
      ++streak;
      const auto before = std::next(it);
      if (before == known_.rend()) break;
      if (it->taken_at - before->ended_at() > timing_.stale_after) break;
    }
    if (streak == 0) return {.state = FindingState::pass, .progress = 0};
    if (streak >= rule_.failures) return {.state = FindingState::tripped, .progress = 1};
    return {.state = FindingState::pending,
            .progress = static_cast<double>(streak) / static_cast<double>(rule_.failures)};
  }

 private:
  evaluate::ConsecutiveFailures rule_;
  ProbeTiming timing_;
  std::vector<Sample> known_;
};

/// The numbers of the newest samples, no more than fit, that are younger than `length`.
struct SlowNumbers {
  struct Entry {
    Instant at;
    double number;
  };
  Duration length;
  std::size_t capacity;
  std::vector<Entry> all;

  [[nodiscard]] std::vector<double> ascending(Instant now) const {
    std::vector<double> numbers;
    for (auto it = all.rbegin(); it != all.rend() && numbers.size() < capacity; ++it) {
      if (it->at <= now - length) break;
      numbers.push_back(it->number);
    }
    std::ranges::sort(numbers);
    return numbers;
  }
};

/// The smallest number that at least the share `percent` of all are not above.
inline double slow_quantile(const std::vector<double>& ascending, std::size_t percent) {
  const std::size_t rank = (percent * ascending.size() + 99) / 100;
  return ascending[std::max<std::size_t>(rank, 1) - 1];
}

class SlowLatency {
 public:
  SlowLatency(const evaluate::Latency& rule, const ProbeTiming& timing)
      : rule_(rule),
        state_(timing),
        numbers_{rule.window, evaluate::samples_that_fit(rule.window, timing), {}} {}

  void take(const Sample& sample) {
    const Instant now = sample.ended_at();
    const bool is_known =
        sample.outcome != Outcome::unknown && sample.latency_kind != LatencyKind::none;
    if (is_known) numbers_.all.push_back({now, static_cast<double>(sample.latency.count())});
    const std::vector<double> ascending = numbers_.ascending(now);
    has_enough_ = ascending.size() >= rule_.samples_min;
    window::Condition condition = window::Condition::undecided;
    if (is_known && has_enough_) {
      const auto percent = static_cast<std::size_t>(std::lround(rule_.quantile * 100));
      const bool is_above =
          slow_quantile(ascending, percent) > static_cast<double>(rule_.above.count());
      condition = is_above ? window::Condition::met : window::Condition::not_met;
    }
    state_.observe(sample, is_known, condition);
  }
  [[nodiscard]] Finding finding(Instant now) const {
    if (state_.is_stale(now)) return {};
    return state_.finding(rule_.hold, has_enough_ ? FindingState::pass : FindingState::no_data,
                          now);
  }

 private:
  evaluate::Latency rule_;
  SlowHolding state_;
  SlowNumbers numbers_;
  bool has_enough_ = false;
};

class SlowErrorRatio {
 public:
  SlowErrorRatio(const evaluate::ErrorRatio& rule, const ProbeTiming& timing)
      : rule_(rule), state_(timing) {}

  void take(const Sample& sample) {
    const std::size_t before = counted_.size();
    if (sample.outcome != Outcome::unknown) count(sample);
    const bool is_known = counted_.size() > before;
    double errors = 0;
    double total = 0;
    for (auto it = counted_.rbegin(); it != counted_.rend(); ++it) {
      if (bucket(it->at) <= bucket(sample.ended_at()) - buckets()) break;
      errors += it->errors;
      total += it->total;
    }
    has_enough_ = total > 0 && total >= rule_.samples_min;
    window::Condition condition = window::Condition::undecided;
    if (is_known && has_enough_) {
      condition =
          errors > rule_.above * total ? window::Condition::met : window::Condition::not_met;
    }
    state_.observe(sample, is_known, condition);
  }
  [[nodiscard]] Finding finding(Instant now) const {
    if (state_.is_stale(now)) return {};
    return state_.finding(rule_.hold, has_enough_ ? FindingState::pass : FindingState::no_data,
                          now);
  }

 private:
  struct Counted {
    Instant at;
    double errors;
    double total;
  };

  void count(const Sample& sample) {
    if (!rule_.counters) {
      counted_.push_back({sample.ended_at(), sample.outcome == Outcome::bad ? 1.0 : 0.0, 1});
      return;
    }
    const auto errors = sample.number(rule_.counters->errors);
    const auto total = sample.number(rule_.counters->total);
    if (!errors || !total) return;
    if (base_ && sample.taken_at - base_->at <= state_.timing.stale_after) {
      const bool fell = *errors < base_->errors || *total < base_->total;
      counted_.push_back({sample.ended_at(), fell ? *errors : *errors - base_->errors,
                          fell ? *total : *total - base_->total});
    }
    base_ = Counted{sample.ended_at(), *errors, *total};
  }
  [[nodiscard]] std::int64_t buckets() const {
    return std::min<std::int64_t>(60, rule_.window.count());
  }
  [[nodiscard]] std::int64_t bucket(Instant at) const {
    return at.time_since_epoch().count() / (rule_.window.count() / buckets());
  }

  evaluate::ErrorRatio rule_;
  SlowHolding state_;
  std::vector<Counted> counted_;
  std::optional<Counted> base_;
  bool has_enough_ = false;
};

class SlowConnectionLost {
 public:
  SlowConnectionLost(const evaluate::ConnectionLost& rule, const ProbeTiming& timing)
      : rule_(rule), state_(timing) {}

  void take(const Sample& sample) {
    if (sample.outcome == Outcome::unknown) {
      state_.observe(sample, false, window::Condition::undecided);
    } else if (sample.outcome == Outcome::good) {
      state_.observe(sample, true, window::Condition::not_met);
    } else if (sample.connection_lost) {
      state_.observe(sample, true, window::Condition::met);
    } else {
      state_.observe(sample, false, window::Condition::unchanged);
    }
  }
  [[nodiscard]] Finding finding(Instant now) const {
    return state_.finding(rule_.hold,
                          state_.is_stale(now) ? FindingState::no_data : FindingState::pass, now);
  }

 private:
  evaluate::ConnectionLost rule_;
  SlowHolding state_;
};

class SlowValue {
 public:
  SlowValue(const evaluate::Value& rule, const ProbeTiming& timing) : rule_(rule), state_(timing) {}

  void take(const Sample& sample) {
    const auto number = sample.number(rule_.value);
    if (sample.outcome == Outcome::unknown || !number) {
      state_.observe(sample, false, window::Condition::undecided);
      return;
    }
    const double excess =
        rule_.bound == evaluate::Bound::above ? *number - rule_.limit : rule_.limit - *number;
    state_.observe(sample, true, excess > 0 ? window::Condition::met : window::Condition::not_met);
  }
  [[nodiscard]] Finding finding(Instant now) const {
    if (state_.is_stale(now)) return {};
    return state_.finding(rule_.hold, FindingState::pass, now);
  }

 private:
  evaluate::Value rule_;
  SlowHolding state_;
};

class SlowOccurrences {
 public:
  SlowOccurrences(const evaluate::Occurrences& rule, const ProbeTiming& timing)
      : rule_(rule), state_(timing) {}

  void take(const Sample& sample) {
    state_.observe(sample, sample.outcome != Outcome::unknown, window::Condition::not_met);
  }
  void take(const Occurrence& occurrence) {
    if (occurrence.kind == rule_.kind) all_.push_back(occurrence);
  }
  [[nodiscard]] Finding finding(Instant now) const {
    const double brief = progress(rule_.more_than, rule_.within, now);
    const double lengthy =
        rule_.within_long > Duration{} ? progress(rule_.more_than_long, rule_.within_long, now) : 0;
    const double most = std::max(brief, lengthy);
    if (most >= 1) return {.state = FindingState::tripped, .progress = 1};
    if (most > 0) return {.state = FindingState::pending, .progress = most};
    const bool is_known = !rule_.needs_samples || !state_.is_stale(now);
    return {.state = is_known ? FindingState::pass : FindingState::no_data, .progress = 0};
  }

 private:
  [[nodiscard]] double progress(std::uint32_t more_than, Duration within, Instant now) const {
    double count = 0;
    for (auto it = all_.rbegin(); it != all_.rend() && it->at > now - within; ++it) {
      count += it->count;
    }
    return count / (more_than + 1.0);
  }

  evaluate::Occurrences rule_;
  SlowHolding state_;
  std::vector<Occurrence> all_;
};

class SlowRegression {
 public:
  SlowRegression(const evaluate::Regression& rule, const ProbeTiming& timing,
                 const Baseline& baseline)
      : rule_(rule),
        baseline_(baseline),
        state_(timing),
        numbers_{rule.window, evaluate::samples_that_fit(rule.window, timing), {}} {}

  void take(const Sample& sample) {
    const Instant now = sample.ended_at();
    const auto number = sample.number(*rule_.value);
    const bool is_known = sample.outcome != Outcome::unknown && number;
    if (is_known) numbers_.all.push_back({now, *number});
    const std::vector<double> ascending = numbers_.ascending(now);
    is_comparable_ = baseline_.count >= rule_.samples_min && statistic(baseline_.sample) != 0 &&
                     ascending.size() >= rule_.samples_min && !ascending.empty();
    window::Condition condition = window::Condition::undecided;
    if (is_known && is_comparable_) {
      condition = is_worse(ascending) && is_significant(ascending, now)
                      ? window::Condition::met
                      : window::Condition::not_met;
    }
    state_.observe(sample, is_known, condition);
  }
  [[nodiscard]] Finding finding(Instant now) const {
    if (state_.is_stale(now)) return {};
    return state_.finding(rule_.hold, is_comparable_ ? FindingState::pass : FindingState::no_data,
                          now);
  }

 private:
  [[nodiscard]] double statistic(const std::vector<double>& ascending) const {
    if (rule_.quantile) {
      return slow_quantile(ascending, static_cast<std::size_t>(std::lround(*rule_.quantile * 100)));
    }
    double sum = 0;
    for (const double number : ascending) sum += number;
    return sum / static_cast<double>(ascending.size());
  }
  [[nodiscard]] bool is_worse(const std::vector<double>& ascending) const {
    const double reference = statistic(baseline_.sample);
    const double change = rule_.worse == Worse::higher ? statistic(ascending) - reference
                                                       : reference - statistic(ascending);
    return change > std::abs(reference) * rule_.worse_by && change > rule_.floor;
  }
  /// The last result stands until the next 1/60 of the window.
  [[nodiscard]] bool is_significant(const std::vector<double>& ascending, Instant now) {
    const std::int64_t width = std::max<std::int64_t>(rule_.window.count() / 60, 1);
    const std::int64_t in = now.time_since_epoch().count() / width;
    if (tested_in_ != in) significant_ = p_of(ascending) < 0.01;
    tested_in_ = in;
    return significant_;
  }
  [[nodiscard]] double p_of(const std::vector<double>& current) const {
    double won = 0;
    double ties = 0;  // t³ - t of each group is the sum of t² - 1 over its numbers
    const auto equals = [&](double number) {
      return static_cast<double>(std::ranges::count(current, number) +
                                 std::ranges::count(baseline_.sample, number));
    };
    for (const double c : current) {
      for (const double b : baseline_.sample) won += c == b ? 0.5 : (c > b ? 1 : 0);
      ties += std::pow(equals(c), 2) - 1;
    }
    for (const double b : baseline_.sample) ties += std::pow(equals(b), 2) - 1;
    const auto n = static_cast<double>(baseline_.sample.size());
    const auto m = static_cast<double>(current.size());
    const double variance = n * m / 12 * (n + m + 1 - ties / (n + m) / (n + m - 1));
    if (variance < 1e-9) return 1;
    const double better = rule_.worse == Worse::higher ? won : n * m - won;
    return std::erfc((better - n * m / 2 - 0.5) / std::sqrt(2 * variance)) / 2;
  }

  evaluate::Regression rule_;
  Baseline baseline_;
  SlowHolding state_;
  SlowNumbers numbers_;
  bool is_comparable_ = false;
  bool significant_ = false;
  std::optional<std::int64_t> tested_in_;
};

}  // namespace ripcord::test
