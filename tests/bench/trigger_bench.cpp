#include "evaluate/trigger.hpp"
#include "model/sample.hpp"
#include "tests/bench/allocations.hpp"

#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// What one sample costs a trigger in the steady state, and how much memory it takes: of the kinds
// of the built-in set and the others, at an interval of 1 s.
//
//   ns       one sample and the finding after it (the time of the row)
//   allocs   allocations a sample
//   bytes    the trigger with all that it has allocated

namespace ripcord::evaluate {
namespace {

using namespace std::chrono_literals;
using bench::allocated;
using bench::allocations;

constexpr ProbeTiming every_second{
    .interval = 1s, .retry_interval = 1s, .timeout = 1s, .stale_after = 3s};

enum class Health : std::uint8_t { good, bad };

/// One sample a second with everything that any kind looks at, as good or as bad as told.
class Life {
 public:
  explicit Life(Health health) : is_bad_(health == Health::bad) {
    sample_.readings = {{.value = 0, .number = 0}, {.value = 1, .number = 0}, {.value = 2}};
    sample_.outcome = is_bad_ ? Outcome::bad : Outcome::good;
    sample_.reason = is_bad_ ? "status 500, expected 200-299" : "";
    sample_.connection_lost = is_bad_;
    sample_.latency_kind = LatencyKind::measured;
    sample_.latency = is_bad_ ? 700ms : 3ms;
  }

  const Sample& next() {
    ++seconds_;
    sample_.taken_at += 1s;
    sample_.readings[0].number += 100;
    sample_.readings[1].number += is_bad_ ? 20 : 1;
    sample_.readings[2].number = (is_bad_ ? 500 : 90) + static_cast<double>(seconds_ * 7 % 21);
    return sample_;
  }

 private:
  bool is_bad_;
  Sample sample_;
  std::int64_t seconds_ = 0;
};

Baseline around_100() {
  Baseline baseline{.count = 1800, .mean = 100, .quantiles = {}, .sample = {}};
  for (int i = 0; i < 256; ++i) baseline.sample.push_back(90 + i * 20 / 256.0);
  return baseline;
}

void take_one_sample(benchmark::State& state, const Rule& rule, Health health) {
  const Baseline baseline = around_100();
  Life life(health);
  const std::size_t before = allocated;
  Trigger trigger(rule, every_second);
  trigger.arm(baseline);
  for (int i = 0; i < 10'000; ++i) trigger.take(life.next());
  const std::size_t bytes = sizeof(Trigger) + allocated - before;
  const std::size_t warm = allocations;
  for (auto _ : state) {
    const Sample& sample = life.next();
    trigger.take(sample);
    benchmark::DoNotOptimize(trigger.finding(sample.ended_at()));
  }
  state.counters["allocs"] = benchmark::Counter(static_cast<double>(allocations - warm),
                                                benchmark::Counter::kAvgIterations);
  state.counters["bytes"] = static_cast<double>(bytes);
}

void take_one_occurrence(benchmark::State& state) {
  Trigger trigger(Occurrences{}, every_second);
  Occurrence restart{.at = Instant{}, .kind = 0, .count = 1, .note = "exit code 137"};
  trigger.take(restart);
  const std::size_t warm = allocations;
  for (auto _ : state) {
    restart.at += 1s;
    trigger.take(restart);
    benchmark::DoNotOptimize(trigger.finding(restart.at));
  }
  state.counters["allocs"] = benchmark::Counter(static_cast<double>(allocations - warm),
                                                benchmark::Counter::kAvgIterations);
}
BENCHMARK(take_one_occurrence);

struct Kind {
  std::string name;
  Rule rule;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"consecutive_failures", ConsecutiveFailures{}},
      {"error_ratio", ErrorRatio{.counters = CounterPlaces{.total = 0, .errors = 1}}},
      {"connection_lost", ConnectionLost{}},
      {"latency", Latency{}},
      {"occurrences", Occurrences{}},
      {"value", Value{.value = 2, .limit = 400}},
      {"regression_of_mean", Regression{.value = 2}},
      {"regression_of_p95", Regression{.value = 2, .quantile = 0.95}},
  };
  return all;
}

/// One row for each kind and state of health.
const bool registered = [] {
  for (const Kind& kind : kinds()) {
    for (const auto& [word, health] :
         {std::pair("good", Health::good), std::pair("bad", Health::bad)}) {
      benchmark::RegisterBenchmark(
          (kind.name + "/" + word).c_str(),
          [kind, health](benchmark::State& state) { take_one_sample(state, kind.rule, health); });
    }
  }
  return true;
}();

}  // namespace
}  // namespace ripcord::evaluate
