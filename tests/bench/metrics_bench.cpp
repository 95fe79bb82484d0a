#include "metrics/gzip.hpp"
#include "metrics/metrics.hpp"

#include <benchmark/benchmark.h>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

// What one scrape costs, and what one observation costs the loop.
namespace ripcord::metrics {
namespace {

using namespace std::chrono_literals;

constexpr int probes_per_service = 10;

/// Services of ten probes and ten triggers each.
engine::Snapshot snapshot_of(std::int64_t probes) {
  engine::Snapshot snapshot;
  for (std::int64_t i = 0; i < probes / probes_per_service; ++i) {
    engine::ServiceSnapshot& service = snapshot.services.emplace_back();
    service.name = "service-" + std::to_string(i);
    for (int j = 0; j < probes_per_service; ++j) {
      service.probes.emplace_back().name = "probe-" + std::to_string(j);
      service.triggers.emplace_back().name = "trigger-" + std::to_string(j);
    }
  }
  return snapshot;
}

/// As after one round of all probes.
void observe_all(Metrics& metrics, const engine::Snapshot& snapshot) {
  for (const auto& service : snapshot.services) {
    for (const auto& probe : service.probes) {
      metrics.probe(service.name, probe.name).observe(3ms, 10us);
    }
  }
}

std::size_t series_in(const std::string& text) {
  std::size_t series = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    if (text[at] != '#') ++series;
  }
  return series;
}

void render_one_scrape(benchmark::State& state) {
  const engine::Snapshot snapshot = snapshot_of(state.range(0));
  Metrics metrics("1.2.3");
  observe_all(metrics, snapshot);
  std::string text;
  for (auto _ : state) text = metrics.render(snapshot, {});
  state.counters["bytes"] = static_cast<double>(text.size());
  state.counters["series"] = static_cast<double>(series_in(text));
}
BENCHMARK(render_one_scrape)->Arg(100)->Arg(330)->Arg(10'000)->Unit(benchmark::kMillisecond);

void gzip_one_scrape(benchmark::State& state) {
  const engine::Snapshot snapshot = snapshot_of(state.range(0));
  Metrics metrics("1.2.3");
  observe_all(metrics, snapshot);
  const std::string text = metrics.render(snapshot, {});
  std::size_t bytes = 0;
  for (auto _ : state) bytes = gzip(text).size();
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(gzip_one_scrape)->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond);

void observe_every_probe_once(benchmark::State& state) {
  const engine::Snapshot snapshot = snapshot_of(state.range(0));
  Metrics metrics("1.2.3");
  for (auto _ : state) observe_all(metrics, snapshot);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(observe_every_probe_once)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace ripcord::metrics
