#include "evaluate/regression.hpp"

#include "base/text.hpp"
#include "evaluate/held.hpp"
#include "evaluate/rank_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ripcord::evaluate {
namespace {

constexpr double p_max = 0.01;
constexpr std::int64_t tests_per_window = 60;

double reference_of(const Regression& rule, const Baseline& baseline) {
  if (!rule.quantile || baseline.sample.empty()) return baseline.mean;
  return quantile(baseline.sample, *rule.quantile);
}

double limit_of(const Regression& rule, double reference) {
  const double margin = std::max(std::abs(reference) * rule.worse_by, rule.floor);
  return rule.worse == Worse::higher ? reference + margin : reference - margin;
}

bool is_constant(const Baseline& baseline) {
  return baseline.sample.front() == baseline.sample.back();
}

std::string in_words(double p) {
  return p < 0.001 ? "p < 0.001" : fmt::format("p {:.1g}", p);
}

}  // namespace

std::optional<double> measured(const Regression& rule, const Sample& sample) {
  if (sample.outcome == Outcome::unknown) return std::nullopt;
  if (rule.value) {
    const auto number = sample.number(*rule.value);
    return number && std::isfinite(*number) ? number : std::nullopt;
  }
  if (sample.latency_kind == LatencyKind::none) return std::nullopt;
  return std::chrono::duration<double>(sample.latency).count();
}

RegressionJudge::RegressionJudge(const Regression& rule, const ProbeTiming& timing)
    : rule_(rule),
      interval_(timing.interval),
      test_every_(std::max(rule.window / tests_per_window, Duration(1))),
      freshness_(timing),
      window_(rule.window, rule.worse, samples_that_fit(rule.window, timing)),
      hold_(timing) {
  ascending_.reserve(samples_that_fit(rule.window, timing));
}

void RegressionJudge::arm(const Baseline& baseline) {
  baseline_ = baseline;
  std::ranges::sort(baseline_->sample);
  reference_ = reference_of(rule_, *baseline_);
  limit_ = limit_of(rule_, reference_);
  window_.set_limit(limit_);
  hold_.clear();
  tested_in_.reset();
}

void RegressionJudge::take(const Sample& sample) {
  const Instant now = sample.ended_at();
  window::Condition condition = window::Condition::undecided;
  if (const auto number = measured(rule_, sample)) {
    (void)freshness_.take(sample);
    window_.add(now, *number);
    condition = judge(now);
  } else {
    window_.age(now);
  }
  hold_.observe(condition, sample.taken_at, now);
}

void RegressionJudge::clear() {
  freshness_.clear();
  window_.clear();
  hold_.clear();
  tested_in_.reset();
}

Finding RegressionJudge::finding(Instant now) const {
  if (freshness_.is_stale(now)) return {.state = FindingState::no_data};
  return held_finding(hold_, rule_.hold,
                      is_comparable() ? FindingState::pass : FindingState::no_data, now);
}

std::string RegressionJudge::reason(Instant now) const {
  if (freshness_.is_stale(now) || window_.count() == 0) {
    return fmt::format("no known {}", rule_.what);
  }
  const auto held = hold_.held(now);
  if (!is_comparable() && !held) return objection();
  std::string text = fmt::format(
      "{} {:.4g} over {} ({}), baseline {:.4g} ({}{})", statistic(), current(),
      for_people(rule_.window), plural(window_.count(), "sample"), reference_,
      plural(baseline_->count, "sample"), is_constant(*baseline_) ? ", all the same" : "");
  if (held) {
    return fmt::format("{}, worse than {:.4g} ({}) for {} of {}", text, limit_, in_words(p_),
                       for_people(*held), for_people(rule_.hold));
  }
  if (is_worse())
    return fmt::format("{}, worse than {:.4g} by chance ({})", text, limit_, in_words(p_));
  return fmt::format("{}, limit {:.4g}", text, limit_);
}

std::optional<Duration> RegressionJudge::time_to_trip(Instant now) const {
  return evaluate::time_to_trip(hold_, rule_.hold, interval_, now);
}

std::optional<Instant> RegressionJudge::next_change(Instant now) const {
  return next_of(freshness_.expires_at(), hold_.expires_at(), now);
}

std::string RegressionJudge::objection() const {
  if (!baseline_) return "no baseline";
  if (is_baseline_thin()) {
    const auto there = std::min<std::size_t>(baseline_->count, baseline_->sample.size());
    return fmt::format("baseline has {}, fewer than {}", plural(there, "sample"),
                       rule_.samples_min);
  }
  if (reference_ == 0) return fmt::format("baseline {} is 0, nothing to compare with", statistic());
  return fmt::format("{} of {} samples in {}", window_.count(), rule_.samples_min,
                     for_people(rule_.window));
}

bool RegressionJudge::is_comparable() const {
  return baseline_ && !is_baseline_thin() && reference_ != 0 && window_.count() > 0 &&
         window_.count() >= rule_.samples_min;
}

bool RegressionJudge::is_baseline_thin() const {
  const auto kept_min = std::clamp<std::size_t>(rule_.samples_min, 1, Baseline::sample_max);
  return baseline_->count < rule_.samples_min || baseline_->sample.size() < kept_min;
}

bool RegressionJudge::is_worse() const {
  if (rule_.quantile) return window_.is_worse(*rule_.quantile);
  return rule_.worse == Worse::higher ? window_.mean() > limit_ : window_.mean() < limit_;
}

double RegressionJudge::current() const {
  if (!rule_.quantile) return window_.mean();
  std::vector<double> ascending;
  window_.write_ascending(ascending);
  return quantile(ascending, *rule_.quantile);
}

std::string RegressionJudge::statistic() const {
  if (!rule_.quantile) return rule_.what + " mean";
  return fmt::format("{} p{:g}", rule_.what, *rule_.quantile * 100);
}

double RegressionJudge::test(Instant now) {
  const std::int64_t in = now.time_since_epoch() / test_every_;
  if (tested_in_ == in) return p_;
  tested_in_ = in;
  window_.write_ascending(ascending_);
  p_ = rank_test(baseline_->sample, ascending_, rule_.worse);
  return p_;
}

window::Condition RegressionJudge::judge(Instant now) {
  if (!is_comparable()) return window::Condition::undecided;
  if (!is_worse() || test(now) >= p_max) return window::Condition::not_met;
  return window::Condition::met;
}

}  // namespace ripcord::evaluate
