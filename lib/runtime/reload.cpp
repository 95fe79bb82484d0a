// How the runtime takes a new configuration.

#include "runtime/runtime.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace ripcord::runtime {

boost::asio::awaitable<Result<std::string>> Runtime::reload(std::string by) {
  Result<ServiceSet> loaded = co_await world_.work_pool.run<ServiceSet>(source_.reload);
  if (!loaded) {
    reload_succeeded_ = false;
    spdlog::error("reload by {}: the old configuration stays in force:\n{}", by,
                  loaded.error().message);
    co_return std::unexpected(loaded.error());
  }
  sort_by_name(*loaded);
  reload_succeeded_ = true;
  reloaded_at_ = world_.clock.now();
  std::string changes = describe_changes(*loaded);
  spdlog::info("reload by {}: {}", by, changes);
  for (auto& [service, held] : in_force_) {
    if (held.older) continue;
    const ServiceSettings* now = find_service(configured_, service);
    const ServiceSettings* next = find_service(*loaded, service);
    if (next == nullptr || *next != *now) held.older = *now;
  }
  configured_ = std::move(*loaded);
  mailroom_.set_receivers(configured_.receivers);
  to_apply_.notify();
  co_return changes;
}

boost::asio::awaitable<void> Runtime::keep_applied() {
  for (;;) {
    // One at a time: a deployment may begin while another service's probes end.
    const std::vector<std::string> names = outdated();
    if (names.empty()) {
      (void)co_await to_apply_.wait();
    } else {
      co_await apply(names.front());
    }
  }
}

boost::asio::awaitable<void> Runtime::apply(std::string service) {
  // One that has been here before goes on where it was: the versions that were good are known.
  std::vector<Deployment> past;
  if (!in_force_.contains(service)) past = co_await read_past_of(service);
  const ServiceSettings* next = find_service(configured_, service);
  const ServiceSettings* before = in_force(service);
  const bool probes_stay = next != nullptr && before != nullptr && before->probes == next->probes &&
                           before->engine.probes == next->engine.probes;
  // No co_await between the retirement and the engine's new settings: no sample of the old probes
  // and no new deployment can come between.
  std::unique_ptr<ProberGroup> retired = probes_stay ? nullptr : probers_.retire(service);
  if (next == nullptr) {
    if (const auto gone = driver_.engine().find(service)) evidence_.begin(*gone, 0);
    driver_.engine().remove(service);
    in_force_.erase(service);
    end_incidents_of_gone_services();
    spdlog::info("service {} is gone from the configuration", service);
    co_await Probers::finish(std::move(retired));
    co_return;
  }
  const ServiceId id = driver_.engine().apply(next->engine, configured_.fingerprint);
  driver_.engine().restore(world_.clock.now(), past);
  in_force_[service] = {.older = {}, .fingerprint = configured_.fingerprint};
  if (!probes_stay) {
    evidence_.begin(id, next->probes.size());
    probers_.start(id, *next, false);
  }
  co_await Probers::finish(std::move(retired));
}

boost::asio::awaitable<std::vector<Deployment>> Runtime::read_past_of(std::string service) {
  Result<std::vector<Deployment>> past = co_await read_past();
  if (!past) {
    spdlog::critical("what was deployed of {} before cannot be read: {}", service,
                     past.error().message);
    co_return std::vector<Deployment>{};
  }
  std::erase_if(*past, [&service](const Deployment& deployment) {
    return deployment.service != service || is_open(deployment);
  });
  co_return *std::move(past);
}

std::vector<std::string> Runtime::outdated() const {
  std::vector<std::string> names;
  const engine::Engine& engine = driver_.engine();
  for (const ServiceSettings& settings : configured_.services) {
    const auto now = in_force_.find(settings.engine.name);
    const bool is_current = now != in_force_.end() && !now->second.older &&
                            now->second.fingerprint == configured_.fingerprint;
    if (!is_current) names.push_back(settings.engine.name);
  }
  for (const auto& [name, unused] : in_force_) {
    if (find_service(configured_, name) == nullptr) names.push_back(name);
  }
  std::erase_if(names, [&](const std::string& name) { return engine.has_open_deployment(name); });
  return names;
}

std::string Runtime::describe_changes(const ServiceSet& next) const {
  std::vector<std::string> parts;
  for (const ServiceSettings& settings : next.services) {
    const std::string& name = settings.engine.name;
    const ServiceSettings* now = in_force(name);
    if (now == nullptr) {
      parts.push_back(fmt::format("{} is new", name));
    } else if (*now != settings) {
      const Deployment* open = driver_.engine().open_deployment(name);
      parts.push_back(open == nullptr
                          ? fmt::format("{} has changed", name)
                          : fmt::format("{} has changed, from the end of {} on", name, open->id));
    }
  }
  for (const auto& [name, unused] : in_force_) {
    if (find_service(next, name) == nullptr) parts.push_back(fmt::format("{} is gone", name));
  }
  if (next.receivers != configured_.receivers) parts.emplace_back("receivers have changed");
  if (parts.empty() && next.fingerprint == configured_.fingerprint) return "nothing has changed";
  if (parts.empty()) return "only what steps run, or comments, have changed";
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace ripcord::runtime
