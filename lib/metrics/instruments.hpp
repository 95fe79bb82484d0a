#pragma once

#include "base/time.hpp"
#include "engine/snapshot.hpp"
#include "metrics/families.hpp"

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

  void observe_probe(const std::string& service, const std::string& probe, Duration took,
                     Duration late);
  void observe_engine_step(Duration took);
  void forget_probe(const std::string& service, const std::string& probe);

  /// The series of the probes of `snapshot`, with zeros for one that was never observed, and those
  /// of the engine. A probe that is not in `snapshot` has none, whatever was observed of it.
  [[nodiscard]] Families series(const engine::Snapshot& snapshot) const;

 private:
  struct Probe {
    Probe();
    prometheus::Histogram took;
    double late = 0;
  };
  using Probes = std::map<std::string, Probe>;

  /// Nothing when it was never observed. Pre: `mutex_` is held.
  [[nodiscard]] const Probe* find(const std::string& service, const std::string& probe) const;

  mutable std::mutex mutex_;
  std::map<std::string, Probes> services_;
  prometheus::Histogram engine_steps_;
};

}  // namespace ripcord::metrics
