#include "evaluate/trigger.hpp"

namespace ripcord::evaluate {
namespace {

using Judge = std::variant<ConsecutiveFailuresJudge, LatencyJudge>;

struct MakeJudge {
  const ProbeTiming& timing;

  Judge operator()(const ConsecutiveFailures& rule) const {
    return ConsecutiveFailuresJudge(rule, timing);
  }
  Judge operator()(const Latency& rule) const { return LatencyJudge(rule, timing); }
};

struct KindName {
  std::string_view operator()(const ConsecutiveFailures&) const { return "consecutive_failures"; }
  std::string_view operator()(const Latency&) const { return "latency"; }
};

}  // namespace

Trigger::Trigger(const Rule& rule, const ProbeTiming& timing)
    : judge_(std::visit(MakeJudge{timing}, rule)) {}

void Trigger::take(const Sample& sample) {
  std::visit([&](auto& judge) { judge.take(sample); }, judge_);
}

void Trigger::clear() {
  std::visit([](auto& judge) { judge.clear(); }, judge_);
}

Finding Trigger::finding(Instant now) const {
  return std::visit([=](const auto& judge) { return judge.finding(now); }, judge_);
}

std::string Trigger::reason(Instant now) const {
  return std::visit([=](const auto& judge) { return judge.reason(now); }, judge_);
}

std::optional<Instant> Trigger::bad_since() const {
  return std::visit([](const auto& judge) { return judge.bad_since(); }, judge_);
}

std::string_view kind_name(const Rule& rule) {
  return std::visit(KindName{}, rule);
}

}  // namespace ripcord::evaluate
