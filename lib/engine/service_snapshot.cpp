// What a service shows of itself.

#include "engine/service.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

namespace ripcord::engine {

std::optional<StageSnapshot> Service::stage() const {
  if (waiting_ || !open_ || open_->way != Way::driven) return std::nullopt;
  const auto* shifting = std::get_if<Shifting>(&open_->phase);
  const auto* baking = std::get_if<Baking>(&open_->phase);
  if (shifting == nullptr && baking == nullptr) return std::nullopt;
  const std::uint32_t index = shifting != nullptr ? shifting->stage : baking->stage;
  if (index >= recipe_.stages.size()) return std::nullopt;
  const deploy::Stage& stage = recipe_.stages[index];
  return StageSnapshot{.number = index + 1,
                       .count = static_cast<std::uint32_t>(recipe_.stages.size()),
                       .traffic = stage.traffic,
                       .needs_approval = stage.needs_approval};
}

std::size_t Service::steps() const {
  if (waiting_ || !open_) return 0;
  if (std::holds_alternative<RollingBack>(open_->phase)) return recipe_.rollback.size();
  const bool is_ours = open_->way == Way::driven && std::holds_alternative<Deploying>(open_->phase);
  return is_ours ? recipe_.deploy.size() : 0;
}

ServiceSnapshot Service::snapshot(Instant now) const {
  ServiceSnapshot snapshot;
  snapshot.name = name_;
  snapshot.current_version = lineage_.current();
  snapshot.good_version = lineage_.last_good();
  watch_.write(now, snapshot);
  if (!open_) {
    for (TriggerSnapshot& trigger : snapshot.triggers) trigger.preexisting = false;
  }
  const Deployment* newest = open();
  if (newest == nullptr) newest = last_.get();
  if (newest != nullptr) snapshot.deployment = *newest;
  snapshot.stage = stage();
  snapshot.steps = steps();
  snapshot.revision = revision_;
  snapshot.deployments = counts_.deployments;
  snapshot.deployments_failed = counts_.deployments_failed;
  snapshot.rollbacks = counts_.rollbacks;
  snapshot.rollbacks_failed = counts_.rollbacks_failed;
  return snapshot;
}

}  // namespace ripcord::engine
