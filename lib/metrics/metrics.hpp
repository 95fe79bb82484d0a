#pragma once

#include "base/time.hpp"
#include "engine/snapshot.hpp"
#include "model/effect.hpp"
#include "model/event.hpp"

#include <prometheus/histogram.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::metrics {

/// What is known of the backups that one gate asks for.
struct BackupFigures {
  std::string gate;
  std::optional<Instant> newest_at;  ///< the epoch when there is none; nothing: it is not known
  Duration max_age{};                ///< what the gate allows
};

/// What the engine does not know of a service.
struct ServiceFigures {
  std::optional<bool> rollback_ready;  ///< nothing: no way back, or it was not looked at yet
  std::vector<BackupFigures> backups;
};

/// What was sent to one receiver of notifications, and what still waits for it.
struct ReceiverFigures {
  std::string name;
  std::uint64_t notifications = 0;  ///< tries, the failed ones included
  std::uint64_t notifications_failed = 0;
  std::uint64_t outbox_depth = 0;
  Duration outbox_oldest{};  ///< since when the oldest waits; zero when nothing does
};

/// Where the daemon stands at a scrape, apart from what the engine knows.
struct DaemonFigures {
  bool last_reload_succeeded = true;
  Instant last_reload_at;  ///< of the last one that succeeded; the start counts as one
  bool journal_writable = true;
  std::uint64_t journal_commits = 0;  ///< tries, the failed ones included
  std::uint64_t journal_commits_failed = 0;
  std::uint64_t runs_active = 0;
  std::uint64_t queue_depth = 0;    ///< decisions that wait to be carried out or written down
  std::uint64_t queue_dropped = 0;  ///< those that were given up for good
  std::vector<ServiceFigures> services = {};  ///< as those of the snapshot; fewer: not known
  std::vector<ReceiverFigures> receivers = {};
};

/// At what a probe looks, where its reach is a metric of its own.
enum class Peer : std::uint8_t { other, docker, postgres };

/// What is observed of one probe. Thread-safe.
class ProbeMeter {
 public:
  ProbeMeter();

  void set_peer(Peer peer) { peer_.store(peer, std::memory_order_relaxed); }
  /// It took `took`, and began `late` after it was due, with `skipped` beats left out before it.
  /// Negative ones count as 0.
  void observe(Duration took, Duration late, std::uint64_t skipped = 0);

  [[nodiscard]] prometheus::ClientMetric took() const { return took_.Collect(); }
  /// Seconds, of the last.
  [[nodiscard]] double late() const { return late_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t skipped() const { return skipped_.load(std::memory_order_relaxed); }
  [[nodiscard]] Peer peer() const { return peer_.load(std::memory_order_relaxed); }

 private:
  prometheus::Histogram took_;
  std::atomic<double> late_ = 0;
  std::atomic<std::uint64_t> skipped_ = 0;
  std::atomic<Peer> peer_ = Peer::other;
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
  /// Takes the deployments of the past, from the journal, for what looks back further than the
  /// daemon's start. Before the first observe().
  void restore(const std::vector<Deployment>& past);
  /// What the engine made of an event. Costs next to nothing when that is nothing.
  void observe(const Event& event, const Effects& effects);

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
