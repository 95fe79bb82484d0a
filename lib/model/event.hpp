#pragma once

#include "model/ids.hpp"
#include "model/run.hpp"
#include "model/sample.hpp"

#include <optional>
#include <string>
#include <variant>

namespace ripcord {

// Events: what the world told the engine.

struct SampleTaken {
  ProbeId probe;
  Sample sample;
};

// What a person, or their pipeline, asks for.
struct StartDeployment {
  std::string version;
  std::optional<Instant> commit_time;
};
struct FinishDeployment {};
struct FailDeployment {
  std::string reason;
};
struct RollBackService {
  std::string reason;
};
struct AbortDeployment {
  std::string reason;
};
using Request = std::variant<StartDeployment, FinishDeployment, FailDeployment, RollBackService,
                             AbortDeployment>;

/// Each command gets exactly one Answer with its ticket.
struct Command {
  Ticket ticket{};
  std::string service;
  std::string by;  ///< `"uid 1000 (ana)"`
  Request request;
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

using Event = std::variant<SampleTaken, Command, RunEnded, RunFound, NotRecorded, TimePassed>;

}  // namespace ripcord
