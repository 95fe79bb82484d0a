#pragma once

#include "base/time.hpp"
#include "engine/snapshot.hpp"

#include <prometheus/histogram.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace ripcord::metrics {

/// Where the daemon stands at a scrape, apart from its services.
struct DaemonFigures {
  bool last_reload_succeeded = true;
  Instant last_reload_at;  ///< of the last one that succeeded; the start counts as one
  bool journal_writable = true;
  std::uint64_t journal_commits = 0;  ///< tries, the failed ones included
  std::uint64_t journal_commits_failed = 0;
  std::uint64_t runs_active = 0;
};

/// What is observed of one probe. Thread-safe.
class ProbeMeter {
 public:
  ProbeMeter();

  /// It took `took`, and began `late` after it was due. Negative ones count as 0.
  void observe(Duration took, Duration late);

  [[nodiscard]] prometheus::ClientMetric took() const { return took_.Collect(); }
  /// Seconds, of the last.
  [[nodiscard]] double late() const { return late_.load(std::memory_order_relaxed); }

 private:
  prometheus::Histogram took_;
  std::atomic<double> late_ = 0;
};

/// The `ripcord_…` and `process_…` series of docs/metrics.md, through prometheus-cpp. Series with
/// dynamic labels are made anew from the snapshot at each scrape; only our own observations are
/// kept here.
class Metrics {
 public:
  explicit Metrics(std::string version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Observations, from the loop.

  /// The meter of a probe, for as long as this lives: one that comes back goes on where it was.
  [[nodiscard]] ProbeMeter& probe(const std::string& service, const std::string& probe);
  void observe_engine_step(Duration took);

  /// The text of one scrape, `text/plain; version=0.0.4`: exactly the services, probes and triggers
  /// of `snapshot`, each with all its series. Thread-safe against the observations, so it may run
  /// on another thread. O(series): about 1 µs each.
  [[nodiscard]] std::string render(const engine::Snapshot& snapshot,
                                   const DaemonFigures& figures) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ripcord::metrics
