#include "runtime/probers.hpp"

#include "base/contract.hpp"
#include "probe/http_probe.hpp"

#include <fmt/format.h>

#include <utility>

namespace ripcord::runtime {

Probers::Probers(const World& world, Feed feed, net::TaskGroup::OnFailure on_failure)
    : world_(world),
      feed_(std::move(feed)),
      on_failure_(std::move(on_failure)),
      random_(world.seed) {}

void Probers::start(ServiceId id, const ServiceSettings& settings) {
  const std::string& service = settings.engine.name;
  RIPCORD_CONTRACT(!groups_.contains(service));
  auto group = std::make_unique<ProberGroup>();
  group->tasks = std::make_unique<net::TaskGroup>(world_.executor, on_failure_);
  for (std::size_t i = 0; i < settings.probes.size(); ++i) {
    const engine::ProbeSettings& probe = settings.engine.probes[i];
    const ProbeId probe_id{.service = id, .index = static_cast<std::uint32_t>(i)};
    SampleSink sink = [this, probe_id, service, name = probe.name, owner = group.get()](
                          Sample sample, const Beat& beat) {
      if (owner->retired) return;
      world_.metrics.observe_probe(service, name, sample.latency, beat.late);
      feed_(SampleTaken{.probe = probe_id, .sample = std::move(sample)});
    };
    group->probes.push_back(make(settings.probes[i]));
    group->tasks->spawn(fmt::format("probe {}/{}", service, probe.name),
                        run_prober(world_.clock, *group->probes.back(), probe.timing,
                                   first_beat(probe.timing.interval), std::move(sink)));
  }
  groups_.emplace(service, std::move(group));
}

std::unique_ptr<ProberGroup> Probers::retire(const std::string& service) {
  const auto place = groups_.find(service);
  if (place == groups_.end()) return nullptr;
  std::unique_ptr<ProberGroup> group = std::move(place->second);
  groups_.erase(place);
  group->retired = true;
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

std::unique_ptr<probe::Probe> Probers::make(const ProbeKind& kind) const {
  struct Make {
    const World& world;

    std::unique_ptr<probe::Probe> operator()(const probe::HttpProbeSettings& settings) const {
      return std::make_unique<probe::HttpProbe>(world.executor, world.clock, world.resolver,
                                                settings);
    }
  };
  return std::visit(Make{world_}, kind);
}

Instant Probers::first_beat(Duration interval) {
  std::uniform_int_distribution<Duration::rep> spread(0, interval.count());
  return world_.clock.now() + Duration(spread(random_));
}

}  // namespace ripcord::runtime
