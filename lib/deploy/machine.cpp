#include "deploy/machine.hpp"

#include "deploy/cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ripcord::deploy {
namespace {

/// A lost run of an idempotent step is started again, this often.
constexpr std::uint32_t repetitions_max = 1;

void refuse_as_it_is(const Moment& moment) {
  moment.to.refuse(fmt::format("it is {}", name(moment.to.deployment().phase)));
}

/// What has ended stays as it ended.
template <class Ended>
void happen(const Ended& /*phase*/, const MachineEvent& event, const Moment& moment) {
  std::visit([&](const auto& what) { pass_over(what, moment); }, event);
}

struct WakeAt {
  const Deployment& deployment;
  const Recipe& recipe;
  const Health& health;

  using Candidates = std::array<std::optional<Instant>, 4>;

  Candidates operator()(const Gating&) const { return {deployment.deadline}; }
  Candidates operator()(const Deploying&) const { return {deployment.deadline}; }
  Candidates operator()(const Shifting&) const { return {deployment.deadline}; }
  Candidates operator()(const Baking& phase) const {
    std::optional<Instant> healthy_at;
    if (phase.overdue && health.since) {
      healthy_at = *health.since + bake_of(deployment, recipe, phase.stage);
    }
    return {phase.settled_at, phase.until, deployment.deadline, healthy_at};
  }
  Candidates operator()(const RollingBack&) const { return {deployment.deadline}; }
  Candidates operator()(const Verifying& phase) const {
    std::optional<Instant> healthy_at;
    if (health.since) healthy_at = std::max(*health.since, phase.settled_at) + recipe.healthy_for;
    return {phase.settled_at, phase.until, deployment.deadline, healthy_at};
  }
  Candidates operator()(const auto&) const { return {}; }
};

}  // namespace

void pass_over(const Finished& /*event*/, const Moment& moment) {
  refuse_as_it_is(moment);
}
void pass_over(const PipelineFailed& /*event*/, const Moment& moment) {
  refuse_as_it_is(moment);
}
void pass_over(const PromoteAsked& /*event*/, const Moment& moment) {
  refuse_as_it_is(moment);
}
void pass_over(const HoldAsked& /*event*/, const Moment& moment) {
  refuse_as_it_is(moment);
}
void pass_over(const ResumeAsked& /*event*/, const Moment& moment) {
  refuse_as_it_is(moment);
}
void pass_over(const RollbackAsked& /*event*/, const Moment& moment) {
  refuse_as_it_is(moment);
}
void pass_over(const AbortAsked& /*event*/, const Moment& moment) {
  refuse_as_it_is(moment);
}

bool may_repeat(const RecipeStep& step, std::uint32_t attempt, const RunResult& result) {
  return result.outcome == RunOutcome::lost && step.idempotent && attempt < repetitions_max;
}

const std::string& ripcord_itself() {
  static const std::string name = "ripcord";
  return name;
}

Step step(const Deployment& deployment, const Recipe& recipe, const MachineEvent& event,
          Instant now, const Health& health) {
  Transition transition(deployment, recipe, now);
  const Moment moment{.to = transition, .recipe = recipe, .now = now, .health = health};
  std::visit([&](const auto& phase) { happen(phase, event, moment); }, deployment.phase);
  return std::move(transition).take();
}

std::optional<Instant> wake_at(const Deployment& deployment, const Recipe& recipe, Instant now,
                               const Health& health) {
  std::optional<Instant> earliest;
  for (const auto& candidate : std::visit(WakeAt{deployment, recipe, health}, deployment.phase)) {
    if (candidate && *candidate > now)
      earliest = std::min(earliest.value_or(*candidate), *candidate);
  }
  return earliest;
}

bool is_armed(const Deployment& deployment, Instant now) {
  const auto* baking = std::get_if<Baking>(&deployment.phase);
  if (baking != nullptr) return now >= baking->settled_at;
  const auto* shifting = std::get_if<Shifting>(&deployment.phase);
  return shifting != nullptr && shifting->stage > 0;
}

Step begin_noticed(Deployment deployment, const Recipe& recipe, const std::string& by,
                   Instant now) {
  Transition transition(std::move(deployment), recipe, now);
  transition.bake(by);
  return std::move(transition).take();
}

Step begin_manual_rollback(Deployment deployment, const Recipe& recipe, Cause cause, Instant now) {
  Transition transition(std::move(deployment), recipe, now);
  transition.roll_back(std::move(cause));
  return std::move(transition).take();
}

}  // namespace ripcord::deploy
