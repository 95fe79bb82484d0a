#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ripcord {

enum class StepKind : std::uint8_t {
  deploy,
  shift,  ///< of the traffic, to that of a stage
  rollback,
  verify,
};

/// One step of a deployment's recipe, and which attempt at it. A deployment runs each at most once.
struct StepId {
  StepKind kind = StepKind::rollback;
  std::uint32_t index = 0;    ///< place in the list (of stages for `shift`), from 0; 0 for verify
  std::uint32_t attempt = 0;  ///< above 0 only for an idempotent step whose run was lost

  friend auto operator<=>(const StepId&, const StepId&) = default;
};

/// `"rollback.1"`, `"deploy.1"`, `"shift.1"` (counted from 1, as people do) or `"verify"`;
/// `"rollback.1+1"` for a first repetition. A path component and a CLI word.
[[nodiscard]] std::string to_string(StepId step);
[[nodiscard]] Result<StepId> parse_step(std::string_view text);

enum class RunOutcome : std::uint8_t {
  exited,     ///< by itself, with `code`
  signalled,  ///< ended by signal `code`, not ours
  timed_out,  ///< ended by its keeper after the step's timeout
  stopped,    ///< ended by its keeper because a person asked
  refused,    ///< never started: `message` says why
  lost,       ///< its keeper vanished: what it did is not known
};

[[nodiscard]] std::string_view to_string(RunOutcome outcome);
[[nodiscard]] Result<RunOutcome> parse_run_outcome(std::string_view text);

/// How one run ended.
struct RunResult {
  RunOutcome outcome = RunOutcome::lost;
  int code = 0;
  std::optional<Instant> started_at;  ///< when the command began; nothing if it never did
  Instant ended_at;
  std::string message;  ///< empty, or what a person should know
  /// Why what it did cannot be undone, as its command has said; empty when it has not.
  std::string irreversible = {};

  [[nodiscard]] bool succeeded() const { return outcome == RunOutcome::exited && code == 0; }
};

/// `"exited 0 after 2.1s"`, `"timed out after 10m"`, `"not started: permission denied"`.
[[nodiscard]] std::string describe(const RunResult& result);

/// What a step is told about its deployment; becomes RIPCORD_* in its environment.
struct RunFacts {
  std::string service;
  std::string deployment;
  std::string version;
  std::string previous_version;  ///< empty when no verified good version is known
  std::string trigger;           ///< empty when a person asked
  std::string reason;
  std::string stage;              ///< `"2 of 3"`; empty outside a stage
  std::optional<double> traffic;  ///< share of the new version, 0..1; nothing outside a stage
};

}  // namespace ripcord
