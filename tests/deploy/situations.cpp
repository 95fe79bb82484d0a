#include "tests/deploy/situations.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <variant>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;

struct InWords {
  std::string operator()(const Record& record) const { return "record " + record.kind; }
  std::string operator()(const StartRun& start) const { return "start " + to_string(start.step); }
  std::string operator()(const StopRun& stop) const { return "stop " + to_string(stop.step); }
  std::string operator()(const auto&) const { return "what the machine must not ask for"; }
};

struct PhaseFields {
  std::string operator()(const Deploying& phase) const {
    return fmt::format("{} {}", phase.step, phase.attempt);
  }
  std::string operator()(const Shifting& phase) const {
    return fmt::format("{} {}", phase.stage, phase.attempt);
  }
  std::string operator()(const Baking& phase) const {
    return fmt::format("{} {} {} {} {}", to_rfc3339_ms(phase.settled_at),
                       to_rfc3339_ms(phase.until), phase.overdue, phase.stage, phase.awaiting);
  }
  std::string operator()(const RollingBack& phase) const {
    return fmt::format("{} {}", phase.step, phase.attempt);
  }
  std::string operator()(const Verifying& phase) const {
    return fmt::format("{} {} {} {}", to_rfc3339_ms(phase.settled_at), to_rfc3339_ms(phase.until),
                       static_cast<int>(phase.script), phase.attempt);
  }
  std::string operator()(const auto&) const { return ""; }
};

std::string in_words(const std::optional<Instant>& instant) {
  return instant ? to_rfc3339_ms(*instant) : "never";
}

}  // namespace

deploy::Recipe recipe() {
  return {.settle = 100s,
          .bake = 200s,
          .deadline = 1000s,
          .deploy = {{.name = "build", .timeout = 60s, .grace = 5s},
                     {.name = "start", .timeout = 60s, .grace = 5s}},
          .stages = {{.traffic = 0.05, .bake = 200s},
                     {.traffic = 0.25, .bake = 200s, .needs_approval = true},
                     {.traffic = 1, .bake = 200s}},
          .shift = deploy::RecipeStep{.name = "traffic", .timeout = 60s, .grace = 5s},
          .rollback = {{.name = "database", .timeout = 60s, .grace = 5s},
                       {.name = "release", .timeout = 120s, .grace = 5s}},
          .verify = deploy::RecipeStep{.name = "validate", .timeout = 30s, .grace = 5s},
          .verify_timeout = 300s,
          .healthy_for = 10s};
}

deploy::Recipe without_steps() {
  deploy::Recipe bare = recipe();
  bare.rollback.clear();
  return bare;
}

deploy::Recipe idempotent() {
  deploy::Recipe repeatable = recipe();
  for (deploy::RecipeStep& step : repeatable.rollback) step.idempotent = true;
  for (deploy::RecipeStep& step : repeatable.deploy) step.idempotent = true;
  repeatable.shift->idempotent = true;
  repeatable.verify->idempotent = true;
  return repeatable;
}

Deployment deployment(Phase phase) {
  Deployment made;
  made.id = "backend-19700101-120000";
  made.service = "backend";
  made.version = "v2";
  made.previous_version = "v1";
  made.started_at = noon;
  made.deadline = deadline;
  made.phase = phase;
  const bool is_before =
      std::holds_alternative<Gating>(phase) || std::holds_alternative<Refused>(phase);
  if (!is_before) made.begun_at = noon;
  if (!is_before && !std::holds_alternative<Deploying>(phase)) made.deployed_at = noon;
  if (std::holds_alternative<RollingBack>(phase) || std::holds_alternative<Verifying>(phase)) {
    made.cause = trip();
  }
  if (is_terminal(phase)) made.ended_at = noon;
  return made;
}

RunResult exited(int code, Instant when) {
  return {.outcome = RunOutcome::exited,
          .code = code,
          .started_at = when - 2s,
          .ended_at = when,
          .message = ""};
}

RunResult ended(RunOutcome outcome, Instant when) {
  return {.outcome = outcome, .code = 9, .started_at = when - 2s, .ended_at = when, .message = ""};
}

Cause trip(Instant when) {
  return {.trigger = "unhealthy",
          .reason = "3 of 3 failures in a row: status 500",
          .by = "ripcord",
          .at = when,
          .bad_since = when - 10s};
}

Cause order(Instant when) {
  return {.trigger = "",
          .reason = "data corruption",
          .by = "uid 1000 (ana)",
          .at = when,
          .bad_since = std::nullopt};
}

Cause lateness(Instant when) {
  return {.trigger = "",
          .reason = "the deadline passed during deploy.1",
          .by = "ripcord",
          .at = when,
          .bad_since = std::nullopt};
}

std::vector<std::string> in_words(const Effects& effects) {
  std::vector<std::string> words;
  for (const Effect& effect : effects) words.push_back(std::visit(InWords{}, effect));
  return words;
}

const Record& record_of(const Effects& effects, std::string_view kind) {
  for (const Effect& effect : effects) {
    const auto* record = std::get_if<Record>(&effect);
    if (record != nullptr && record->kind == kind) return *record;
  }
  ADD_FAILURE() << "nothing is recorded as " << kind;
  static const Record nothing{};
  return nothing;
}

const StartRun& start_of(const Effects& effects) {
  for (const Effect& effect : effects) {
    if (const auto* start = std::get_if<StartRun>(&effect)) return *start;
  }
  ADD_FAILURE() << "nothing is started";
  static const StartRun nothing{};
  return nothing;
}

std::string fingerprint(const Deployment& deployment) {
  const std::string cause =
      deployment.cause
          ? fmt::format("{} {} {} {}", deployment.cause->trigger, deployment.cause->reason,
                        deployment.cause->by, in_words(deployment.cause->at))
          : "";
  return fmt::format("{} {} {} {} {} | {} | {} | {} | {} | {} | {}", deployment.id,
                     deployment.version, deployment.previous_version, name(deployment.phase),
                     std::visit(PhaseFields{}, deployment.phase), in_words(deployment.deployed_at),
                     in_words(deployment.ended_at), in_words(deployment.deadline), cause,
                     deployment.verdict, fmt::join(deployment.preexisting, ",")) +
         fmt::format(" | {} {} {} {}", to_string(deployment.way), in_words(deployment.begun_at),
                     deployment.held ? deployment.held->reason : "not held",
                     deployment.irreversible);
}

}  // namespace ripcord::test
