#include "evaluate/trigger.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace ripcord::evaluate {
namespace {

/// In the order of Rule.
constexpr std::array<std::string_view, std::variant_size_v<Rule>> kind_names{
    "consecutive_failures", "latency", "error_ratio", "connection_lost",
    "occurrences",          "value",   "regression"};

template <class Judge>
Judge& direct(Judge& judge) {
  return judge;  // NOLINT(bugprone-return-const-ref-from-parameter): it is the trigger's own
}
RegressionJudge& direct(Indirect<RegressionJudge>& judge) {
  return *judge;
}
const RegressionJudge& direct(const Indirect<RegressionJudge>& judge) {
  return *judge;
}

/// The progress of each kind is a share of one setting (see its judge): that share of it is enough.
struct SettingThatTrips {
  double peak;

  std::string operator()(const ConsecutiveFailures& rule) const {
    return fmt::format("failures = {}", count_of(rule.failures));
  }
  std::string operator()(const Occurrences& rule) const {
    if (rule.within_long == Duration::zero())
      return fmt::format("more_than = {}", limit_of(rule.more_than));
    return fmt::format("more_than = {} or more_than_long = {}", limit_of(rule.more_than),
                       limit_of(rule.more_than_long));
  }
  std::string operator()(const auto& rule) const {
    const auto held = std::chrono::duration_cast<Duration>(rule.hold * peak);
    return fmt::format("for = {}", for_people(held));
  }

 private:
  [[nodiscard]] std::int64_t count_of(std::uint32_t needed) const {
    return std::llround(peak * needed);
  }
  /// More than so many trip.
  [[nodiscard]] std::int64_t limit_of(std::uint32_t more_than) const {
    return std::max<std::int64_t>(std::llround(peak * (more_than + 1.0)) - 1, 0);
  }
};

}  // namespace

struct Trigger::MakeJudge {
  const ProbeTiming& timing;

  Judge operator()(const ConsecutiveFailures& rule) const {
    return ConsecutiveFailuresJudge(rule, timing);
  }
  Judge operator()(const Latency& rule) const {
    if (rule.value) return ReportedLatencyJudge(rule, timing);
    return LatencyJudge(rule, timing);
  }
  Judge operator()(const ErrorRatio& rule) const { return ErrorRatioJudge(rule, timing); }
  Judge operator()(const ConnectionLost& rule) const { return ConnectionLostJudge(rule, timing); }
  Judge operator()(const Occurrences& rule) const { return OccurrencesJudge(rule, timing); }
  Judge operator()(const Value& rule) const { return ValueJudge(rule, timing); }
  Judge operator()(const Regression& rule) const { return Indirect(RegressionJudge(rule, timing)); }
};

Trigger::Trigger(const Rule& rule, const ProbeTiming& timing)
    : judge_(std::visit(MakeJudge{timing}, rule)) {}

Rule Trigger::rule() const {
  return std::visit([](const auto& judge) { return Rule(direct(judge).rule()); }, judge_);
}

const Regression* Trigger::regression() const {
  const auto* judge = std::get_if<Indirect<RegressionJudge>>(&judge_);
  return judge == nullptr ? nullptr : &(**judge).rule();
}

void Trigger::take(const Sample& sample) {
  std::visit([&](auto& judge) { direct(judge).take(sample); }, judge_);
}

void Trigger::take(const Occurrence& occurrence) {
  if (auto* judge = std::get_if<OccurrencesJudge>(&judge_)) judge->take(occurrence);
}

void Trigger::arm(const Baseline& baseline) {
  if (auto* judge = std::get_if<Indirect<RegressionJudge>>(&judge_)) (**judge).arm(baseline);
}

void Trigger::clear() {
  std::visit([](auto& judge) { direct(judge).clear(); }, judge_);
}

Finding Trigger::finding(Instant now) const {
  return std::visit([=](const auto& judge) { return direct(judge).finding(now); }, judge_);
}

std::string Trigger::reason(Instant now) const {
  return std::visit([=](const auto& judge) { return direct(judge).reason(now); }, judge_);
}

std::optional<Instant> Trigger::bad_since() const {
  return std::visit([](const auto& judge) { return direct(judge).bad_since(); }, judge_);
}

std::optional<Duration> Trigger::time_to_trip(Instant now) const {
  return std::visit([=](const auto& judge) { return direct(judge).time_to_trip(now); }, judge_);
}

std::optional<Instant> Trigger::next_change(Instant now) const {
  return std::visit([=](const auto& judge) { return direct(judge).next_change(now); }, judge_);
}

std::string setting_that_trips(const Rule& rule, double peak) {
  return std::visit(SettingThatTrips{peak}, rule);
}

std::string_view kind_name(const Rule& rule) {
  return kind_names.at(rule.index());
}

}  // namespace ripcord::evaluate
