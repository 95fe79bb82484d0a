#include "deploy/machine.hpp"

#include "deploy/transitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ripcord::deploy {
namespace {

const std::string ripcord = "ripcord";

const std::string deadline_passed = "the deadline passed during the rollback; a person must act";

/// A lost run of an idempotent step is started again, this often.
constexpr std::uint32_t repetitions_max = 1;

bool may_repeat(const RecipeStep& step, std::uint32_t attempt, const RunResult& result) {
  return result.outcome == RunOutcome::lost && step.idempotent && attempt < repetitions_max;
}

bool is_verified(const Verifying& phase, const Recipe& recipe, Instant now, const Health& health) {
  if (phase.script != VerifyScript::passed || !health.since || now < phase.settled_at) return false;
  return now - std::max(*health.since, phase.settled_at) >= recipe.healthy_for;
}

/// The pairs of the table. An overload for one phase and one event is one cell; the templates at
/// the end are the cells in which a person is told no, or nothing happens.
class Cells {
 public:
  Cells(Transition& to, const Recipe& recipe, Instant now, const Health& health)
      : to_(to), recipe_(recipe), now_(now), health_(health) {}

  // ── deploying ──
  void operator()(const Deploying&, const Finished& event) const { to_.bake(event.by); }
  void operator()(const Deploying&, const PipelineFailed& event) const {
    to_.fail(event.reason, event.by, Severity::warning);
  }
  void operator()(const Deploying&, const RollbackAsked& event) const {
    to_.roll_back(event.cause);
  }
  void operator()(const Deploying&, const AbortAsked& event) const {
    to_.abort(event.reason, event.by);
  }
  void operator()(const Deploying&, const StepFound& event) const { to_.adopt(event.step); }
  void operator()(const Deploying&, const LookAgain&) const {
    if (!is_past_deadline()) return;
    to_.fail(
        "the deadline passed and the pipeline never said that it had finished: what is running "
        "is not known",
        ripcord, Severity::critical);
  }

  // ── baking ──
  void operator()(const Baking& phase, const Tripped& event) const {
    if (now_ >= phase.settled_at) to_.roll_back(event.cause);
  }
  void operator()(const Baking&, const RollbackAsked& event) const { to_.roll_back(event.cause); }
  void operator()(const Baking&, const AbortAsked& event) const {
    to_.abort(event.reason, event.by);
  }
  void operator()(const Baking&, const StepFound& event) const { to_.adopt(event.step); }
  void operator()(const Baking& phase, const LookAgain&) const {
    if (now_ >= phase.until && health_.since) {
      to_.succeed();
    } else if (is_past_deadline()) {
      to_.fail(now_ < phase.until
                   ? "the deadline passed before the bake was over"
                   : "the deadline passed before the service was known to be healthy",
               ripcord, Severity::critical);
    } else if (now_ >= phase.until && !phase.overdue) {
      to_.overdue();
    }
  }

  // ── rolling back ──
  void operator()(const RollingBack&, const Tripped& event) const { to_.contribute(event.cause); }
  void operator()(const RollingBack& phase, const AbortAsked& event) const {
    to_.stop_run({.kind = StepKind::rollback, .index = phase.step, .attempt = phase.attempt});
    to_.abort(event.reason, event.by);
  }
  void operator()(const RollingBack& phase, const StepEnded& event) const {
    const StepId running{.kind = StepKind::rollback, .index = phase.step, .attempt = phase.attempt};
    if (event.step != running) return;
    to_.step_ended(event.step, event.result);
    const bool is_last = phase.step + 1 >= recipe_.rollback.size();
    if (is_past_deadline()) {
      to_.fail_rollback(deadline_passed);
    } else if (event.result.succeeded()) {
      is_last ? to_.verify() : to_.start_rollback_step(phase.step + 1, 0);
    } else if (phase.step < recipe_.rollback.size() &&
               may_repeat(recipe_.rollback[phase.step], phase.attempt, event.result)) {
      to_.start_rollback_step(phase.step, phase.attempt + 1);
    } else {
      to_.fail_rollback(
          fmt::format("{} {}; a person must act", to_string(event.step), describe(event.result)));
    }
  }
  void operator()(const RollingBack& phase, const StepFound& event) const {
    const StepId running{.kind = StepKind::rollback, .index = phase.step, .attempt = phase.attempt};
    if (running < event.step) to_.adopt(event.step);
  }
  void operator()(const RollingBack& phase, const LookAgain&) const {
    if (!is_past_deadline()) return;
    to_.stop_run({.kind = StepKind::rollback, .index = phase.step, .attempt = phase.attempt});
    to_.fail_rollback(deadline_passed);
  }

  // ── verifying ──
  void operator()(const Verifying&, const Tripped& event) const { to_.contribute(event.cause); }
  void operator()(const Verifying& phase, const AbortAsked& event) const {
    stop_script(phase);
    to_.abort(event.reason, event.by);
  }
  void operator()(const Verifying& phase, const StepEnded& event) const {
    const StepId running{.kind = StepKind::verify, .index = 0, .attempt = phase.attempt};
    if (event.step != running || phase.script != VerifyScript::running) return;
    if (event.result.succeeded()) {
      to_.verify_script_passed(event.result);
      look_at_health();
      return;
    }
    to_.step_ended(event.step, event.result);
    if (recipe_.verify && !is_overdue(phase) &&
        may_repeat(*recipe_.verify, phase.attempt, event.result)) {
      to_.start_verify_script(phase.attempt + 1);
    } else {
      to_.fail_rollback(
          fmt::format("the verification after the rollback failed: verify {}; a "
                      "person must act",
                      describe(event.result)));
    }
  }
  void operator()(const Verifying& phase, const StepFound& event) const {
    const bool is_new = phase.script == VerifyScript::waiting || event.step.attempt > phase.attempt;
    if (event.step.kind == StepKind::verify && is_new) to_.adopt(event.step);
  }
  void operator()(const Verifying& phase, const LookAgain&) const {
    const bool is_due = phase.script == VerifyScript::waiting && now_ >= phase.settled_at;
    if (is_due && recipe_.verify && !is_overdue(phase)) {
      to_.start_verify_script(0);
    } else {
      look_at_health();
    }
  }

  // ── what a person is told no to ──
  void operator()(const Baking&, const Finished&) const {
    to_.refuse("it has finished deploying already");
  }
  void operator()(const Baking&, const PipelineFailed&) const {
    to_.refuse("it has finished deploying already; use rollback or abort");
  }
  void operator()(const RollingBack&, const RollbackAsked&) const {
    to_.refuse("it is being rolled back already");
  }
  void operator()(const Verifying&, const RollbackAsked&) const {
    to_.refuse("it has been rolled back already and is being verified");
  }
  template <class AnyPhase>
  void operator()(const AnyPhase&, const Finished&) const {
    to_.refuse(no_longer_deploying());
  }
  template <class AnyPhase>
  void operator()(const AnyPhase&, const PipelineFailed&) const {
    to_.refuse(no_longer_deploying());
  }
  template <class AnyPhase>
  void operator()(const AnyPhase&, const RollbackAsked&) const {
    to_.refuse(no_longer_deploying());
  }
  template <class AnyPhase>
  void operator()(const AnyPhase&, const AbortAsked&) const {
    to_.refuse(no_longer_deploying());
  }

  // ── everything else changes nothing ──
  template <class AnyPhase, class AnyEvent>
  void operator()(const AnyPhase&, const AnyEvent&) const {}

 private:
  [[nodiscard]] std::string no_longer_deploying() const {
    return fmt::format("it is {}", name(to_.deployment().phase));
  }

  [[nodiscard]] bool is_past_deadline() const { return now_ >= to_.deployment().deadline; }
  [[nodiscard]] bool is_overdue(const Verifying& phase) const {
    return now_ >= phase.until || is_past_deadline();
  }

  void stop_script(const Verifying& phase) const {
    if (phase.script != VerifyScript::running) return;
    to_.stop_run({.kind = StepKind::verify, .index = 0, .attempt = phase.attempt});
  }

  void look_at_health() const {
    const auto& phase = std::get<Verifying>(to_.deployment().phase);
    if (is_verified(phase, recipe_, now_, health_)) {
      to_.rolled_back();
    } else if (is_overdue(phase)) {
      stop_script(phase);
      to_.fail_rollback(
          phase.script == VerifyScript::passed
              ? fmt::format("the rollback did not help: the service was not healthy for {} within "
                            "{}; a person must act",
                            for_people(recipe_.healthy_for), for_people(recipe_.verify_timeout))
              : fmt::format("the verification script had not passed after {}; a person must act",
                            for_people(recipe_.verify_timeout)));
    }
  }

  Transition& to_;
  const Recipe& recipe_;
  Instant now_;
  const Health& health_;
};

struct WakeAt {
  const Deployment& deployment;
  const Recipe& recipe;
  const Health& health;

  using Candidates = std::array<std::optional<Instant>, 4>;

  Candidates operator()(const Deploying&) const { return {deployment.deadline}; }
  Candidates operator()(const Baking& phase) const {
    return {phase.settled_at, phase.until, deployment.deadline};
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

Step step(const Deployment& deployment, const Recipe& recipe, const MachineEvent& event,
          Instant now, const Health& health) {
  Transition transition(deployment, recipe, now);
  std::visit(Cells(transition, recipe, now, health), deployment.phase, event);
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
  return baking != nullptr && now >= baking->settled_at;
}

Step begin_manual_rollback(Deployment deployment, const Recipe& recipe, Cause cause, Instant now) {
  Transition transition(std::move(deployment), recipe, now);
  transition.roll_back(std::move(cause));
  return std::move(transition).take();
}

}  // namespace ripcord::deploy
