#pragma once

#include "base/result.hpp"
#include "model/deployment.hpp"
#include "model/deployment_query.hpp"
#include "model/effect.hpp"
#include "model/run.hpp"
#include "model/silence.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::store {

/// The intent to run a step, written before anything else of it exists.
struct RunIntent {
  std::string deployment;
  StepId step;
  std::string step_name;
  bool idempotent = false;
  Instant at;
  std::string boot_id;  ///< of the machine at that time: tells a crash from a reboot
  RunFacts facts;
};

/// How a run has ended. If its intent is not in the journal, which could not be written when the
/// step was started, the run is recorded all the same, with what its end tells.
struct RunEnd {
  std::string deployment;
  StepId step;
  RunResult result;
};

enum class OutboxFate : std::uint8_t { pending, delivered, failed };
[[nodiscard]] std::string_view to_string(OutboxFate fate);

/// One message for one receiver, and how far its delivery is. Written again with each attempt.
struct OutboxEntry {
  std::int64_t number = 0;  ///< names it; given by the writer, growing
  std::string receiver;
  std::string incident;  ///< under which messages are grouped
  std::string message;   ///< the writer's: the journal does not look into it
  Instant queued_at;
  std::uint32_t attempts = 0;  ///< that have failed
  Instant not_before = {};
  std::string trouble = {};  ///< why the last attempt failed
  std::string thread = {};   ///< what the receiver calls the thread of its incident
  OutboxFate fate = OutboxFate::pending;
  std::optional<Instant> ended_at = std::nullopt;
  /// Whether its incident is open once it is delivered; nothing when it says nothing of that.
  std::optional<bool> opens = std::nullopt;

  friend bool operator==(const OutboxEntry&, const OutboxEntry&) = default;
};

/// What one step of the engine writes: all of it or nothing.
struct Commit {
  std::vector<Deployment> deployments;
  std::vector<Record> records;
  std::vector<RunIntent> intents;
  std::vector<RunEnd> ends;
  std::vector<OutboxEntry> outbox = {};
  std::vector<Silence> silences = {};
};

struct RunRow {
  RunIntent intent;
  std::optional<RunResult> result;  ///< nothing while it runs
};

struct HistoryRow {
  std::int64_t sequence = 0;
  Record record;
};

/// A deployment that has ended, and when the rollback steps began and ended, if there were any.
struct EndedRow {
  Deployment deployment;
  std::optional<Instant> acting_since;
  std::optional<Instant> acted_until;
};

/// journal.db: the row is the state, the history is the story (design §3.7). Every call blocks:
/// call it through a BlockingPool of one thread.
class Journal {
 public:
  virtual ~Journal() = default;

  /// On disk, or not at all: Fault::full when there is no space, denied when it is read-only, busy
  /// when another program holds it, exists for a second intent of the same step, refused for a
  /// change of what has ended and for a run of an unknown deployment, Fault::internal or malformed
  /// otherwise. After a failure the next commit starts afresh.
  virtual Result<void> commit(const Commit& commit) = 0;

  /// Newest first. "New" and "old" are the order of the commits, not the times in the rows: the
  /// wall clock may have been set back between two runs of the daemon.
  virtual Result<std::vector<Deployment>> deployments(const DeploymentQuery& query) = 0;
  /// All of them, oldest first: what the engine restores itself from.
  virtual Result<std::vector<Deployment>> all_deployments() = 0;
  /// Fault::missing when there is none with this id.
  virtual Result<Deployment> deployment(const std::string& id) = 0;
  /// Those that ended from `from` until just before `to`, in the order in which they began; of
  /// every service when it is empty.
  virtual Result<std::vector<EndedRow>> ended(const std::string& service, Instant from,
                                              Instant to) = 0;
  /// When the oldest thing that it knows of a service (of all, when it is empty) was; nothing when
  /// there is none.
  virtual Result<std::optional<Instant>> known_since(const std::string& service) = 0;
  /// Oldest first.
  virtual Result<std::vector<HistoryRow>> history(const std::string& deployment) = 0;
  /// The records of everything with a sequence above `after`, oldest first, `limit` at most.
  virtual Result<std::vector<HistoryRow>> history_after(std::int64_t after, std::size_t limit) = 0;
  /// The highest sequence that there is; 0 when there is none.
  virtual Result<std::int64_t> last_sequence() = 0;
  /// Whether a record of this service and kind, of `since` or later, has `text` in it.
  virtual Result<bool> has_record(const std::string& service, const std::string& kind,
                                  Instant since, const std::string& text) = 0;
  /// In the order in which they were started.
  virtual Result<std::vector<RunRow>> runs(const std::string& deployment) = 0;

  /// What waits, and what has ended not before `since`, or is the newest delivered one that says of
  /// its incident whether it is open, if it is. In the order of their numbers.
  virtual Result<std::vector<OutboxEntry>> outbox(Instant since) = 0;
  /// Deletes what had ended before `before`, but for what tells that an incident is open.
  virtual Result<void> prune_outbox(Instant before) = 0;
  /// All of them, oldest first.
  virtual Result<std::vector<Silence>> silences() = 0;
};

}  // namespace ripcord::store
