#pragma once

#include "deploy/recipe.hpp"
#include "model/deployment.hpp"
#include "model/effect.hpp"
#include "model/run.hpp"

#include <optional>
#include <string>
#include <variant>

namespace ripcord::deploy {

// What the machine is told about one open deployment.

/// What the gate of a driven deployment said.
struct GateJudged {
  bool passed = false;
  std::string text;  ///< every reason, with its numbers
};
/// The pipeline says that the new version is in place.
struct Finished {
  std::string by;
};
/// The pipeline says that it could not deploy.
struct PipelineFailed {
  std::string reason;
  std::string by;
};
/// A trigger that may act has tripped.
struct Tripped {
  Cause cause;
};
/// A trigger that may hold has tripped.
struct HoldTripped {
  Cause cause;
};
/// It was found out that a rollback would do harm: from now on a trip pages and rolls nothing back.
struct CannotBeUndone {
  std::string reason;
  std::string by;
};
/// A person does not want to wait for the end of the bake, or approves of it.
struct PromoteAsked {
  std::string by;
};
struct HoldAsked {
  std::string reason;
  std::string by;
};
struct ResumeAsked {
  std::string by;
};
/// A person wants the previous version back.
struct RollbackAsked {
  Cause cause;
};
/// A person takes over.
struct AbortAsked {
  std::string reason;
  std::string by;
};
struct StepEnded {
  StepId step;
  RunResult result;
};
/// At start-up: a run of this step exists, but the journal does not know it.
struct StepFound {
  StepId step;
};
/// Time has passed, or the service's health has changed.
struct LookAgain {};

using MachineEvent = std::variant<GateJudged, Finished, PipelineFailed, Tripped, HoldTripped,
                                  CannotBeUndone, PromoteAsked, HoldAsked, ResumeAsked,
                                  RollbackAsked, AbortAsked, StepEnded, StepFound, LookAgain>;

/// What the machine may know of the world: nothing but this and `now`.
struct Health {
  /// Since when no trigger is in trouble and at least one passes; nothing while that is not so.
  std::optional<Instant> since;
};

struct Step {
  Deployment next;
  Effects effects;      ///< Record, StartRun and StopRun only
  std::string refused;  ///< why a person's word was not taken; empty otherwise
};

/// The whole life of a deployment, as a pure function: docs/deployment.md has the table of every
/// (phase, event) pair, and a test walks it. Pairs that the table leaves out change nothing.
[[nodiscard]] Step step(const Deployment& deployment, const Recipe& recipe,
                        const MachineEvent& event, Instant now, const Health& health);

/// When step() wants a LookAgain, if nothing else happens first; always after `now`. Nothing for a
/// deployment that has ended.
[[nodiscard]] std::optional<Instant> wake_at(const Deployment& deployment, const Recipe& recipe,
                                             Instant now, const Health& health);

/// True when a trigger that trips now would roll this deployment back, or hold it.
[[nodiscard]] bool is_armed(const Deployment& deployment, Instant now);

/// A version that was put in place without a word: it bakes at once.
[[nodiscard]] Step begin_noticed(Deployment deployment, const Recipe& recipe, const std::string& by,
                                 Instant now);

/// Opens a rollback of a service on which nothing else is open: `deployment` is new, and what its
/// version names is running now.
[[nodiscard]] Step begin_manual_rollback(Deployment deployment, const Recipe& recipe, Cause cause,
                                         Instant now);

}  // namespace ripcord::deploy
