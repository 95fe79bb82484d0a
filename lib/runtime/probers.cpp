#include "runtime/probers.hpp"

#include "base/contract.hpp"
#include "probe/docker/docker_probe.hpp"
#include "probe/exec/exec_probe.hpp"
#include "probe/http/http_probe.hpp"
#include "probe/log/log_probe.hpp"
#include "probe/postgres/postgres_probe.hpp"
#include "probe/promql/promql_probe.hpp"
#include "probe/scrape/scrape_probe.hpp"
#include "probe/tcp_probe.hpp"
#include "runtime/epoch_probe.hpp"

#include <fmt/format.h>

#include <ratio>
#include <utility>

namespace ripcord::runtime {
namespace {

/// Beats begin at whole ticks, so that probes which are due at about the same time go out together:
/// a wake-up of the process costs more than a probe.
using Tick = std::chrono::duration<Duration::rep, std::ratio<1, 20>>;

metrics::Peer peer_of(const ProbeKind& kind) {
  if (std::holds_alternative<probe::DockerProbeSettings>(kind)) return metrics::Peer::docker;
  if (std::holds_alternative<probe::PostgresProbeSettings>(kind)) return metrics::Peer::postgres;
  return metrics::Peer::other;
}

}  // namespace

Probers::Probers(const World& world, Feed feed, EpochOf epoch_of,
                 net::TaskGroup::OnFailure on_failure)
    : world_(world),
      engines_(
          std::make_unique<probe::docker::Engines>(world.executor, world.clock, world.resolver)),
      feed_(std::move(feed)),
      epoch_of_(std::move(epoch_of)),
      on_failure_(std::move(on_failure)),
      random_(world.seed) {}

void Probers::start(ServiceId id, const ServiceSettings& settings, bool is_first) {
  const std::string& service = settings.engine.name;
  RIPCORD_CONTRACT(!groups_.contains(service));
  auto group = std::make_unique<ProberGroup>();
  group->tasks = std::make_unique<net::TaskGroup>(world_.executor, on_failure_);
  const probe::log::Past past{.is_recalled = is_first, .folder = world_.log_folder};
  for (std::size_t i = 0; i < settings.probes.size(); ++i) {
    world_.metrics.probe(service, settings.engine.probes[i].name)
        .set_peer(peer_of(settings.probes[i]));
    start({.service = id, .index = static_cast<std::uint32_t>(i)}, settings.engine.probes[i],
          make(settings.probes[i], past), service, *group);
  }
  groups_.emplace(service, std::move(group));
}

void Probers::start(ProbeId id, const engine::ProbeSettings& settings,
                    std::unique_ptr<probe::Probe> probe, const std::string& service,
                    ProberGroup& group) {
  SampleSink sink = [this, id, &meter = world_.metrics.probe(service, settings.name)](
                        Sample sample, const Beat& beat) {
    meter.observe(sample.latency, beat.late, beat.skipped);
    feed_(SampleTaken{.probe = id, .sample = std::move(sample)});
  };
  auto epoch_now = [this, id, &group] {
    return group.retired ? std::nullopt : epoch_of_(id.service);
  };
  probe::Probe& taken = *group.probes.emplace_back(
      std::make_unique<EpochProbe>(std::move(probe), std::move(epoch_now)));
  Prober& prober = *group.probers.emplace_back(std::make_unique<Prober>(
      world_.clock, taken, settings.timing, *group.tasks,
      fmt::format("probe {}/{}", service, settings.name), std::move(sink)));
  if (taken.watches()) {
    ProbeWatcher::Ears ears{
        .occurred =
            [this, id, &group](Occurrence occurrence) {
              if (group.retired) return;
              feed_(OccurrenceSeen{.probe = id, .occurrence = std::move(occurrence)});
            },
        .replaced =
            [this, service, &group](probe::Replacement replacement) {
              if (group.retired) return;
              feed_(VersionFound{.service = service,
                                 .version = std::move(replacement.after),
                                 .before = std::move(replacement.before),
                                 .since = replacement.at});
            }};
    ProbeWatcher& watcher =
        *group.watchers.emplace_back(std::make_unique<ProbeWatcher>(prober, std::move(ears)));
    group.tasks->spawn(fmt::format("watch {}/{}", service, settings.name), taken.watch(watcher));
  }
  prober.start(first_beat(settings.timing.interval));
}

std::unique_ptr<ProberGroup> Probers::retire(const std::string& service) {
  const auto place = groups_.find(service);
  if (place == groups_.end()) return nullptr;
  std::unique_ptr<ProberGroup> group = std::move(place->second);
  groups_.erase(place);
  group->retired = true;
  for (const auto& prober : group->probers) prober->stop();
  group->tasks->cancel();
  return group;
}

boost::asio::awaitable<void> Probers::finish(std::unique_ptr<ProberGroup> group) {
  if (group) co_await group->tasks->join();
}

boost::asio::awaitable<void> Probers::stop() {
  std::vector<std::unique_ptr<ProberGroup>> retired;
  while (!groups_.empty()) retired.push_back(retire(groups_.begin()->first));
  for (auto& group : retired) co_await finish(std::move(group));
}

boost::asio::awaitable<Result<bool>> Probers::has_image(probe::DockerProbeSettings probe,
                                                        std::string image, Instant deadline) const {
  const Result<net::Place> place = place_of(probe::docker::with_environment(probe.engine));
  if (!place) co_return std::unexpected(place.error());
  probe::docker::EngineApi api(world_.executor, world_.clock, world_.resolver, *place);
  const Result<bool> there = co_await api.has_image(std::move(image), deadline);
  co_return there;
}

std::unique_ptr<probe::Probe> Probers::make(const ProbeKind& kind,
                                            const probe::log::Past& past) const {
  struct Make {
    const World& world;
    probe::docker::Engines& engines;
    const probe::log::Past& past;

    std::unique_ptr<probe::Probe> operator()(const probe::DockerProbeSettings& settings) const {
      return std::make_unique<probe::DockerProbe>(world.executor, world.clock, world.resolver,
                                                  engines, settings);
    }
    std::unique_ptr<probe::Probe> operator()(const probe::LogProbeSettings& settings) const {
      return std::make_unique<probe::LogProbe>(world.executor, world.clock, world.resolver, engines,
                                               settings, past);
    }
    std::unique_ptr<probe::Probe> operator()(
        const Shared<probe::HttpProbeSettings>& settings) const {
      return std::make_unique<probe::HttpProbe>(world.executor, world.clock, world.resolver,
                                                settings);
    }
    std::unique_ptr<probe::Probe> operator()(const probe::TcpProbeSettings& settings) const {
      return std::make_unique<probe::TcpProbe>(world.executor, world.clock, world.resolver,
                                               settings);
    }
    std::unique_ptr<probe::Probe> operator()(const probe::ScrapeProbeSettings& settings) const {
      return std::make_unique<probe::ScrapeProbe>(world.executor, world.clock, world.resolver,
                                                  settings);
    }
    std::unique_ptr<probe::Probe> operator()(const probe::PromqlProbeSettings& settings) const {
      return std::make_unique<probe::PromqlProbe>(world.executor, world.clock, world.resolver,
                                                  settings);
    }
    std::unique_ptr<probe::Probe> operator()(const probe::PostgresProbeSettings& settings) const {
      return std::make_unique<probe::PostgresProbe>(world.executor, world.clock, world.resolver,
                                                    settings);
    }
    std::unique_ptr<probe::Probe> operator()(const probe::ExecProbeSettings& settings) const {
      return std::make_unique<probe::ExecProbe>(world.clock, world.commands, settings);
    }
  };
  return std::visit(Make{world_, *engines_, past}, kind);
}

Instant Probers::first_beat(Duration interval) {
  std::uniform_int_distribution<Duration::rep> spread(0, interval.count());
  const Instant beat = world_.clock.now() + Duration(spread(random_));
  return Instant(std::chrono::ceil<Tick>(beat.time_since_epoch()));
}

}  // namespace ripcord::runtime
