// From the gate to the end of the last bake.

#include "deploy/cells.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace ripcord::deploy {
namespace {

Cause own_cause(std::string reason, Instant now) {
  return {.trigger = "",
          .reason = std::move(reason),
          .by = ripcord_itself(),
          .at = now,
          .bad_since = std::nullopt};
}

/// A step of a driven deployment did not do what it should. What it did do is undone, unless that
/// cannot be.
void undo(std::string why, const Moment& moment) {
  const std::string hindrance = why_not_back(moment.to.deployment());
  if (!hindrance.empty()) {
    moment.to.fail(fmt::format("{}; {}: a person must act", why, hindrance), ripcord_itself(),
                   Severity::critical);
  } else if (moment.recipe.rollback.empty()) {
    moment.to.fail(fmt::format("{}, and no rollback step is configured: a person must act", why),
                   ripcord_itself(), Severity::critical);
  } else {
    moment.to.roll_back(own_cause(std::move(why), moment.now));
  }
}

/// Whether ripcord itself wants to go back, and must not.
bool must_stay(const Deployment& deployment) {
  return deployment.cause && deployment.cause->by == ripcord_itself() &&
         !why_not_back(deployment).empty();
}

std::string outcome_of(StepId step, const RunResult& result) {
  return fmt::format("{} {}", to_string(step), describe(result));
}

std::string after_deadline(StepId step) {
  return fmt::format("the deadline passed during {}", to_string(step));
}

/// What becomes of a driven deployment when a script of ours has ended.
enum class After : std::uint8_t { go_on, repeat, lost, untouched, undo, roll_back };

/// Whether the very first step never began, so that there is nothing to undo. An earlier attempt at
/// it that was lost may have done something.
bool touched_nothing(const StepEnded& event) {
  constexpr StepId first{.kind = StepKind::deploy, .index = 0, .attempt = 0};
  return event.step == first && event.result.outcome == RunOutcome::refused;
}

/// `step` is null when the recipe does not have it.
After after(const StepEnded& event, const RecipeStep* step, const Moment& moment) {
  const std::optional<Cause>& cause = moment.to.deployment().cause;
  // What a person orders is done, whatever it is.
  if (cause && cause->by != ripcord_itself()) return After::roll_back;
  if (touched_nothing(event)) return After::untouched;
  if (cause) return must_stay(moment.to.deployment()) ? After::undo : After::roll_back;
  if (event.result.outcome == RunOutcome::lost) {
    const bool again = !moment.is_past_deadline() && step != nullptr &&
                       may_repeat(*step, event.step.attempt, event.result);
    return again ? After::repeat : After::lost;
  }
  return event.result.succeeded() && !moment.is_past_deadline() ? After::go_on : After::undo;
}

void undo_step(const StepEnded& event, const Moment& moment) {
  if (const std::optional<Cause>& cause = moment.to.deployment().cause) {
    undo(cause->reason, moment);
  } else {
    undo(moment.is_past_deadline() ? after_deadline(event.step)
                                   : outcome_of(event.step, event.result),
         moment);
  }
}

struct InGating {
  const Moment& at;

  void operator()(const GateJudged& event) const {
    if (!event.passed) {
      at.to.refuse_at_gate(event.text);
      return;
    }
    at.to.pass_gate(event.text);
    at.recipe.deploy.empty() ? at.to.enter_stage(0) : at.to.start_deploy_step(0, 0);
  }
  void operator()(const RollbackAsked&) const {
    at.to.refuse("nothing has been deployed yet; use abort");
  }
  void operator()(const AbortAsked& event) const { at.to.abort(event.reason, event.by); }
  /// It had gone on, all the way to a rollback, while the journal could not be written.
  void operator()(const StepFound& event) const { at.to.adopt(event.step); }
  void operator()(const LookAgain&) const {
    if (!at.is_past_deadline()) return;
    at.to.refuse_at_gate("the deadline passed before the gate was judged");
  }
  void operator()(const auto& event) const { pass_over(event, at); }
};

/// Somebody else's pipeline is at work.
struct InPipeline {
  const Moment& at;

  void operator()(const Finished& event) const { at.to.bake(event.by); }
  void operator()(const PipelineFailed& event) const {
    at.to.fail(event.reason, event.by, Severity::warning);
  }
  void operator()(const CannotBeUndone& event) const {
    at.to.cannot_be_undone(event.reason, event.by);
  }
  void operator()(const RollbackAsked& event) const { at.to.roll_back(event.cause); }
  void operator()(const AbortAsked& event) const { at.to.abort(event.reason, event.by); }
  void operator()(const StepFound& event) const { at.to.adopt(event.step); }
  void operator()(const LookAgain&) const {
    if (!at.is_past_deadline()) return;
    at.to.fail(
        "the deadline passed and the pipeline never said that it had finished: what is running "
        "is not known",
        ripcord_itself(), Severity::critical);
  }
  void operator()(const auto& event) const { pass_over(event, at); }
};

/// A script of ours runs: a deploy step, or a shift of the traffic.
struct WhileOursRuns {
  const Moment& at;
  StepId running;

  void operator()(const CannotBeUndone& event) const {
    at.to.cannot_be_undone(event.reason, event.by);
  }
  void operator()(const RollbackAsked& event) const {
    const bool goes_back = at.to.deployment().cause && !must_stay(at.to.deployment());
    goes_back ? at.to.refuse("it is being rolled back already")
              : at.to.turn_back(event.cause, running);
  }
  void operator()(const AbortAsked& event) const {
    at.to.stop_run(running);
    at.to.abort(event.reason, event.by);
  }
  void operator()(const StepFound& event) const { at.to.adopt(event.step); }
  void operator()(const LookAgain&) const {
    if (!at.is_past_deadline()) return;
    if (!at.to.deployment().cause) {
      at.to.turn_back(own_cause(after_deadline(running), at.now), running);
    } else if (must_stay(at.to.deployment())) {
      undo(fmt::format("{} was told to end and did not", to_string(running)), at);
    } else {
      at.to.fail_rollback(
          fmt::format("{} was told to end and did not, so that nothing could be "
                      "rolled back; a person must act",
                      to_string(running)));
    }
  }
  void operator()(const auto& event) const { pass_over(event, at); }
};

struct InDeploySteps {
  const Moment& at;
  const Deploying& phase;
  StepId running;

  void operator()(const StepEnded& event) const {
    if (event.step != running) return;
    at.to.step_ended(event.step, event.result);
    const bool is_known = phase.step < at.recipe.deploy.size();
    const RecipeStep* step = is_known ? &at.recipe.deploy[phase.step] : nullptr;
    switch (after(event, step, at)) {
      case After::go_on:
        go_on();
        return;
      case After::repeat:
        at.to.start_deploy_step(phase.step, phase.attempt + 1);
        return;
      case After::lost:
        at.to.fail(fmt::format("{}: what it did is not known; a person must act",
                               outcome_of(event.step, event.result)),
                   ripcord_itself(), Severity::critical);
        return;
      case After::untouched:
        at.to.fail_untouched(outcome_of(event.step, event.result));
        return;
      case After::undo:
        undo_step(event, at);
        return;
      case After::roll_back:
        at.to.roll_back(*at.to.deployment().cause);
        return;
    }
  }
  void operator()(const Finished&) const { at.to.refuse("ripcord itself deploys it"); }
  void operator()(const PipelineFailed&) const { at.to.refuse("ripcord itself deploys it"); }
  void operator()(const auto& event) const { WhileOursRuns{at, running}(event); }

  void go_on() const {
    const bool is_last = phase.step + 1 >= at.recipe.deploy.size();
    is_last ? at.to.enter_stage(0) : at.to.start_deploy_step(phase.step + 1, 0);
  }
};

struct InShift {
  const Moment& at;
  const Shifting& phase;
  StepId running;

  void operator()(const StepEnded& event) const {
    if (event.step != running) return;
    at.to.step_ended(event.step, event.result);
    const RecipeStep* step = at.recipe.shift ? &*at.recipe.shift : nullptr;
    switch (after(event, step, at)) {
      case After::go_on:
        at.to.bake_stage(phase.stage);
        return;
      case After::repeat:
        at.to.start_shift(phase.stage, phase.attempt + 1);
        return;
      case After::lost:
        // The triggers judge what there is, and a person must say that it may go on.
        at.to.bake_stage(phase.stage);
        at.to.hold({.reason = fmt::format("{}: where the traffic goes is not known",
                                          outcome_of(event.step, event.result)),
                    .by = ripcord_itself(),
                    .at = at.now},
                   Severity::critical);
        return;
      case After::untouched:  // never: the first deploy step alone can be
      case After::undo:
        undo_step(event, at);
        return;
      case After::roll_back:
        at.to.roll_back(*at.to.deployment().cause);
        return;
    }
  }
  void operator()(const Tripped& event) const {
    if (phase.stage == 0) return;  // nothing has been judged yet
    if (at.to.deployment().cause) {
      at.to.contribute(event.cause);
    } else if (why_not_back(at.to.deployment()).empty()) {
      at.to.turn_back(event.cause, running);
    }
  }
  void operator()(const auto& event) const { WhileOursRuns{at, running}(event); }
};

struct InBake {
  const Moment& at;
  const Baking& phase;

  void operator()(const Tripped& event) const {
    if (at.now < phase.settled_at) return;
    const std::string hindrance = why_not_back(at.to.deployment());
    if (hindrance.empty()) {
      at.to.roll_back(event.cause);
    } else if (!is_held_for(event.cause)) {  // by a person, say, who does not know of this yet
      hold_for(event.cause, fmt::format("; {}: a person must act", hindrance), Severity::critical);
    }
  }
  void operator()(const HoldTripped& event) const {
    if (at.now < phase.settled_at || at.to.deployment().held) return;
    hold_for(event.cause, "", Severity::warning);
  }
  void operator()(const CannotBeUndone& event) const {
    at.to.cannot_be_undone(event.reason, event.by);
  }

  void operator()(const PromoteAsked& event) const {
    if (at.to.deployment().held) {
      at.to.refuse("it is held; use resume first");
    } else if (at.now < phase.settled_at) {
      at.to.refuse("it is still settling");
    } else if (!at.health.since) {
      at.to.refuse("the service is not known to be healthy");
    } else {
      at.to.promote(event.by);
      go_on();
    }
  }
  void operator()(const HoldAsked& event) const {
    if (at.to.deployment().held) {
      at.to.refuse("it is held already");
    } else {
      at.to.hold({.reason = event.reason, .by = event.by, .at = at.now}, Severity::warning);
    }
  }
  void operator()(const ResumeAsked& event) const {
    at.to.deployment().held ? at.to.resume(event.by) : at.to.refuse("it is not held");
  }
  void operator()(const RollbackAsked& event) const { at.to.roll_back(event.cause); }
  void operator()(const AbortAsked& event) const { at.to.abort(event.reason, event.by); }
  void operator()(const Finished&) const { at.to.refuse("it has finished deploying already"); }
  void operator()(const PipelineFailed&) const {
    at.to.refuse("it has finished deploying already; use rollback or abort");
  }
  void operator()(const StepFound& event) const { at.to.adopt(event.step); }

  void operator()(const LookAgain&) const {
    const bool is_over = at.now >= phase.until && !at.to.deployment().held && !phase.awaiting;
    const bool went_well = is_over && has_been_healthy();
    // At the deadline only the end is left to go on to.
    const bool may_go_on = !at.is_past_deadline() || (is_last() && !needs_approval());
    if (went_well && may_go_on) {
      needs_approval() ? at.to.await_approval() : go_on();
    } else if (at.is_past_deadline()) {
      at.to.fail(why_stuck(), ripcord_itself(), Severity::critical);
    } else if (is_over && !phase.overdue) {
      at.to.overdue();
    }
  }
  void operator()(const auto& event) const { pass_over(event, at); }

 private:
  [[nodiscard]] bool needs_approval() const {
    return phase.stage < at.recipe.stages.size() && at.recipe.stages[phase.stage].needs_approval;
  }

  /// A bake at whose end nobody knew that all was well begins anew when all is.
  [[nodiscard]] bool has_been_healthy() const {
    if (!at.health.since) return false;
    const Duration bake = bake_of(at.to.deployment(), at.recipe, phase.stage);
    return !phase.overdue || at.now - *at.health.since >= bake;
  }

  [[nodiscard]] bool is_last() const { return at.to.is_last_stage(phase.stage); }

  void go_on() const { is_last() ? at.to.succeed() : at.to.enter_stage(phase.stage + 1); }

  static std::string trip_in_words(const Cause& cause) {
    return fmt::format("trigger {} has tripped: ", cause.trigger);
  }

  /// A trigger trips for as long as its trouble lasts: it pages once.
  [[nodiscard]] bool is_held_for(const Cause& cause) const {
    const auto& held = at.to.deployment().held;
    return held && held->by == ripcord_itself() && held->reason.starts_with(trip_in_words(cause));
  }

  void hold_for(const Cause& cause, const std::string& more, Severity severity) const {
    at.to.hold({.reason = trip_in_words(cause) + cause.reason + more,
                .by = ripcord_itself(),
                .at = at.now},
               severity);
  }

  [[nodiscard]] const char* why_stuck() const {
    if (at.to.deployment().held) return "the deadline passed while it was held";
    if (phase.awaiting) return "the deadline passed before a person approved of it";
    if (at.now >= phase.until && at.health.since) {
      return "the deadline passed before the last stage";
    }
    return at.now < phase.until ? "the deadline passed before the bake was over"
                                : "the deadline passed before the service was known to be healthy";
  }
};

}  // namespace

void happen(const Gating& /*phase*/, const MachineEvent& event, const Moment& moment) {
  std::visit(InGating{moment}, event);
}

void happen(const Deploying& phase, const MachineEvent& event, const Moment& moment) {
  if (moment.to.deployment().way != Way::driven) {
    std::visit(InPipeline{moment}, event);
    return;
  }
  const StepId running{.kind = StepKind::deploy, .index = phase.step, .attempt = phase.attempt};
  std::visit(InDeploySteps{moment, phase, running}, event);
}

void happen(const Shifting& phase, const MachineEvent& event, const Moment& moment) {
  const StepId running{.kind = StepKind::shift, .index = phase.stage, .attempt = phase.attempt};
  std::visit(InShift{moment, phase, running}, event);
}

void happen(const Baking& phase, const MachineEvent& event, const Moment& moment) {
  std::visit(InBake{moment, phase}, event);
}

}  // namespace ripcord::deploy
