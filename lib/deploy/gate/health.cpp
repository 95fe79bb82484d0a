#include "deploy/gate/health.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>

namespace ripcord::deploy {
namespace {

std::string objection(const TriggerNow& trigger) {
  if (trigger.state == FindingState::pass) return "";
  if (trigger.state == FindingState::no_data && trigger.ignores_no_data) return "";
  const std::string_view state =
      trigger.state == FindingState::no_data ? "without data" : to_string(trigger.state);
  const std::string text = fmt::format("{} is {}", trigger.name, state);
  return trigger.reason.empty() ? text : fmt::format("{} ({})", text, trigger.reason);
}

}  // namespace

GateCheck check(const HealthyRule& /*rule*/, const HealthyFact* fact, Instant /*now*/) {
  if (fact == nullptr) return {.passed = false, .text = "what the triggers find is not known"};
  std::vector<std::string> objections;
  std::size_t passing = 0;
  bool is_seen = false;
  for (const TriggerNow& trigger : fact->triggers) {
    const std::string found = objection(trigger);
    if (!found.empty()) objections.push_back(found);
    if (trigger.state != FindingState::pass) continue;
    ++passing;
    if (!trigger.counts_signals) is_seen = true;
  }
  const std::string count = plural(fact->triggers.size(), "trigger");
  if (objections.empty() && passing > 0 && !is_seen) {
    objections.emplace_back(
        "only triggers that count signals pass, and no probe knows anything: health is not known");
  } else if (objections.empty() && passing == 0) {
    objections.push_back(fmt::format("none of {} passes: health is not known", count));
  }
  return passed_unless(objections,
                       fmt::format("{} of {} pass, none is in trouble", passing, count));
}

GateCheck check(const QuietRule& rule, const QuietFact* fact, Instant now) {
  if (fact == nullptr || !std::isfinite(fact->value)) {
    return {.passed = false, .text = fmt::format("the value of {} is not known", rule.value)};
  }
  const Duration age = now - fact->seen_at;
  if (age > rule.stale_after || age < -clock_difference_max) {
    return {.passed = false,
            .text = fmt::format("the value of {} is not known: {} was seen {} {}", rule.value,
                                fact->value, age_beyond(std::chrono::abs(age)),
                                age > Duration{} ? "ago" : "in the future")};
  }
  const bool below = fact->value < rule.below;
  return {.passed = below,
          .text = fmt::format("{} is {}, {}below {}", rule.value, fact->value, below ? "" : "not ",
                              rule.below)};
}

}  // namespace ripcord::deploy
