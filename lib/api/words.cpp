#include "api/words.hpp"

#include "model/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace ripcord::api {
namespace {

std::vector<std::string_view> triggers_in(const engine::ServiceSnapshot& service,
                                          FindingState state) {
  std::vector<std::string_view> names;
  for (const engine::TriggerSnapshot& trigger : service.triggers) {
    if (trigger.finding.state == state) names.emplace_back(trigger.name);
  }
  return names;
}

std::string_view or_unknown(const std::string& version) {
  return version.empty() ? std::string_view("an unknown version") : std::string_view(version);
}

/// `", 3m 10s left"`, while there is something left.
std::string left(Instant now, Instant until) {
  return now < until ? fmt::format(", {} left", for_people(until - now)) : "";
}

/// `"stage 2 of 3 (25 % of the traffic)"`; empty outside a canary.
std::string stage_in_words(const std::optional<engine::StageSnapshot>& stage) {
  if (!stage) return "";
  return fmt::format("stage {} of {} ({:.4g} % of the traffic)", stage->number, stage->count,
                     stage->traffic * 100);
}

/// The words for each phase.
struct PhaseInWords {
  const engine::ServiceSnapshot& service;
  const Deployment& deployment;
  Instant now;

  std::string operator()(const Gating&) const {
    return fmt::format("checking the gate of {}", version());
  }
  std::string operator()(const Shifting& phase) const {
    if (deployment.cause) return turning_back();
    const std::string stage = stage_in_words(service.stage);
    return fmt::format("shifting traffic to {}, {}", version(),
                       stage.empty() ? fmt::format("stage {}", phase.stage + 1) : stage);
  }
  std::string operator()(const Deploying& phase) const {
    if (deployment.cause) return turning_back();
    const std::string step =
        service.steps > 0 ? fmt::format(", step {} of {},", phase.step + 1, service.steps) : "";
    return fmt::format("deploying {}{} for {}", version(), step,
                       for_people(std::max(now - deployment.started_at, Duration{})));
  }
  std::string operator()(const Baking& phase) const {
    if (deployment.held) {
      return fmt::format("{} is on hold{}: {}", version(), at_stage(), deployment.held->reason);
    }
    if (phase.awaiting) {
      return fmt::format("{} waits{} for a person to promote it", version(), at_stage());
    }
    if (phase.overdue) {
      return fmt::format("baking {}{}: its time is over, waiting for it to be healthy", version(),
                         at_stage());
    }
    const std::string_view doing = now < phase.settled_at ? "settling" : "baking";
    return fmt::format("{} {}{}{}", doing, version(), at_stage(), left(now, phase.until));
  }
  std::string operator()(const RollingBack& phase) const {
    const std::string of = service.steps > 1 ? fmt::format(" of {}", service.steps) : "";
    return fmt::format("rolling back from {} to {} ({}{})", version(), target(),
                       to_string(StepId{StepKind::rollback, phase.step, phase.attempt}), of);
  }
  std::string operator()(const Verifying& phase) const {
    return fmt::format("verifying that {} is back{}", target(), left(now, phase.until));
  }
  std::string operator()(const Refused&) const {
    return fmt::format("{} was refused at the gate", version());
  }
  std::string operator()(const Succeeded&) const { return fmt::format("{} succeeded", version()); }
  std::string operator()(const Failed&) const { return fmt::format("{} failed", version()); }
  std::string operator()(const RolledBack&) const {
    return fmt::format("{} was rolled back to {}", version(), target());
  }
  std::string operator()(const RollbackFailed&) const {
    return fmt::format("the rollback of {} failed: a person must act", version());
  }
  std::string operator()(const Aborted&) const { return fmt::format("{} was aborted", version()); }

 private:
  [[nodiscard]] std::string turning_back() const {
    if (deployment.cause->by == "ripcord" && !deployment.irreversible.empty()) {
      return fmt::format("ending the running step of {}, which cannot be undone", version());
    }
    return fmt::format("turning back from {} to {} as soon as the running step has ended",
                       version(), target());
  }
  [[nodiscard]] std::string at_stage() const {
    return service.stage ? " at " + stage_in_words(service.stage) : "";
  }
  [[nodiscard]] std::string_view version() const { return or_unknown(deployment.version); }
  [[nodiscard]] std::string_view target() const { return or_unknown(deployment.previous_version); }
};

}  // namespace

std::string health_in_words(const engine::ServiceSnapshot& service, Instant now) {
  if (service.triggers.empty()) return "no trigger watches it";
  if (const auto tripped = triggers_in(service, FindingState::tripped); !tripped.empty()) {
    return fmt::format("{} {} tripped", fmt::join(tripped, ", "),
                       tripped.size() == 1 ? "has" : "have");
  }
  if (const auto pending = triggers_in(service, FindingState::pending); !pending.empty()) {
    return fmt::format("{} pending", fmt::join(pending, ", "));
  }
  if (const auto silent = triggers_in(service, FindingState::no_data); !silent.empty()) {
    return fmt::format("waiting for data of {}", fmt::join(silent, ", "));
  }
  if (!service.healthy_since || now <= *service.healthy_since) return "healthy";
  return fmt::format("healthy for {}", for_people(now - *service.healthy_since));
}

std::string advice_in_words(const engine::ServiceSnapshot& service) {
  if (!service.deployment) return "";
  const Deployment& deployment = *service.deployment;
  const std::string or_back =
      fmt::format(", or \"ripcord rollback {} --reason …\" to go back", service.name);
  const auto* baking = std::get_if<Baking>(&deployment.phase);
  if (baking != nullptr && deployment.held) {
    return fmt::format("type \"ripcord resume {}\" to go on{}", service.name, or_back);
  }
  if (baking != nullptr && baking->awaiting) {
    return fmt::format("type \"ripcord promote {}\" to go on{}", service.name, or_back);
  }
  if (std::holds_alternative<RollbackFailed>(deployment.phase)) {
    return fmt::format("type \"ripcord show {}\" to see what failed; what runs now is not known",
                       deployment.id);
  }
  return "";
}

std::string deployment_in_words(const engine::ServiceSnapshot& service, Instant now) {
  if (!service.deployment) return "";
  return std::visit(PhaseInWords{service, *service.deployment, now}, service.deployment->phase);
}

}  // namespace ripcord::api
