#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ripcord {

// Phases: each carries what it needs and nothing else.

/// Somebody's pipeline is at work; triggers are not armed.
struct Deploying {};
/// Tripped triggers roll back, once `settled_at` is reached.
struct Baking {
  Instant settled_at;
  Instant until;
  bool overdue = false;  ///< `until` has passed, but the service is not known to be healthy
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
struct Succeeded {};
struct Failed {};
struct RolledBack {};
struct RollbackFailed {};
struct Aborted {};

using Phase = std::variant<Deploying, Baking, RollingBack, Verifying, Succeeded, Failed, RolledBack,
                           RollbackFailed, Aborted>;

/// `"deploying"`, `"rolling_back"`, …: in the CLI, the API, the metrics and the journal.
[[nodiscard]] std::string_view name(const Phase& phase);
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
  bool manual_rollback = false;          ///< opened by `ripcord rollback` with nothing else open
  std::string verdict;                   ///< why it ended as it did; empty while open
};

[[nodiscard]] inline bool is_open(const Deployment& deployment) {
  return !is_terminal(deployment.phase);
}

}  // namespace ripcord
