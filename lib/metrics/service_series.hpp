#pragma once

#include "engine/snapshot.hpp"
#include "metrics/families.hpp"

namespace ripcord::metrics {

/// The series of every service, probe and trigger of `snapshot`. What is not in it has no series,
/// and what is in it has all of them.
[[nodiscard]] Families service_series(const engine::Snapshot& snapshot);

}  // namespace ripcord::metrics
