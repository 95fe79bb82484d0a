#pragma once

#include "base/time.hpp"
#include "engine/snapshot.hpp"
#include "metrics/families.hpp"
#include "metrics/metrics.hpp"

#include <prometheus/histogram.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace ripcord::metrics {

/// What the daemon observes of itself. Thread-safe.
class Instruments {
 public:
  Instruments();

  /// Its meter, made when it is first asked for.
  [[nodiscard]] ProbeMeter& probe(const std::string& service, const std::string& probe);
  void observe_engine_step(Duration took);

  /// The series of the probes of `snapshot`, with zeros for one that was never observed, and those
  /// of the engine. A probe that is not in `snapshot` has none, whatever was observed of it.
  [[nodiscard]] Families series(const engine::Snapshot& snapshot) const;

 private:
  using Probes = std::map<std::string, ProbeMeter>;

  /// The meters of the probes of a service, in their order; one of zeros for one that was never
  /// asked for. The loop, which may want a meter meanwhile, is not kept waiting for long.
  [[nodiscard]] std::vector<const ProbeMeter*> meters(const engine::ServiceSnapshot& service) const;

  mutable std::mutex mutex_;  ///< of the maps
  std::map<std::string, Probes> services_;
  prometheus::Histogram engine_steps_;
};

}  // namespace ripcord::metrics
