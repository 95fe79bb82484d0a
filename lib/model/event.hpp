#pragma once

#include "model/gate_words.hpp"
#include "model/ids.hpp"
#include "model/occurrence.hpp"
#include "model/run.hpp"
#include "model/sample.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ripcord {

// Events: what the world told the engine.

struct SampleTaken {
  ProbeId probe;
  Sample sample;
};

/// A probe has seen something happen, or a person has said so.
struct OccurrenceSeen {
  ProbeId probe;
  Occurrence occurrence;
};

// What a person, or their pipeline, asks for.
struct StartDeployment {
  std::string version;
  std::optional<Instant> commit_time;
  bool driven = false;  ///< the daemon does it, and nobody's pipeline
  bool supersede = false;
  std::string irreversible;  ///< why a rollback would do harm; empty when it would not
  bool rework = false;
  bool drill = false;
  std::vector<Confirmation> confirmations = {};  ///< for the gate of a driven one, as these:
  std::vector<GateOverride> overrides = {};
};
struct FinishDeployment {
  std::string deployment = {};  ///< id; empty: whichever is open
};
struct FailDeployment {
  std::string reason;
  std::string deployment = {};  ///< id; empty: whichever is open
};
/// Ends the bake of a stage early, or approves of it.
struct PromoteDeployment {};
struct HoldDeployment {
  std::string reason;
};
struct ResumeDeployment {};
struct RollBackService {
  std::string reason;
  std::string version;  ///< where to; empty: to the last verified good one
};
struct AbortDeployment {
  std::string reason;
};
/// Something a person or another system has noticed; `occurrences` triggers count it.
struct ReportSignal {
  std::string name;  ///< `"user_complaints"`
  std::uint32_t count = 1;
  std::string note = {};  ///< one line, may be empty
  /// When what is noticed began, where that is known: before the deployment it says nothing of it.
  std::optional<Instant> since = std::nullopt;
};
using Request =
    std::variant<StartDeployment, FinishDeployment, FailDeployment, PromoteDeployment,
                 HoldDeployment, ResumeDeployment, RollBackService, AbortDeployment, ReportSignal>;

/// Each command gets exactly one Answer with its ticket.
struct Command {
  Ticket ticket{};
  std::string service;
  std::string by;  ///< `"uid 1000 (ana)"`
  Request request;
};

/// The answer to CheckGate.
struct GateChecked {
  std::string deployment;
  bool passed = false;
  std::string text;  ///< every reason, with its numbers
};

/// The service was found to run `version` though nobody said so.
struct VersionFound {
  std::string service;
  std::string version;
  std::string before = {};  ///< what ran until then; empty: what is known to have been deployed
  std::optional<Instant> since = std::nullopt;  ///< when it was put in place, if that is known
};

/// A deploy step or a person has found out that a rollback would do harm.
struct FoundIrreversible {
  std::string deployment;
  std::string reason;
  std::string by;
};

struct RunEnded {
  std::string deployment;
  StepId step;
  RunResult result;
};

/// Found at start-up: a run directory of a step that the journal does not know, because the
/// journal could not be written when the step was started.
struct RunFound {
  std::string deployment;
  StepId step;
};

/// The deployment could not be recorded when it was announced: it never was.
struct NotRecorded {
  std::string deployment;
};

struct TimePassed {};

using Event = std::variant<SampleTaken, OccurrenceSeen, Command, GateChecked, VersionFound,
                           FoundIrreversible, RunEnded, RunFound, NotRecorded, TimePassed>;

}  // namespace ripcord
