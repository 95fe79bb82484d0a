#pragma once

#include "model/vocabulary.hpp"
#include "net/clock.hpp"
#include "net/resolver.hpp"
#include "probe/docker/api.hpp"
#include "probe/docker/cgroup.hpp"
#include "probe/docker/container.hpp"
#include "probe/docker/engine.hpp"
#include "probe/docker/judge.hpp"
#include "probe/docker/ledger.hpp"
#include "probe/docker/meter.hpp"
#include "probe/probe.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <optional>
#include <string>
#include <vector>

namespace ripcord::probe {

struct DockerProbeSettings {
  docker::Selector selector;
  docker::EngineAddress engine;
  Duration timeout = std::chrono::seconds(2);  ///< of one sample, statistics included
  bool notice = true;  ///< a container recreated from another image is a new version of the service

  friend bool operator==(const DockerProbeSettings&, const DockerProbeSettings&) = default;
};

/// The values of docker::Quantity and the occurrences of docker::Happening.
[[nodiscard]] Vocabulary vocabulary_of(const DockerProbeSettings& settings);

/// Says of one container, or of those of one compose service, whether they run and are healthy,
/// what they use, and what happens to them. See docker::judge() for the outcome.
///
/// Whatever is wrong with the engine (away, hung, too old, no Docker engine at all) makes the
/// sample unknown, never bad. While the engine is followed a sample costs it nothing: what it has
/// told is known, and the use of the containers stands in their cgroup files.
class DockerProbe final : public Probe {
 public:
  /// Borrows `clock`, `resolver` and `engines`, which must outlive the probe.
  DockerProbe(boost::asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
              docker::Engines& engines, DockerProbeSettings settings);

  boost::asio::awaitable<Sample> take() override;
  [[nodiscard]] bool watches() const override { return true; }
  boost::asio::awaitable<void> watch(Watcher& watcher) override;
  [[nodiscard]] std::vector<Detail> details() const override;
  /// `containers/NAME.json` of each, as far as docker::show_container() lets it be seen, and
  /// `logs/NAME.txt` with its last lines.
  boost::asio::awaitable<Result<Exhibits>> exhibits(Instant deadline) override;

 private:
  boost::asio::awaitable<Result<std::vector<docker::Container>>> look(Instant deadline);
  boost::asio::awaitable<std::vector<Reading>> measure(Instant deadline);
  boost::asio::awaitable<Result<docker::Usage>> usage_of(docker::Container container,
                                                         Instant deadline);
  void tell(Watcher& watcher);
  boost::asio::awaitable<void> show(docker::Container container, Exhibits& exhibits,
                                    Instant deadline);

  net::Clock& clock_;
  DockerProbeSettings settings_;
  docker::EngineAddress address_;
  Result<net::Place> place_;
  docker::Engine* engine_ = nullptr;  ///< null when the host of the environment is wrong
  std::optional<docker::EngineApi> api_;
  docker::Ledger ledger_;
  docker::CgroupReader cgroups_;
  docker::Meter meter_;
  std::string told_state_;  ///< what the watcher has heard of

  // What the last take() saw.
  std::vector<docker::Container> seen_;
  std::string source_;  ///< of the values
};

}  // namespace ripcord::probe
