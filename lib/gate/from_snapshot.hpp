#pragma once

#include "deploy/gate.hpp"
#include "engine/settings.hpp"
#include "engine/snapshot.hpp"
#include "gate/settings.hpp"

#include <vector>

namespace ripcord::gate {

/// Adds what the engine knows at the time of `seen` to `facts`: how the triggers stand, for gates
/// of the kind `healthy` (those in shadow act on nothing and are left out), and the last values of
/// probes, for those of the kind `quiet`. A value that the last sample does not have is no fact.
void add_from_snapshot(const std::vector<Settings>& gates, const engine::ServiceSettings& service,
                       const engine::ServiceSnapshot& seen, deploy::GateFacts& facts);

}  // namespace ripcord::gate
