#include "deploy/transitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;

const std::string ripcord = "ripcord";

/// Longer than any keeper needs to end a step after its timeout and its grace.
constexpr Duration step_slack = 30s;

Duration longest(const RecipeStep& step) {
  const Duration once = step.timeout + step.grace + step_slack;
  return step.idempotent ? 2 * once : once;
}

std::string or_unknown(const std::string& version) {
  return version.empty() ? "an unknown version" : version;
}

/// `"rollback.1 (database)"`.
std::string step_name(const Recipe& recipe, StepId step) {
  const bool is_listed = step.kind == StepKind::deploy || step.kind == StepKind::rollback;
  const auto& steps = step.kind == StepKind::deploy ? recipe.deploy : recipe.rollback;
  if (!is_listed || step.index >= steps.size()) return to_string(step);
  return fmt::format("{} ({})", to_string(step), steps[step.index].name);
}

std::string percent(double share) {
  return fmt::format("{:.4g} %", share * 100);
}

}  // namespace

Transition::Transition(Deployment from, const Recipe& recipe, Instant now)
    : recipe_(recipe), now_(now), step_{.next = std::move(from), .effects = {}, .refused = {}} {}

void Transition::refuse_at_gate(std::string why) {
  record("gate.refused", why, ripcord, Severity::warning);
  end(Refused{}, std::move(why));
}

void Transition::pass_gate(const std::string& why) {
  step_.next.begun_at = now_;
  record("gate.passed", why, ripcord, Severity::info);
}

void Transition::start_deploy_step(std::uint32_t index, std::uint32_t attempt) {
  step_.next.phase = Deploying{.step = index, .attempt = attempt};
  start_run({.kind = StepKind::deploy, .index = index, .attempt = attempt}, recipe_.deploy[index]);
}

void Transition::enter_stage(std::uint32_t stage) {
  if (!step_.next.deployed_at) step_.next.deployed_at = now_;
  if (recipe_.shift && !recipe_.stages.empty()) {
    start_shift(stage, 0);
  } else {
    bake_stage(stage);
  }
}

void Transition::start_shift(std::uint32_t stage, std::uint32_t attempt) {
  step_.next.phase = Shifting{.stage = stage, .attempt = attempt};
  start_run({.kind = StepKind::shift, .index = stage, .attempt = attempt}, *recipe_.shift);
}

void Transition::bake_stage(std::uint32_t stage) {
  const bool has_stages = stage < recipe_.stages.size();
  const Duration bake = bake_of(step_.next, recipe_, stage);
  step_.next.phase =
      Baking{.settled_at = now_ + recipe_.settle, .until = now_ + bake, .stage = stage};
  record("deployment.stage",
         has_stages ? fmt::format("stage {}: {} of the traffic goes to {}; watching it for {}",
                                  stage_name(stage), percent(recipe_.stages[stage].traffic),
                                  step_.next.version, for_people(bake))
                    : fmt::format("{} is in place; watching it for {}", step_.next.version,
                                  for_people(bake)),
         ripcord, Severity::info);
}

void Transition::promote(const std::string& by) {
  const auto& baking = std::get<Baking>(step_.next.phase);
  record(
      "deployment.promoted",
      baking.awaiting || now_ >= baking.until
          ? "approved of"
          : fmt::format("promoted {} before the end of its bake", for_people(baking.until - now_)),
      by, Severity::info);
}

void Transition::await_approval() {
  std::get<Baking>(step_.next.phase).awaiting = true;
  record("deployment.awaiting", "the bake went well; waiting for a person to promote it", ripcord,
         Severity::warning);
}

void Transition::hold(Held held, Severity severity) {
  record("deployment.held", held.reason, held.by, severity);
  step_.next.held = std::move(held);
}

void Transition::resume(const std::string& by) {
  record("deployment.resumed",
         fmt::format("after {} on hold", for_people(now_ - step_.next.held->at)), by,
         Severity::info);
  step_.next.held.reset();
}

void Transition::cannot_be_undone(std::string why, const std::string& by) {
  if (!step_.next.irreversible.empty()) return;
  record("deployment.irreversible", fmt::format("from now on a trip only pages: {}", why), by,
         Severity::warning);
  step_.next.irreversible = std::move(why);
}

void Transition::bake(const std::string& by) {
  Deployment& next = step_.next;
  next.deployed_at = now_;
  next.phase = Baking{.settled_at = now_ + recipe_.settle, .until = now_ + recipe_.bake};
  record("deployment.deployed",
         fmt::format("{} is in place after {}; watching it for {}", next.version,
                     for_people(now_ - next.started_at), for_people(recipe_.bake)),
         by, Severity::info);
}

void Transition::overdue() {
  std::get<Baking>(step_.next.phase).overdue = true;
  record("deployment.overdue",
         "the bake is over, but the service is not known to be healthy: it begins anew once it is",
         ripcord, Severity::warning);
}

void Transition::succeed() {
  const std::uint32_t stage = std::get<Baking>(step_.next.phase).stage;
  const std::string verdict =
      fmt::format("{} has been healthy to the end of its bake of {}", step_.next.version,
                  for_people(bake_of(step_.next, recipe_, stage)));
  end(Succeeded{}, verdict);
  record("deployment.succeeded", verdict, ripcord, Severity::info);
}

void Transition::fail(std::string why, const std::string& by, Severity severity) {
  record("deployment.failed", why, by, severity);
  end(Failed{}, std::move(why));
}

void Transition::fail_untouched(const std::string& why) {
  step_.next.begun_at.reset();
  fail(fmt::format("{}; nothing was changed", why), ripcord, Severity::warning);
}

void Transition::abort(std::string why, const std::string& by) {
  record("deployment.aborted", why, by, Severity::warning);
  end(Aborted{}, std::move(why));
}

void Transition::turn_back(Cause cause, StepId running) {
  const std::string hindrance = why_not_back(step_.next);
  if (cause.by == ripcord && !hindrance.empty()) {
    record("deployment.stopping",
           fmt::format("ending {}: {}; nothing will be rolled back: {}",
                       step_name(recipe_, running), cause.reason, hindrance),
           cause.by, Severity::warning);
  } else {
    record("rollback.waiting",
           fmt::format("will be rolled back as soon as {} has ended: {}",
                       step_name(recipe_, running), cause.reason),
           cause.by, Severity::critical);
  }
  step_.next.cause = std::move(cause);
  // Its keeper ends it for certain, within this time.
  Duration ends_within = step_slack;
  if (running.kind == StepKind::deploy && running.index < recipe_.deploy.size()) {
    ends_within += recipe_.deploy[running.index].grace;
  } else if (running.kind == StepKind::shift && recipe_.shift) {
    ends_within += recipe_.shift->grace;
  }
  step_.next.deadline = std::max(step_.next.deadline, now_ + ends_within);
  stop_run(running);
}

void Transition::roll_back(Cause cause) {
  Deployment& next = step_.next;
  record("rollback.started",
         fmt::format("rolling {} back from {} to {}: {}", next.service, or_unknown(next.version),
                     or_unknown(next.previous_version), cause.reason),
         cause.by, Severity::critical);
  next.cause = std::move(cause);
  next.held.reset();
  extend_deadline();
  if (recipe_.rollback.empty()) {
    fail_rollback("no rollback step is configured; a person must act");
  } else {
    start_rollback_step(0, 0);
  }
}

void Transition::start_rollback_step(std::uint32_t index, std::uint32_t attempt) {
  step_.next.phase = RollingBack{.step = index, .attempt = attempt};
  start_run({.kind = StepKind::rollback, .index = index, .attempt = attempt},
            recipe_.rollback[index]);
}

void Transition::adopt(StepId step) {
  Deployment& next = step_.next;
  if (!next.cause) {
    next.cause = Cause{.trigger = "",
                       .reason = "a rollback had begun that the journal could not record",
                       .by = ripcord,
                       .at = now_,
                       .bad_since = std::nullopt};
  }
  const bool had_begun = std::holds_alternative<RollingBack>(next.phase) ||
                         std::holds_alternative<Verifying>(next.phase);
  if (!had_begun) extend_deadline();
  if (!next.begun_at) next.begun_at = now_;
  if (step.kind == StepKind::rollback) {
    next.phase = RollingBack{.step = step.index, .attempt = step.attempt};
  } else {
    next.phase = Verifying{.settled_at = now_,
                           .until = now_ + recipe_.verify_timeout,
                           .script = VerifyScript::running,
                           .attempt = step.attempt};
  }
  record("rollback.adopted",
         fmt::format("found {} begun without a record of it (the journal could not be written): "
                     "going on from there",
                     step_name(recipe_, step)),
         ripcord, Severity::critical);
}

void Transition::verify() {
  const Instant settled_at = now_ + recipe_.settle;
  step_.next.phase = Verifying{
      .settled_at = settled_at,
      .until = settled_at + recipe_.verify_timeout,
      .script = recipe_.verify ? VerifyScript::waiting : VerifyScript::passed,
  };
  record("rollback.verifying",
         fmt::format("every rollback step has succeeded; settling for {}, then the service must be "
                     "healthy for {}",
                     for_people(recipe_.settle), for_people(recipe_.healthy_for)),
         ripcord, Severity::info);
}

void Transition::start_verify_script(std::uint32_t attempt) {
  auto& verifying = std::get<Verifying>(step_.next.phase);
  verifying.script = VerifyScript::running;
  verifying.attempt = attempt;
  start_run({.kind = StepKind::verify, .index = 0, .attempt = attempt}, *recipe_.verify);
}

void Transition::verify_script_passed(const RunResult& result) {
  std::get<Verifying>(step_.next.phase).script = VerifyScript::passed;
  record("rollback.step_ended", fmt::format("verify {}", describe(result)), ripcord,
         Severity::info);
}

void Transition::rolled_back() {
  const Deployment& next = step_.next;
  const std::string verdict = fmt::format(
      "{} is back and verified; it took {} from the {} on", or_unknown(next.previous_version),
      for_people(now_ - next.cause->at), next.cause->trigger.empty() ? "order" : "trip");
  end(RolledBack{}, verdict);
  record("rollback.succeeded", verdict, ripcord, Severity::warning);
}

void Transition::fail_rollback(std::string why) {
  record("rollback.failed", why, ripcord, Severity::critical);
  end(RollbackFailed{}, std::move(why));
}

void Transition::contribute(const Cause& cause) {
  record("trigger.contributing",
         fmt::format("trigger {} has tripped as well: {}", cause.trigger, cause.reason), cause.by,
         Severity::info);
}

void Transition::step_ended(StepId step, const RunResult& result) {
  const bool is_forward = step.kind == StepKind::deploy || step.kind == StepKind::shift;
  record(is_forward ? "deployment.step_ended" : "rollback.step_ended",
         fmt::format("{} {}", step_name(recipe_, step), describe(result)), ripcord,
         result.succeeded() ? Severity::info : Severity::warning);
}

void Transition::stop_run(StepId step) {
  step_.effects.emplace_back(StopRun{.deployment = step_.next.id, .step = step});
}

void Transition::record(std::string_view kind, std::string text, const std::string& by,
                        Severity severity) {
  step_.effects.emplace_back(Record{.at = now_,
                                    .service = step_.next.service,
                                    .deployment = step_.next.id,
                                    .kind = std::string(kind),
                                    .text = std::move(text),
                                    .by = by,
                                    .severity = severity});
}

void Transition::end(Phase phase, std::string verdict) {
  step_.next.phase = phase;
  step_.next.ended_at = now_;
  step_.next.held.reset();
  step_.next.verdict = std::move(verdict);
}

void Transition::start_run(StepId step, const RecipeStep& what) {
  const Deployment& next = step_.next;
  const bool is_forward = step.kind == StepKind::deploy || step.kind == StepKind::shift;
  std::optional<std::uint32_t> stage;
  if (step.kind == StepKind::shift) stage = step.index;
  std::optional<double> traffic;
  if (stage) traffic = recipe_.stages[*stage].traffic;
  record(is_forward ? "deployment.step_started" : "rollback.step_started",
         fmt::format("starting {}", step_name(recipe_, step)), ripcord, Severity::info);
  step_.effects.emplace_back(StartRun{.deployment = next.id,
                                      .step = step,
                                      .step_name = what.name,
                                      .idempotent = what.idempotent,
                                      .facts = {.service = next.service,
                                                .deployment = next.id,
                                                .version = next.version,
                                                .previous_version = next.previous_version,
                                                .trigger = next.cause ? next.cause->trigger : "",
                                                .reason = next.cause ? next.cause->reason : "",
                                                .stage = stage ? stage_name(*stage) : "",
                                                .traffic = traffic}});
}

/// Only a driven deployment has stages.
bool Transition::is_last_stage(std::uint32_t stage) const {
  return step_.next.way != Way::driven || stage + 1 >= recipe_.stages.size();
}

std::string Transition::stage_name(std::uint32_t stage) const {
  return fmt::format("{} of {}", stage + 1, recipe_.stages.size());
}

void Transition::extend_deadline() {
  Duration needed = recipe_.settle + recipe_.verify_timeout + step_slack;
  for (const RecipeStep& step : recipe_.rollback) needed += longest(step);
  if (recipe_.verify) needed += longest(*recipe_.verify);
  step_.next.deadline = std::max(step_.next.deadline, now_ + needed);
}

std::string why_not_back(const Deployment& deployment) {
  if (!deployment.irreversible.empty()) {
    return fmt::format("it cannot be undone ({})", deployment.irreversible);
  }
  return deployment.previous_version.empty() ? "no good version is known to go back to" : "";
}

Duration bake_of(const Deployment& deployment, const Recipe& recipe, std::uint32_t stage) {
  const bool has_stages = deployment.way == Way::driven && stage < recipe.stages.size();
  return has_stages ? recipe.stages[stage].bake : recipe.bake;
}

}  // namespace ripcord::deploy
