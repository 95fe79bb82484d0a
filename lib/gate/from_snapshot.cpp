#include "gate/from_snapshot.hpp"

#include "model/vocabulary.hpp"

#include <algorithm>
#include <optional>
#include <variant>

namespace ripcord::gate {
namespace {

deploy::HealthyFact health_of(const engine::ServiceSettings& service,
                              const engine::ServiceSnapshot& seen) {
  deploy::HealthyFact fact;
  for (const engine::TriggerSettings& trigger : service.triggers) {
    if (trigger.shadow) continue;
    deploy::TriggerNow now{.name = trigger.name,
                           .reason = {},
                           .ignores_no_data = trigger.on_no_data == engine::OnNoData::ignore};
    const auto found =
        std::ranges::find(seen.triggers, trigger.name, &engine::TriggerSnapshot::name);
    if (found != seen.triggers.end()) {
      now.state = found->finding.state;
      now.reason = found->reason;
      now.counts_signals = found->probe.empty();
    }
    fact.triggers.push_back(std::move(now));
  }
  return fact;
}

std::optional<deploy::QuietFact> value_of(const QuietSource& source,
                                          const engine::ServiceSnapshot& seen) {
  const auto probe = std::ranges::find(seen.probes, source.probe, &engine::ProbeSnapshot::name);
  if (probe == seen.probes.end() || !probe->last) return std::nullopt;
  const auto value = std::ranges::find(probe->values, source.value, &NamedValue::name);
  if (value == probe->values.end()) return std::nullopt;
  return deploy::QuietFact{.value = value->number, .seen_at = probe->last->taken_at};
}

}  // namespace

void add_from_snapshot(const std::vector<Settings>& gates, const engine::ServiceSettings& service,
                       const engine::ServiceSnapshot& seen, deploy::GateFacts& facts) {
  for (const Settings& one : gates) {
    if (std::holds_alternative<deploy::HealthyRule>(one.gate.rule)) {
      facts.insert_or_assign(one.gate.name, health_of(service, seen));
    } else if (const auto* source = std::get_if<QuietSource>(&one.source)) {
      if (const auto fact = value_of(*source, seen)) {
        facts.insert_or_assign(one.gate.name, *fact);
      }
    }
  }
}

}  // namespace ripcord::gate
