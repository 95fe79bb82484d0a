#pragma once

#include "api/backend.hpp"
#include "base/indirect.hpp"
#include "deploy/recipe.hpp"
#include "net/task_group.hpp"
#include "runtime/answers.hpp"
#include "runtime/driver.hpp"
#include "runtime/evidence_taker.hpp"
#include "runtime/gatekeeper.hpp"
#include "runtime/notify/herald.hpp"
#include "runtime/notify/mailroom.hpp"
#include "runtime/notify/silences.hpp"
#include "runtime/performer.hpp"
#include "runtime/probers.hpp"
#include "runtime/recorder.hpp"
#include "runtime/report_memory.hpp"
#include "runtime/run_follower.hpp"
#include "runtime/scraper.hpp"
#include "runtime/service_set.hpp"
#include "runtime/settings.hpp"
#include "runtime/world.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ripcord::runtime {

/// By what one service runs now: an open deployment keeps the configuration it began with.
struct InForce {
  OptionalIndirect<ServiceSettings> older;  ///< nothing: those of the last good load
  std::string fingerprint;
};

/// What the runtime asks of the floor above it, which knows files and TOML.
struct ConfigurationSource {
  /// The kept main file of a configuration; the file need not exist.
  std::function<std::string(const std::string& fingerprint)> kept_file;
  /// The services of a kept configuration.
  std::function<Result<ServiceSet>(const std::string& fingerprint)> kept_services;
  /// Reads the configuration files again and keeps a copy. Called on another thread.
  std::function<Result<ServiceSet>()> reload;
};

/// The running daemon without its listeners: probes, engine, effects, and what the API asks.
class Runtime final : public api::Backend {
 public:
  /// Borrows what `world` borrows. `on_failure` hears of bugs in any task.
  Runtime(const World& world, std::string version, ConfigurationSource source,
          net::TaskGroup::OnFailure on_failure);

  /// Takes the past from the journal, goes on with what a former daemon began, and starts probing.
  boost::asio::awaitable<Result<void>> start(ServiceSet services);

  /// Bounded by `deadline`: ends the probes, leaves running steps to their keepers, and writes what
  /// is still to be written.
  boost::asio::awaitable<void> stop(Instant deadline);

  void set_listening() { listening_ = true; }

  /// For one line about all of it.
  struct Summary {
    std::size_t services = 0;
    std::vector<std::pair<std::string, std::string_view>> open;  ///< deployments and their phases
  };
  [[nodiscard]] Summary summary() const;

  engine::Snapshot snapshot() override { return driver_.snapshot(); }
  api::DaemonView daemon() override;
  boost::asio::awaitable<Answer> command(std::string service, std::string by,
                                         Request request) override;
  Instant now() override { return world_.clock.now(); }
  boost::asio::awaitable<Result<std::vector<Deployment>>> deployments(
      DeploymentQuery query) override;
  boost::asio::awaitable<Result<deploy::DoraReport>> dora(std::string service,
                                                          Duration length) override;
  boost::asio::awaitable<Result<std::vector<api::NumberedRecord>>> records(std::uint64_t after,
                                                                           std::size_t limit,
                                                                           Duration wait) override;
  boost::asio::awaitable<Result<std::uint64_t>> last_record() override;
  boost::asio::awaitable<std::optional<Answer>> report_once(std::string service, std::string by,
                                                            ReportSignal signal, std::string mark,
                                                            Instant since) override;
  void complain(const std::string& message) override;
  boost::asio::awaitable<Result<api::DeploymentView>> deployment(std::string id) override;
  boost::asio::awaitable<Result<api::EvidenceView>> evidence(std::string deployment) override;
  boost::asio::awaitable<Result<std::string>> evidence_file(std::string deployment,
                                                            std::string file) override;
  boost::asio::awaitable<void> wait_for_change(std::string service, std::uint64_t revision,
                                               Duration wait) override;
  boost::asio::awaitable<Result<api::ProbeReport>> probe(std::string service,
                                                         std::string probe) override;
  boost::asio::awaitable<Result<deploy::GateVerdict>> gate(std::string service,
                                                           deploy::GateRequest request) override;
  std::optional<api::Readiness> readiness(const std::string& service) override {
    return gatekeeper_.readiness(service);
  }
  std::vector<Silence> silences() override { return silences_.in_force(); }
  boost::asio::awaitable<Result<Silence>> silence(Silence asked) override;
  boost::asio::awaitable<Result<Silence>> end_silence(std::int64_t number, std::string by) override;
  std::vector<api::ReceiverView> receivers() override;
  boost::asio::awaitable<Result<api::ReceiverTest>> test_receiver(std::string receiver,
                                                                  std::string by) override;
  boost::asio::awaitable<Result<std::string>> reload(std::string by) override;
  boost::asio::awaitable<Result<std::string>> metrics(bool gzipped) override;

 private:
  // Start-up (restore.cpp).
  boost::asio::awaitable<Result<std::vector<Deployment>>> read_past();
  /// Chooses the settings of each service: those with which its open deployment began, if any.
  [[nodiscard]] std::map<std::string, InForce> choose(std::vector<Deployment>& past) const;
  boost::asio::awaitable<void> close_orphans(std::vector<Deployment>& past,
                                             const std::map<std::string, InForce>& chosen);
  /// Of each service only the newest deployment that has begun can be open, and one at its gate.
  boost::asio::awaitable<void> close_overtaken(std::vector<Deployment>& past);
  /// Ends an open deployment that nobody can go on with, and calls a person.
  boost::asio::awaitable<void> close(Deployment& deployment, std::string why);
  boost::asio::awaitable<void> tell_of_unknown_runs(std::set<std::string> known);
  boost::asio::awaitable<void> adopt_run(Deployment deployment, deploy::Recipe recipe,
                                         std::set<StepId> known);
  boost::asio::awaitable<void> resume_runs(Deployment deployment, deploy::Recipe recipe);

  // Who is told (telling.cpp).
  [[nodiscard]] Herald::View view_for_herald();
  boost::asio::awaitable<void> restore_telling();
  void keep_telling();
  /// Records what no step of the engine has brought about, and tells of it.
  boost::asio::awaitable<void> record(Effects effects);
  void tell(const notify::Message& message);
  /// Has the end of `open` told, if it is one of trips.
  void watch_incident(const notify::Message& open);
  /// Tells that nothing of what was told is tripped any more, once that is known.
  boost::asio::awaitable<void> end_trips(std::string service);
  boost::asio::awaitable<void> end_blindness(notify::Message open);
  void end_incidents_of_gone_services();
  void end_unknown_runs();
  [[nodiscard]] std::vector<metrics::ReceiverFigures> receiver_figures() const;

  // Reload.
  boost::asio::awaitable<void> keep_applied();
  boost::asio::awaitable<void> apply(std::string service);
  /// What has ended of one service, oldest first.
  boost::asio::awaitable<std::vector<Deployment>> read_past_of(std::string service);
  [[nodiscard]] std::string describe_changes(const ServiceSet& next) const;
  [[nodiscard]] std::vector<std::string> outdated() const;

  [[nodiscard]] EvidenceTaker::View view_for_evidence();
  boost::asio::awaitable<Result<std::vector<evidence::RunStory>>> run_stories(std::string id);
  /// By what the service runs now; null when there is no such service. Valid until the next reload.
  [[nodiscard]] const ServiceSettings* in_force(const std::string& service) const;

  [[nodiscard]] std::vector<std::string> services_in_force() const;
  [[nodiscard]] metrics::ServiceFigures figures_of(const std::string& service) const;
  [[nodiscard]] act::RunOrder order_of(const Deployment& deployment, StepId step) const;

  World world_;
  std::string version_;
  ConfigurationSource source_;
  net::TaskGroup tasks_;
  Recorder recorder_;
  Driver driver_;
  Answers answers_;
  EvidenceTaker evidence_;
  RunFollower follower_;
  Silences silences_;
  Herald herald_;
  Mailroom mailroom_;
  Performer performer_;
  Probers probers_;
  Gatekeeper gatekeeper_;
  Scraper scraper_;
  net::Wakeup to_apply_;
  net::Wakeup committed_;  ///< something new is on disk
  ReportMemory reported_;
  std::set<std::string> watched_trips_;      ///< services of which an end of trips is waited for
  ServiceSet configured_;                    ///< as of the last good load, by name
  std::map<std::string, InForce> in_force_;  ///< what each service runs by now
  Instant started_at_;
  Instant reloaded_at_;
  bool reload_succeeded_ = true;
  std::size_t probing_ = 0;  ///< probes that people have asked for, under way
  std::size_t gating_ = 0;   ///< the same, of gates
  bool listening_ = false;
  bool started_ = false;
};

}  // namespace ripcord::runtime
