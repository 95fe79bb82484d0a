#pragma once

#include "model/event.hpp"
#include "model/ids.hpp"
#include "net/task_group.hpp"
#include "probe/docker/engine.hpp"
#include "runtime/prober.hpp"
#include "runtime/settings.hpp"
#include "runtime/world.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace ripcord::runtime {

/// Hands what a probe sees between its samples on.
class ProbeWatcher final : public probe::Watcher {
 public:
  struct Ears {
    std::function<void(Occurrence)> occurred;
    std::function<void(probe::Replacement)> replaced;
  };
  /// Borrows `prober`.
  ProbeWatcher(Prober& prober, Ears ears) : prober_(prober), ears_(std::move(ears)) {}

  void occurred(Occurrence occurrence) override { ears_.occurred(std::move(occurrence)); }
  void replaced(probe::Replacement replacement) override { ears_.replaced(std::move(replacement)); }
  void look_now() override { prober_.look_now(); }

 private:
  Prober& prober_;
  Ears ears_;
};

/// The probers of one service: a task group of their own, so that a reload can replace them without
/// touching the others.
struct ProberGroup {
  std::vector<std::unique_ptr<probe::Probe>> probes;
  std::unique_ptr<net::TaskGroup> tasks;
  std::vector<std::unique_ptr<Prober>> probers;
  std::vector<std::unique_ptr<ProbeWatcher>> watchers;
  bool retired = false;  ///< what its probers still report is dropped
};

/// The probers of every service.
class Probers {
 public:
  using Feed = std::function<void(Event event)>;
  using EpochOf = std::function<std::optional<Instant>(ServiceId service)>;

  /// Borrows what `world` borrows. `on_failure` hears of bugs.
  Probers(const World& world, Feed feed, EpochOf epoch_of, net::TaskGroup::OnFailure on_failure);

  /// Starts the probers of a service, each jittered once over its first interval. `is_first`: the
  /// daemon has only begun, and its triggers remember nothing. Pre: the service has none.
  void start(ServiceId id, const ServiceSettings& settings, bool is_first);

  /// Takes the probers of a service away: from now on no sample of theirs is fed. Hand the result
  /// to finish(). Null when the service has none.
  [[nodiscard]] std::unique_ptr<ProberGroup> retire(const std::string& service);

  /// Returns once the probers of a retired group have ended.
  static boost::asio::awaitable<void> finish(std::unique_ptr<ProberGroup> group);

  /// Ends all of them.
  boost::asio::awaitable<void> stop();

  /// Whether the Docker engine at which `probe` looks has an image. An Error when it does not say.
  [[nodiscard]] boost::asio::awaitable<Result<bool>> has_image(probe::DockerProbeSettings probe,
                                                               std::string image,
                                                               Instant deadline) const;

  /// A probe of that kind, that nobody runs yet.
  [[nodiscard]] std::unique_ptr<probe::Probe> make(const ProbeKind& kind,
                                                   const probe::log::Past& past = {}) const;

 private:
  void start(ProbeId id, const engine::ProbeSettings& settings, std::unique_ptr<probe::Probe> probe,
             const std::string& service, ProberGroup& group);
  [[nodiscard]] Instant first_beat(Duration interval);

  World world_;
  std::unique_ptr<probe::docker::Engines> engines_;  ///< outlives the probes, which share them
  Feed feed_;
  EpochOf epoch_of_;
  net::TaskGroup::OnFailure on_failure_;
  std::mt19937_64 random_;
  std::map<std::string, std::unique_ptr<ProberGroup>> groups_;
};

}  // namespace ripcord::runtime
