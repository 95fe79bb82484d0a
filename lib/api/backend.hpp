#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "deploy/dora_report.hpp"
#include "deploy/gate.hpp"
#include "engine/snapshot.hpp"
#include "model/deployment.hpp"
#include "model/deployment_query.hpp"
#include "model/effect.hpp"
#include "model/event.hpp"
#include "model/run.hpp"
#include "model/sample.hpp"
#include "model/silence.hpp"
#include "model/vocabulary.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::api {

struct RunView {
  StepId step;
  std::string step_name;
  Instant intent_at;
  std::optional<RunResult> result;  ///< nothing while it runs
  std::string output;               ///< its last bytes, printable lines
};

/// One deployment with its story.
struct DeploymentView {
  Deployment deployment;
  std::vector<Record> history;
  std::vector<RunView> runs;
};

/// A record with its place in the history of everything.
struct NumberedRecord {
  std::uint64_t sequence = 0;
  Record record;
};

/// What was captured of a deployment before its rollback.
struct EvidenceView {
  struct File {
    std::string name;
    std::uint64_t bytes = 0;
  };

  std::string deployment;
  std::string directory;
  std::string state;    ///< `capturing`, `partial`, `captured`, or `complete` at the end
  std::string summary;  ///< printable lines
  std::vector<File> files;
};

/// What one probe saw when it was taken once, for a person.
struct ProbeReport {
  /// One line of it: `{"tls.expires", "2026-12-24 (31d)"}`. Secrets are masked.
  struct Detail {
    std::string name;
    std::string text;
  };

  std::string service;
  std::string probe;
  Sample sample;
  std::vector<NamedValue> values;
  std::vector<Detail> details;
};

/// Whether a rollback of a service would be possible, as it was last looked at.
struct Readiness {
  Instant at;
  bool ready = false;
  std::string text;  ///< every objection; or what is there
};

/// How the daemon itself is, apart from its services.
struct DaemonView {
  std::string version;
  Instant started_at;
  std::string configuration;  ///< fingerprint of the one in force
  bool last_reload_succeeded = true;
  std::string journal_trouble;  ///< why the journal cannot be written; empty when it can
  bool ready = false;           ///< restored, probing and listening
};

/// How one receiver of messages is doing.
struct ReceiverView {
  std::string name;
  std::string type;
  std::uint64_t delivered = 0;  ///< messages, since the daemon's start or the last change of it
  std::uint64_t failed = 0;     ///< messages that are never tried again
  std::uint64_t retried = 0;    ///< attempts that failed, where another follows
  std::uint64_t waiting = 0;
  std::optional<Instant> waiting_since = std::nullopt;  ///< the oldest of them
  std::string trouble = {};    ///< why the last attempt failed; empty after a success
  std::string disabled = {};   ///< why nothing is sent until they are loaded anew; empty: it is
  std::uint64_t lost = 0;      ///< messages that were given up, also by earlier daemons (a week)
  std::string last_loss = {};  ///< `"TITLE: REASON"` of the newest of those; empty without any
};

/// What a receiver was sent for a test, and what came of it; without secrets.
struct ReceiverTest {
  std::string receiver;
  std::string request;  ///< its line, headers and body
  std::string answer;   ///< the same of what came back; empty when nothing did
  bool is_delivered = false;
  std::string verdict;  ///< in words
};

/// What the API asks of the daemon. All calls come from the loop.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual engine::Snapshot snapshot() = 0;
  virtual DaemonView daemon() = 0;

  /// Carries a command to the engine and waits for its answer, which is on disk by then.
  virtual boost::asio::awaitable<Answer> command(std::string service, std::string by,
                                                 Request request) = 0;

  virtual Instant now() = 0;

  /// Newest first. Fault::missing when there is no deployment `query.before`.
  virtual boost::asio::awaitable<Result<std::vector<Deployment>>> deployments(
      DeploymentQuery query) = 0;
  /// Of the `length` until now; `service` may be empty.
  virtual boost::asio::awaitable<Result<deploy::DoraReport>> dora(std::string service,
                                                                  Duration length) = 0;

  /// The records with a sequence above `after`, oldest first, `limit` at most: as soon as there are
  /// any, or none after `wait`.
  virtual boost::asio::awaitable<Result<std::vector<NumberedRecord>>> records(std::uint64_t after,
                                                                              std::size_t limit,
                                                                              Duration wait) = 0;
  /// The sequence of the newest record; 0 when there is none.
  virtual boost::asio::awaitable<Result<std::uint64_t>> last_record() = 0;
  /// As command(), but at most once ever for this service and mark, which stands in the note and
  /// was not used before `since`: nothing when it was reported before.
  virtual boost::asio::awaitable<std::optional<Answer>> report_once(std::string service,
                                                                    std::string by,
                                                                    ReportSignal signal,
                                                                    std::string mark,
                                                                    Instant since) = 0;
  /// Tells the administrator what somebody has asked for in vain.
  virtual void complain(const std::string& message) = 0;
  /// Fault::missing when there is none with this id.
  virtual boost::asio::awaitable<Result<DeploymentView>> deployment(std::string id) = 0;

  /// Fault::missing when nothing is kept of that deployment.
  virtual boost::asio::awaitable<Result<EvidenceView>> evidence(std::string deployment) = 0;
  /// The bytes of one of its files. Fault::missing for every other name.
  virtual boost::asio::awaitable<Result<std::string>> evidence_file(std::string deployment,
                                                                    std::string file) = 0;

  /// Returns when the service's revision is above `revision`, or after `wait` at the latest.
  virtual boost::asio::awaitable<void> wait_for_change(std::string service, std::uint64_t revision,
                                                       Duration wait) = 0;

  /// Takes one sample beside those of the probe's own beat; no trigger sees it. Fault::missing when
  /// there is no such service or probe, Fault::busy while several are under way.
  virtual boost::asio::awaitable<Result<ProbeReport>> probe(std::string service,
                                                            std::string probe) = 0;

  /// Asks every gate of a service, without deploying anything. `request.version` may be empty.
  /// Fault::missing when there is no such service, Fault::malformed when what the person says is of
  /// no gate or item that there is, Fault::busy while several are asked for.
  virtual boost::asio::awaitable<Result<deploy::GateVerdict>> gate(std::string service,
                                                                   deploy::GateRequest request) = 0;
  /// Nothing when the service has no way back, or was not looked at yet.
  virtual std::optional<Readiness> readiness(const std::string& service) = 0;

  /// Those in force, oldest first.
  virtual std::vector<Silence> silences() = 0;
  /// Begins one; its number and its beginning are not read. The failures of the journal, and then
  /// nobody is silenced.
  virtual boost::asio::awaitable<Result<Silence>> silence(Silence asked) = 0;
  /// Fault::missing when none of that number is in force.
  virtual boost::asio::awaitable<Result<Silence>> end_silence(std::int64_t number,
                                                              std::string by) = 0;
  virtual std::vector<ReceiverView> receivers() = 0;
  /// Sends a message that says it is a test, at once and once. Fault::missing when there is no such
  /// receiver; other failures when no request could be made, as when a file is missing.
  virtual boost::asio::awaitable<Result<ReceiverTest>> test_receiver(std::string receiver,
                                                                     std::string by) = 0;

  /// Loads the configuration anew. The message names what changed, or every mistake.
  virtual boost::asio::awaitable<Result<std::string>> reload(std::string by) = 0;

  /// The text of /metrics, or what gzip makes of it. Fault::busy while several are asked for.
  virtual boost::asio::awaitable<Result<std::string>> metrics(bool gzipped) = 0;
};

}  // namespace ripcord::api
