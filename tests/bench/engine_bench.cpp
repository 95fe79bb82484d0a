#include "engine/engine.hpp"
#include "tests/bench/allocations.hpp"

#include <fmt/format.h>

#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// What one sample costs the engine in the steady state: one probe a service at an interval of 1 s,
// all services in turn.
//
//   ns       one step (the time of the row)
//   allocs   allocations a step
//   bytes    one service with all that it has allocated (of `built_in`: aim 4 KiB)

namespace ripcord::engine {
namespace {

using namespace std::chrono_literals;
using bench::allocated;
using bench::allocations;

ServiceSettings service(std::size_t number, std::vector<evaluate::Rule> rules) {
  ServiceSettings settings;
  settings.name = fmt::format("service{}", number);
  settings.previous_version = "v1";
  settings.probes.push_back(
      {.name = "ready",
       .timing = {.interval = 1s, .retry_interval = 1s, .timeout = 1s, .stale_after = 3s}});
  for (evaluate::Rule& rule : rules) {
    const std::string name{evaluate::kind_name(rule)};
    settings.triggers.push_back({.name = name, .probe = 0, .rule = std::move(rule)});
  }
  settings.recipe.rollback.push_back({.name = "release"});
  return settings;
}

std::vector<evaluate::Rule> all_seven() {
  using namespace evaluate;
  return {ConsecutiveFailures{}, ErrorRatio{.counters = CounterPlaces{.total = 0, .errors = 1}},
          ConnectionLost{},      Latency{},
          Occurrences{},         Value{.value = 2, .limit = 400},
          Regression{.value = 2}};
}

/// What a service with an HTTP and a database probe gets without a trigger of its own.
std::vector<evaluate::Rule> built_in() {
  using namespace evaluate;
  return {ConsecutiveFailures{}, ErrorRatio{}, ConnectionLost{}, Latency{}};
}

/// So many services, a sample a second each.
class Herd {
 public:
  Herd(std::size_t size, const std::vector<evaluate::Rule>& rules) {
    for (std::size_t i = 0; i < size; ++i) {
      ids_.push_back(engine_.apply(service(i, rules), "configuration"));
    }
    sample_.readings = {{.value = 0, .number = 0}, {.value = 1, .number = 0}, {.value = 2}};
    sample_.outcome = Outcome::good;
    sample_.latency_kind = LatencyKind::measured;
    sample_.latency = 3ms;
    step(TimePassed{});
  }

  void next() {
    if (++place_ == ids_.size()) {
      place_ = 0;
      now_ += 1s;
      sample_.taken_at = now_ - sample_.latency;
      sample_.readings[0].number += 100;
      sample_.readings[1].number += 1;
      sample_.readings[2].number = 90 + static_cast<double>(now_.time_since_epoch() / 1s * 7 % 21);
    }
    taken_.probe.service = ids_[place_];
    taken_.sample = sample_;
    event_ = std::move(taken_);
    step(event_);
    taken_ = std::get<SampleTaken>(std::move(event_));
  }

  /// All that this has allocated, for each service.
  [[nodiscard]] std::size_t bytes() const { return (allocated - before_) / ids_.size(); }

 private:
  void step(const Event& event) { benchmark::DoNotOptimize(engine_.step(now_, event)); }

  std::size_t before_ = allocated;
  Engine engine_;
  std::vector<ServiceId> ids_;
  std::size_t place_ = 0;
  Instant now_ = Instant{} + 1h;
  Sample sample_;
  SampleTaken taken_;
  Event event_ = TimePassed{};
};

void take_samples(benchmark::State& state, const std::vector<evaluate::Rule>& rules) {
  const auto size = static_cast<std::size_t>(state.range(0));
  Herd herd(size, rules);
  for (std::size_t i = 0; i < size * 200; ++i) herd.next();  // until every window is full
  const std::size_t warm = allocations;
  for (auto _ : state) herd.next();
  state.counters["allocs"] = benchmark::Counter(static_cast<double>(allocations - warm),
                                                benchmark::Counter::kAvgIterations);
  state.counters["bytes"] = static_cast<double>(herd.bytes());
}

BENCHMARK_CAPTURE(take_samples, seven_triggers, all_seven())->Arg(1)->Arg(100)->Arg(10'000);
BENCHMARK_CAPTURE(take_samples, built_in, built_in())->Arg(1)->Arg(100);

}  // namespace
}  // namespace ripcord::engine
