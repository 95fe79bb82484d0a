#pragma once

#include "engine/snapshot.hpp"
#include "metrics/families.hpp"
#include "metrics/metrics.hpp"

#include <vector>

namespace ripcord::metrics {

/// The series of every service, probe and trigger of `snapshot`. What is not in it has no series,
/// and what is in it has all of them. `figures` are those of its services, in their order; of those
/// that are missing nothing is known.
[[nodiscard]] Families service_series(const engine::Snapshot& snapshot,
                                      const std::vector<ServiceFigures>& figures);

}  // namespace ripcord::metrics
