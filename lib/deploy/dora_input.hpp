#pragma once

#include "model/deployment.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::deploy {

/// How a deployment ended: the terminal phases.
enum class Ending : std::uint8_t { succeeded, failed, rolled_back, rollback_failed, aborted };

/// Nothing while the phase is not terminal, and nothing for a deployment that its gate refused: it
/// has changed nothing.
[[nodiscard]] std::optional<Ending> ending_of(const Phase& phase);

/// One ended deployment, as the DORA figures see it. What is not known is empty.
struct DoraInput {
  std::string id;
  Ending ending = Ending::aborted;
  std::optional<Instant> commit_time;
  Instant started_at;
  std::optional<Instant> deployed_at;  ///< when the pipeline had finished
  Instant ended_at;
  // Of its rollback, in this order; it is verified at `ended_at` when `ending` is rolled_back.
  std::optional<Instant> bad_since;     ///< first bad evidence
  std::optional<Instant> tripped_at;    ///< the trip, or a person's word
  std::optional<Instant> acting_since;  ///< the first rollback step began
  std::optional<Instant> acted_until;   ///< the last rollback step ended
  bool manual_rollback = false;         ///< a rollback of its own: no deployment
  bool rolled_back_later = false;       ///< by such a one, after it had ended
  bool rework = false;                  ///< unplanned: it repairs what an earlier one broke
  bool drill = false;                   ///< an exercise: counts nowhere

  friend bool operator==(const DoraInput&, const DoraInput&) = default;
};

/// A deployment with what its row does not tell.
struct DoraRecord {
  Deployment deployment;
  std::optional<Instant> acting_since;
  std::optional<Instant> acted_until;
};

/// True when the version was in place, if only for a while: the pipeline had finished, or it ended
/// in a way that needs a version to be there.
[[nodiscard]] bool was_delivered(const DoraInput& input);

/// The ended ones of `records`, in their order; left out are open ones, and those that never
/// touched the service.
///
/// A manual rollback that is no drill marks the deployment that it takes back as rolled back later:
/// the last one of the same service and version that was delivered and had ended when it began.
/// O(n) for each manual rollback.
[[nodiscard]] std::vector<DoraInput> dora_inputs(const std::vector<DoraRecord>& records);

}  // namespace ripcord::deploy
