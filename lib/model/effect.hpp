#pragma once

#include "model/deployment.hpp"
#include "model/ids.hpp"
#include "model/run.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ripcord {

// Effects: what the engine asks of the world. All Saves, Records, SaveRuns and the intents of the
// StartRuns of one step are committed to the journal, in one transaction, before any other effect
// of it is performed.

/// Writes the deployment's row: the state.
struct Save {
  Deployment deployment;
};

enum class Severity : std::uint8_t { info, warning, critical };
[[nodiscard]] std::string_view to_string(Severity severity);

/// Appends to the history: the story.
struct Record {
  Instant at;
  std::string service;
  std::string deployment;  ///< id; empty for what concerns no deployment
  std::string kind;        ///< `"deployment.started"`, `"trigger.tripped"`, … (docs/deployment.md)
  std::string text;        ///< one sentence with its numbers
  std::string by;          ///< `"ripcord"` or a person
  Severity severity = Severity::info;  ///< critical pages
};

/// Looks at what the gate of a driven deployment asks for; GateChecked is the answer. Changes
/// nothing, so it may be asked again after a restart.
struct CheckGate {
  std::string deployment;
};

/// Starts a step, at most once ever for (deployment, step). Its intent is part of the commit.
struct StartRun {
  std::string deployment;
  StepId step;
  std::string step_name;
  bool idempotent = false;  ///< a lost run may be started again
  RunFacts facts;
};

/// Keeps how a run ended. Part of the commit.
struct SaveRun {
  std::string deployment;
  StepId step;
  RunResult result;
};

/// Ends a running step: TERM, grace, KILL.
struct StopRun {
  std::string deployment;
  StepId step;
};

enum class AnswerKind : std::uint8_t {
  accepted,
  unknown_service,
  unknown_signal,  ///< no trigger of the service counts it
  preexisting,     ///< recorded, but it began before what runs now did: it counts for nothing
  conflict,        ///< not now: the state does not allow it
  unrecorded,      ///< the journal could not be written
};

/// The answer to one Command, given once what it did is on disk.
struct Answer {
  Ticket ticket{};
  AnswerKind kind = AnswerKind::accepted;
  std::string deployment;  ///< the id it concerns; may be empty
  std::string message;     ///< one sentence for the person
};

using Effect = std::variant<Save, Record, CheckGate, StartRun, SaveRun, StopRun, Answer>;
using Effects = std::vector<Effect>;

}  // namespace ripcord
