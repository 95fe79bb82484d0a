// From the trip to the verified previous version.

#include "deploy/cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace ripcord::deploy {
namespace {

const char* const deadline_passed = "the deadline passed during the rollback; a person must act";

bool is_verified(const Verifying& phase, const Moment& at) {
  if (phase.script != VerifyScript::passed || !at.health.since || at.now < phase.settled_at) {
    return false;
  }
  return at.now - std::max(*at.health.since, phase.settled_at) >= at.recipe.healthy_for;
}

struct InRollback {
  const Moment& at;
  const RollingBack& phase;
  StepId running;

  void operator()(const Tripped& event) const { at.to.contribute(event.cause); }
  void operator()(const RollbackAsked&) const { at.to.refuse("it is being rolled back already"); }
  void operator()(const AbortAsked& event) const {
    at.to.stop_run(running);
    at.to.abort(event.reason, event.by);
  }
  void operator()(const StepEnded& event) const {
    if (event.step != running) return;
    at.to.step_ended(event.step, event.result);
    const bool is_last = phase.step + 1 >= at.recipe.rollback.size();
    if (at.is_past_deadline()) {
      at.to.fail_rollback(deadline_passed);
    } else if (event.result.succeeded()) {
      is_last ? at.to.verify() : at.to.start_rollback_step(phase.step + 1, 0);
    } else if (phase.step < at.recipe.rollback.size() &&
               may_repeat(at.recipe.rollback[phase.step], phase.attempt, event.result)) {
      at.to.start_rollback_step(phase.step, phase.attempt + 1);
    } else {
      at.to.fail_rollback(
          fmt::format("{} {}; a person must act", to_string(event.step), describe(event.result)));
    }
  }
  void operator()(const StepFound& event) const {
    if (running < event.step) at.to.adopt(event.step);
  }
  void operator()(const LookAgain&) const {
    if (!at.is_past_deadline()) return;
    at.to.stop_run(running);
    at.to.fail_rollback(deadline_passed);
  }
  void operator()(const auto& event) const { pass_over(event, at); }
};

struct InVerification {
  const Moment& at;
  const Verifying& phase;

  void operator()(const Tripped& event) const { at.to.contribute(event.cause); }
  void operator()(const RollbackAsked&) const {
    at.to.refuse("it has been rolled back already and is being verified");
  }
  void operator()(const AbortAsked& event) const {
    stop_script();
    at.to.abort(event.reason, event.by);
  }
  void operator()(const StepEnded& event) const {
    const StepId running{.kind = StepKind::verify, .index = 0, .attempt = phase.attempt};
    if (event.step != running || phase.script != VerifyScript::running) return;
    if (event.result.succeeded()) {
      at.to.verify_script_passed(event.result);
      look_at_health(std::get<Verifying>(at.to.deployment().phase));
      return;
    }
    at.to.step_ended(event.step, event.result);
    if (at.recipe.verify && !is_over() &&
        may_repeat(*at.recipe.verify, phase.attempt, event.result)) {
      at.to.start_verify_script(phase.attempt + 1);
    } else {
      at.to.fail_rollback(
          fmt::format("the verification after the rollback failed: verify {}; a "
                      "person must act",
                      describe(event.result)));
    }
  }
  void operator()(const StepFound& event) const {
    const bool is_new = phase.script == VerifyScript::waiting || event.step.attempt > phase.attempt;
    if (event.step.kind == StepKind::verify && is_new) at.to.adopt(event.step);
  }
  void operator()(const LookAgain&) const {
    const bool is_due = phase.script == VerifyScript::waiting && at.now >= phase.settled_at;
    if (is_due && at.recipe.verify && !is_over()) {
      at.to.start_verify_script(0);
    } else {
      look_at_health(phase);
    }
  }
  void operator()(const auto& event) const { pass_over(event, at); }

 private:
  [[nodiscard]] bool is_over() const { return at.now >= phase.until || at.is_past_deadline(); }

  void stop_script() const {
    if (phase.script != VerifyScript::running) return;
    at.to.stop_run({.kind = StepKind::verify, .index = 0, .attempt = phase.attempt});
  }

  void look_at_health(const Verifying& as_it_is) const {
    if (is_verified(as_it_is, at)) {
      at.to.rolled_back();
    } else if (is_over()) {
      if (as_it_is.script == VerifyScript::running) stop_script();
      at.to.fail_rollback(
          as_it_is.script == VerifyScript::passed
              ? fmt::format("the rollback did not help: the service was not healthy for {} within "
                            "{}; a person must act",
                            for_people(at.recipe.healthy_for), for_people(at.recipe.verify_timeout))
              : fmt::format("the verification script had not passed after {}; a person must act",
                            for_people(at.recipe.verify_timeout)));
    }
  }
};

}  // namespace

void happen(const RollingBack& phase, const MachineEvent& event, const Moment& moment) {
  const StepId running{.kind = StepKind::rollback, .index = phase.step, .attempt = phase.attempt};
  std::visit(InRollback{moment, phase, running}, event);
}

void happen(const Verifying& phase, const MachineEvent& event, const Moment& moment) {
  std::visit(InVerification{moment, phase}, event);
}

}  // namespace ripcord::deploy
