#pragma once

#include "api/backend.hpp"
#include "engine/snapshot.hpp"
#include "model/deployment.hpp"

namespace ripcord::api {

// What may be told to those of whom nothing is known: the same, with "somebody" in place of every
// person, also in sentences, and without the output of steps.

[[nodiscard]] Deployment discreet(Deployment deployment);
[[nodiscard]] engine::Snapshot discreet(engine::Snapshot snapshot);
[[nodiscard]] DeploymentView discreet(DeploymentView view);
/// Of a record alone nobody knows who else is in its sentence: whatever looks like a person is one.
[[nodiscard]] Record discreet(Record record);

}  // namespace ripcord::api
