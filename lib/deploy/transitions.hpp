#pragma once

#include "deploy/machine.hpp"

#include <string>
#include <string_view>

namespace ripcord::deploy {

/// Moves one deployment from phase to phase and writes down why. Each function is one arrow of the
/// diagram; which arrow is taken when is decided in machine.cpp alone.
class Transition {
 public:
  Transition(Deployment from, const Recipe& recipe, Instant now);

  [[nodiscard]] const Deployment& deployment() const { return step_.next; }
  [[nodiscard]] Step take() && { return std::move(step_); }

  void refuse(std::string why) { step_.refused = std::move(why); }

  void refuse_at_gate(std::string why);
  void pass_gate(const std::string& why);
  void start_deploy_step(std::uint32_t index, std::uint32_t attempt);
  /// Of a driven deployment: shifts the traffic if there is a script for it, then bakes.
  void enter_stage(std::uint32_t stage);
  void start_shift(std::uint32_t stage, std::uint32_t attempt);
  void bake_stage(std::uint32_t stage);
  void promote(const std::string& by);
  void await_approval();

  void hold(Held held, Severity severity);
  void resume(const std::string& by);
  void cannot_be_undone(std::string why, const std::string& by);

  /// Of an announced or noticed deployment: its only bake.
  void bake(const std::string& by);
  void overdue();
  void succeed();
  void fail(std::string why, const std::string& by, Severity severity);
  /// Of one whose first step never began: it is as if it had never passed its gate.
  void fail_untouched(const std::string& why);
  void abort(std::string why, const std::string& by);

  /// Remembers that it is to be rolled back, and ends the running step: two never run at a time.
  /// The deadline leaves it the time to end. What cannot be undone is only ended, unless a person
  /// orders more.
  void turn_back(Cause cause, StepId running);
  /// Begins the rollback: its first step, or `rollback_failed` at once when there is none.
  void roll_back(Cause cause);
  void start_rollback_step(std::uint32_t index, std::uint32_t attempt);
  /// Goes on at a step that was found to have been started without the journal's knowledge.
  void adopt(StepId step);
  void verify();
  void start_verify_script(std::uint32_t attempt);
  void verify_script_passed(const RunResult& result);
  void rolled_back();
  void fail_rollback(std::string why);

  /// Notes a trip that changes nothing any more.
  void contribute(const Cause& cause);
  void step_ended(StepId step, const RunResult& result);
  [[nodiscard]] bool is_last_stage(std::uint32_t stage) const;
  void stop_run(StepId step);

 private:
  void record(std::string_view kind, std::string text, const std::string& by, Severity severity);
  void end(Phase phase, std::string verdict);
  void start_run(StepId step, const RecipeStep& what);
  void extend_deadline();
  /// `"2 of 3"`.
  [[nodiscard]] std::string stage_name(std::uint32_t stage) const;

  const Recipe& recipe_;
  Instant now_;
  Step step_;
};

/// Why ripcord itself must not roll it back; empty when it may. A person may all the same.
[[nodiscard]] std::string why_not_back(const Deployment& deployment);

/// How long a stage of it bakes.
[[nodiscard]] Duration bake_of(const Deployment& deployment, const Recipe& recipe,
                               std::uint32_t stage);

}  // namespace ripcord::deploy
