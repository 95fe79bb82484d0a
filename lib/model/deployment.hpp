#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/baseline.hpp"
#include "model/gate_words.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ripcord {

// Phases: each carries what it needs and nothing else.

/// A driven deployment waits for the verdict of its gate; nothing has been changed yet.
struct Gating {};
/// Somebody's pipeline is at work or, of a driven deployment, deploy step `step`; triggers are not
/// armed. With a cause it is rolled back as soon as the step has ended.
struct Deploying {
  std::uint32_t step = 0;
  std::uint32_t attempt = 0;  ///< see StepId
};
/// The traffic is being shifted to that of `stage`; triggers are armed but before the first stage.
/// With a cause it is rolled back as soon as the script has ended.
struct Shifting {
  std::uint32_t stage = 0;
  std::uint32_t attempt = 0;  ///< see StepId
};
/// Tripped triggers roll back, once `settled_at` is reached.
struct Baking {
  Instant settled_at;
  Instant until;
  bool overdue = false;     ///< `until` has passed, but the service is not known to be healthy
  std::uint32_t stage = 0;  ///< of a driven deployment
  bool awaiting = false;    ///< the bake is over; a person must approve
};
/// Rollback step `step` is running; the others before it have succeeded.
struct RollingBack {
  std::uint32_t step = 0;
  std::uint32_t attempt = 0;  ///< see StepId
};
enum class VerifyScript : std::uint8_t { waiting, running, passed };
/// All rollback steps have succeeded: is the service back?
struct Verifying {
  Instant settled_at;  ///< health before this does not count, and the script starts here
  Instant until;       ///< not healthy by then: the rollback has failed
  VerifyScript script = VerifyScript::waiting;  ///< `passed` as well when there is none
  std::uint32_t attempt = 0;                    ///< of the script; see StepId
};
// Terminal: never overwritten.
/// The gate did not let it begin: nothing was changed.
struct Refused {};
struct Succeeded {};
struct Failed {};
struct RolledBack {};
struct RollbackFailed {};
struct Aborted {};

using Phase = std::variant<Gating, Deploying, Shifting, Baking, RollingBack, Verifying, Refused,
                           Succeeded, Failed, RolledBack, RollbackFailed, Aborted>;

/// `"deploying"`, `"rolling_back"`, …: in the CLI, the API, the metrics and the journal.
[[nodiscard]] std::string_view name(const Phase& phase);
/// A phase of that name, with nothing in it yet.
[[nodiscard]] Result<Phase> parse_phase(std::string_view text);
/// All phase names, in the order of the variant.
[[nodiscard]] const std::vector<std::string_view>& phase_names();
[[nodiscard]] bool is_terminal(const Phase& phase);

/// Why a deployment is being rolled back.
struct Cause {
  std::string trigger;               ///< empty when a person asked
  std::string reason;                ///< with its numbers
  std::string by;                    ///< `"ripcord"`, or the person: `"uid 1000 (ana)"`
  Instant at;                        ///< the trip, or the person's word
  std::optional<Instant> bad_since;  ///< first bad evidence of that trip
};

/// How a deployment began.
enum class Way : std::uint8_t {
  driven,     ///< the daemon gates it, runs its steps and walks its stages
  announced,  ///< somebody else's pipeline says when it starts and finishes
  noticed,    ///< the service was found to run another version
};
[[nodiscard]] std::string_view to_string(Way way);

/// Nothing is promoted while this lasts; triggers stay armed.
struct Held {
  std::string reason;
  std::string by;  ///< `"ripcord"` when a trigger did it
  Instant at;
};

/// How what a regression trigger looks at was before a deployment.
struct TriggerBaseline {
  std::string trigger;
  Baseline baseline;

  friend bool operator==(const TriggerBaseline&, const TriggerBaseline&) = default;
};

/// One change of version of one service, from its announcement to its end.
struct Deployment {
  std::string id;  ///< `"backend-20261122-190312"`: unique even without a journal
  std::string service;
  std::string version;
  std::string previous_version;  ///< target of a rollback; empty when none is known
  std::string configuration;     ///< fingerprint of the configuration it began with
  std::optional<Instant> commit_time;
  Instant started_at;
  std::optional<Instant> deployed_at;  ///< when the pipeline said it had finished
  std::optional<Instant> ended_at;
  Instant deadline;  ///< whatever is stuck then ends
  Phase phase;
  std::optional<Cause> cause;            ///< of the rollback, if there was one
  std::vector<std::string> preexisting;  ///< triggers that were bad before it began (see design)
  bool manual_rollback = false;          ///< opened by a rollback with nothing else open
  Way way = Way::announced;
  std::optional<Instant> begun_at;  ///< when the service was first touched; nothing before its gate
  std::optional<Held> held;
  std::string irreversible;                ///< why a trip must not roll it back; empty while it may
  bool rework = false;                     ///< mends an earlier deployment (DORA's rework rate)
  bool drill = false;                      ///< practice: no figure counts it
  std::string verdict;                     ///< why it ended as it did; empty while open
  std::vector<TriggerBaseline> baselines;  ///< what regressions compare with; empty without any
  std::vector<Confirmation> confirmations = {};  ///< what people said to its gate at the start
  std::vector<GateOverride> overrides = {};
};

[[nodiscard]] inline bool is_open(const Deployment& deployment) {
  return !is_terminal(deployment.phase);
}

}  // namespace ripcord
