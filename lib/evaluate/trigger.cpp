#include "evaluate/trigger.hpp"

#include <array>
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

}  // namespace

struct Trigger::MakeJudge {
  const ProbeTiming& timing;

  Judge operator()(const ConsecutiveFailures& rule) const {
    return ConsecutiveFailuresJudge(rule, timing);
  }
  Judge operator()(const Latency& rule) const { return LatencyJudge(rule, timing); }
  Judge operator()(const ErrorRatio& rule) const { return ErrorRatioJudge(rule, timing); }
  Judge operator()(const ConnectionLost& rule) const { return ConnectionLostJudge(rule, timing); }
  Judge operator()(const Occurrences& rule) const { return OccurrencesJudge(rule, timing); }
  Judge operator()(const Value& rule) const { return ValueJudge(rule, timing); }
  Judge operator()(const Regression& rule) const { return Indirect(RegressionJudge(rule, timing)); }
};

Trigger::Trigger(const Rule& rule, const ProbeTiming& timing)
    : judge_(std::visit(MakeJudge{timing}, rule)) {}

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

std::string_view kind_name(const Rule& rule) {
  return kind_names.at(rule.index());
}

}  // namespace ripcord::evaluate
