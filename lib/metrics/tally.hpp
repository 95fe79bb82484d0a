#pragma once

#include "deploy/dora_input.hpp"
#include "engine/snapshot.hpp"
#include "metrics/families.hpp"
#include "model/deployment.hpp"
#include "model/effect.hpp"
#include "model/event.hpp"

#include <prometheus/histogram.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::metrics {

/// How the deployments of each service went: what gates said, how long everything took, and how
/// many changes failed. By the rules of the DORA figures (deploy/dora.hpp): drills count nowhere.
/// Thread-safe.
class Tally {
 public:
  /// The deployments of the past: they count for the share of failures, and for no length of time.
  void restore(const std::vector<Deployment>& past);
  void observe(const Event& event, const Effects& effects);

  /// The series of the services of `snapshot`, with zeros for one that was never deployed.
  [[nodiscard]] Families series(const engine::Snapshot& snapshot) const;

 private:
  /// Of one service. Numbers and `ended` belong to the mutex; histograms have their own.
  struct Score {
    Score();

    std::uint64_t gate_checks = 0;
    std::uint64_t gate_refusals = 0;
    std::uint64_t gate_overrides = 0;
    prometheus::Histogram deployment;
    prometheus::Histogram lead_time;
    prometheus::Histogram total;  ///< of a recovery, as are these:
    prometheus::Histogram detect;
    prometheus::Histogram decide;
    prometheus::Histogram act;
    prometheus::Histogram verify;
    std::vector<deploy::DoraRecord> records;  ///< not older than the failures are looked at
    std::vector<deploy::DoraInput> ended;     ///< made of them
  };
  /// When the rollback steps of an open deployment ran.
  struct Acts {
    std::optional<Instant> since;
    std::optional<Instant> until;
  };
  struct Shown;

  // Pre: `mutex_` is held.
  void note(const Record& record);
  void note(const RunEnded& ended);
  void note_end(const Deployment& deployment);

  [[nodiscard]] Shown shown(const std::string& service, Instant now) const;

  mutable std::mutex mutex_;
  std::map<std::string, Score> scores_;  ///< by service
  std::map<std::string, Acts> acts_;     ///< by deployment
};

}  // namespace ripcord::metrics
