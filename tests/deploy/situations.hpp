#pragma once

#include "deploy/machine.hpp"
#include "model/deployment.hpp"
#include "model/effect.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// A service with two rollback steps and a verification script, and its deployment in every
// situation that the table of docs/deployment.md tells apart.
namespace ripcord::test {

constexpr Instant noon = Instant{} + std::chrono::hours(12);

inline Instant at(std::int64_t seconds) {
  return noon + std::chrono::seconds(seconds);
}

// Announced at noon; the phases below have these instants, wherever they know them.
inline const Instant settled = at(100);
inline const Instant bake_over = at(200);
inline const Instant verification_over = at(400);
inline const Instant deadline = at(1000);

/// Settle 100 s, bake 200 s, deadline 1000 s, healthy for 10 s, verification within 300 s.
[[nodiscard]] deploy::Recipe recipe();
[[nodiscard]] deploy::Recipe without_steps();
[[nodiscard]] deploy::Recipe idempotent();

/// v2 of `backend`, with v1 to go back to.
[[nodiscard]] Deployment deployment(Phase phase);

/// The same, driven by the daemon through two deploy steps and three stages with a shift each; the
/// second stage needs approval.
[[nodiscard]] inline Deployment driven(Phase phase) {
  Deployment made = deployment(phase);
  made.way = Way::driven;
  return made;
}
[[nodiscard]] inline Deployment driven_baking(std::uint32_t stage, bool awaiting = false) {
  return driven(
      Baking{.settled_at = settled, .until = bake_over, .stage = stage, .awaiting = awaiting});
}
[[nodiscard]] inline Deployment held(Deployment deployment) {
  deployment.held = Held{.reason = "looking into it", .by = "ana", .at = noon};
  return deployment;
}
[[nodiscard]] inline Deployment irreversible(Deployment deployment) {
  deployment.irreversible = "a column was dropped";
  return deployment;
}
/// With a cause: it is rolled back as soon as the running script has ended.
[[nodiscard]] inline Deployment turning_back(Deployment deployment);
/// With a cause of ripcord's own, and irreversible: it fails as soon as the script has ended.
[[nodiscard]] inline Deployment ending(Deployment deployment);

[[nodiscard]] inline Deployment deploying() {
  return deployment(Deploying{});
}
[[nodiscard]] inline Deployment baking(bool overdue = false) {
  return deployment(Baking{.settled_at = settled, .until = bake_over, .overdue = overdue});
}
[[nodiscard]] inline Deployment rolling_back(std::uint32_t step, std::uint32_t attempt = 0) {
  return deployment(RollingBack{.step = step, .attempt = attempt});
}
[[nodiscard]] inline Deployment verifying(VerifyScript script, std::uint32_t attempt = 0) {
  return deployment(Verifying{
      .settled_at = settled, .until = verification_over, .script = script, .attempt = attempt});
}

constexpr StepId rollback_1{.kind = StepKind::rollback, .index = 0, .attempt = 0};
constexpr StepId rollback_2{.kind = StepKind::rollback, .index = 1, .attempt = 0};
constexpr StepId verify{.kind = StepKind::verify, .index = 0, .attempt = 0};

[[nodiscard]] inline StepId again(StepId step) {
  ++step.attempt;
  return step;
}

[[nodiscard]] RunResult exited(int code, Instant when = noon);
[[nodiscard]] RunResult ended(RunOutcome outcome, Instant when = noon);

/// A trip of the trigger `unhealthy`.
[[nodiscard]] Cause trip(Instant when = noon);
/// What ana wants.
[[nodiscard]] Cause order(Instant when = noon);
/// What ripcord makes of the deadline.
[[nodiscard]] Cause lateness(Instant when = noon);

inline Deployment turning_back(Deployment deployment) {
  deployment.cause = order();
  return deployment;
}
inline Deployment ending(Deployment deployment) {
  deployment.cause = lateness();
  return irreversible(std::move(deployment));
}

constexpr deploy::Health unhealthy{};
[[nodiscard]] inline deploy::Health healthy_since(Instant since) {
  return {.since = since};
}

// What a step has asked for, in words: "record KIND", "start STEP", "stop STEP".
[[nodiscard]] std::vector<std::string> in_words(const Effects& effects);
[[nodiscard]] const Record& record_of(const Effects& effects, std::string_view kind);
[[nodiscard]] const StartRun& start_of(const Effects& effects);

/// Every field that a step may change.
[[nodiscard]] std::string fingerprint(const Deployment& deployment);

}  // namespace ripcord::test
