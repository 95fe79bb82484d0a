#include "probe/docker/docker_probe.hpp"

#include "base/text.hpp"
#include "probe/docker/cgroup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::probe {

using docker::Container;

namespace {

using namespace std::chrono_literals;

/// The engine answers for one container after the other, 7 ms of its CPU each.
constexpr std::size_t asked_max = 16;

constexpr Duration for_ever = 24h;

/// What makes a person look again: changes when a container is replaced, starts, ends or turns.
std::string fingerprint(const std::vector<Container>& containers) {
  std::string text;
  for (const Container& container : containers) {
    text += fmt::format("{} {} {} {}\n", container.id, container.status,
                        container.started_at.time_since_epoch().count(),
                        static_cast<int>(container.health));
  }
  return text;
}

bool is_running(const Container& container) {
  return container.status == "running" || container.status == "paused";
}

std::uint64_t nanoseconds(Instant instant) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(instant.time_since_epoch()).count());
}

}  // namespace

Vocabulary vocabulary_of(const DockerProbeSettings& /*settings*/) {
  return {.values = {"running", "cpu", "memory", "memory_ratio", "pids", "network_receive",
                     "network_transmit", "block_read", "block_write"},
          .occurrences = {"restart", "die", "oom", "unhealthy", "recreated"}};
}

DockerProbe::DockerProbe(asio::any_io_executor executor, net::Clock& clock, net::Resolver& resolver,
                         docker::Engines& engines, DockerProbeSettings settings)
    : clock_(clock),
      settings_(std::move(settings)),
      address_(docker::with_environment(settings_.engine)),
      place_(docker::place_of(address_)),
      ledger_(settings_.selector) {
  if (!place_) return;
  engine_ = &engines.at(*place_);
  api_.emplace(std::move(executor), clock, resolver, *place_);
}

asio::awaitable<Sample> DockerProbe::take() {
  const Instant started = clock_.now();
  const Instant deadline = started + settings_.timeout;
  Sample sample{.taken_at = started, .reason = {}, .readings = {}};
  source_.clear();
  Result<std::vector<Container>> containers = co_await look(deadline);
  if (!containers) {
    seen_.clear();
    sample.reason = printable(containers.error().message);
    sample.latency = clock_.now() - started;
    co_return sample;
  }
  seen_ = *std::move(containers);
  docker::Verdict verdict = docker::judge(settings_.selector, seen_);
  sample.outcome = verdict.outcome;
  sample.reason = std::move(verdict.reason);
  sample.readings = co_await measure(deadline);
  sample.latency = clock_.now() - started;
  co_return sample;
}

asio::awaitable<Result<std::vector<Container>>> DockerProbe::look(Instant deadline) {
  if (engine_ == nullptr) co_return std::unexpected(place_.error());
  if (engine_->is_live() && ledger_.is_known()) {
    const Result<void> proven = co_await engine_->prove(deadline);
    if (!proven) co_return std::unexpected(proven.error());
    if (engine_->is_live()) co_return ledger_.containers();
  }
  docker::Selector selector = settings_.selector;
  auto found = co_await api_->find(std::move(selector), deadline);
  if (!found) co_return std::unexpected(std::move(found).error());
  co_return docker::current(settings_.selector, *std::move(found));
}

asio::awaitable<std::vector<Reading>> DockerProbe::measure(Instant deadline) {
  std::vector<docker::Metered> metered;
  bool complete = true;
  const auto running = std::ranges::count_if(seen_, is_running);
  for (const Container& container : seen_) {
    if (!is_running(container) || !complete) continue;
    Container asked = container;
    const Result<docker::Usage> usage = co_await usage_of(std::move(asked), deadline);
    if (usage) {
      metered.push_back({.id = container.id, .started_at = container.started_at, .usage = *usage});
    } else {
      complete = false;
      source_ = printable(usage.error().message);
    }
  }
  if (!complete) metered.clear();
  std::vector<Reading> readings{
      {static_cast<std::uint16_t>(docker::Quantity::running), static_cast<double>(running)}};
  const std::vector<Reading> used = meter_.take(metered);
  readings.insert(readings.end(), used.begin(), used.end());
  co_return readings;
}

asio::awaitable<Result<docker::Usage>> DockerProbe::usage_of(Container container,
                                                             Instant deadline) {
  Result<docker::Usage> usage = cgroups_.read(container, nanoseconds(clock_.now()));
  if (usage) {
    source_ = "cgroup files";
    co_return usage;
  }
  if (seen_.size() > asked_max) {
    co_return failure(Fault::too_large,
                      fmt::format("{}, and the engine is not asked for more than {} containers",
                                  usage.error().message, asked_max));
  }
  source_ = "the engine's statistics";
  const bool own_network = docker::has_own_network(container);
  usage = co_await api_->usage(std::move(container.id), deadline);
  if (usage && !own_network) {
    usage->network_received.reset();
    usage->network_sent.reset();
  }
  co_return usage;
}

asio::awaitable<void> DockerProbe::watch(Watcher& watcher) {
  while (engine_ == nullptr) co_await clock_.sleep_until(clock_.now() + for_ever);
  co_await engine_->follow(ledger_, [this, &watcher] { tell(watcher); });
}

void DockerProbe::tell(Watcher& watcher) {
  for (Occurrence& occurrence : ledger_.drain(clock_.now())) {
    watcher.occurred(std::move(occurrence));
  }
  for (const docker::Replaced& one : ledger_.drain_replaced()) {
    if (!settings_.notice) continue;
    watcher.replaced({.before = docker::version_of(one.before),
                      .after = docker::version_of(one.after),
                      .at = one.after.created_at});
  }
  std::string state = engine_->is_live() ? fingerprint(ledger_.containers()) : "away";
  if (state == told_state_) return;
  told_state_ = std::move(state);
  watcher.look_now();
}

std::vector<Detail> DockerProbe::details() const {
  std::vector<Detail> details{{"engine", printable(address_.host, 200)}};
  if (api_ && !api_->version().empty()) details.push_back({"api version", api_->version()});
  details.push_back({"looks for", to_string(settings_.selector)});
  for (const Container& container : seen_) {
    const std::string name = "container " + printable(container.name, 100);
    details.push_back({name, state_of(container)});
    details.push_back({name + " id", printable(container.id.substr(0, 12), 12)});
    details.push_back({name + " image", printable(container.image, 200)});
    details.push_back({name + " restarts", std::to_string(container.restart_count)});
    if (container.started_at > Instant{}) {
      details.push_back({name + " started", to_rfc3339(container.started_at)});
    }
  }
  if (!source_.empty()) details.push_back({"values from", source_});
  return details;
}

}  // namespace ripcord::probe
