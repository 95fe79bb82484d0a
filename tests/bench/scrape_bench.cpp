#include "probe/scrape/exposition.hpp"
#include "probe/scrape/meter.hpp"
#include "tests/bench/allocations.hpp"

#include <fmt/format.h>

#include <array>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What it costs the loop to read an application's metrics.
namespace ripcord::probe::scrape {
namespace {

using namespace std::chrono_literals;

/// So many series, as a web application has them: counters and histograms with three labels.
std::string exposition_of(std::int64_t series) {
  constexpr std::array<std::string_view, 8> bounds{"0.005", "0.01", "0.05", "0.1",
                                                   "0.5",   "1.0",  "5.0",  "+Inf"};
  std::string text = "# TYPE http_requests_total counter\n";
  for (std::int64_t i = 0; i < series / 2; ++i) {
    text += fmt::format(
        "http_requests_total{{method=\"GET\",handler=\"/api/v1/items/{}\",code=\"{}\"}} {}\n", i,
        i % 10 == 0 ? 500 : 200, 1000 + i);
  }
  text += "# TYPE http_request_duration_seconds histogram\n";
  for (std::int64_t i = 0; i < series / 2; ++i) {
    const auto bound = static_cast<std::size_t>(i) % bounds.size();
    text += fmt::format(
        "http_request_duration_seconds_bucket{{method=\"GET\",handler=\"/api/{}\",le=\"{}\"}} "
        "{}.5e2\n",
        i / 8, bounds.at(bound), i);
  }
  return text;
}

class Count : public ExpositionSink {
 public:
  void declared(const Family& /*family*/) override {}
  void sampled(const SeriesSample& sample) override { sum += sample.number; }

  double sum = 0;
};

void report(benchmark::State& state, const std::string& text, std::size_t allocations) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["ns_per_series"] = benchmark::Counter(
      static_cast<double>(state.range(0)) * 1e-9,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["allocations"] = static_cast<double>(allocations);
}

void parse_alone(benchmark::State& state) {
  const std::string text = exposition_of(state.range(0));
  Count count;
  std::size_t allocations = 0;
  for (auto _ : state) {
    ExpositionParser parser(Format::text, count);
    const std::size_t before = bench::allocations;
    benchmark::DoNotOptimize(parser.feed(text));
    allocations = bench::allocations - before;
  }
  report(state, text, allocations);
}
BENCHMARK(parse_alone)->Arg(1000)->Arg(100'000);

/// With requests, errors and a histogram selected, as a scrape probe does.
class Meters : public ExpositionSink {
 public:
  void declared(const Family& family) override {
    for (Meter* meter : all_) meter->declared(family);
  }
  void sampled(const SeriesSample& sample) override {
    for (Meter* meter : all_) meter->sampled(sample, now_);
  }
  void scrape(const std::string& text) {
    now_ += 5s;
    for (Meter* meter : all_) meter->begin();
    ExpositionParser parser(Format::text, *this);
    benchmark::DoNotOptimize(parser.feed(text));
    for (Meter* meter : all_) meter->commit(now_);
    benchmark::DoNotOptimize(latency_.quantile(0.95, 0));
  }

 private:
  static Selector selector(std::string_view text) { return Selector::parse(text).value(); }

  CounterMeter requests_{selector("http_requests_total")};
  CounterMeter errors_{selector("http_requests_total{code=~\"5..\"}")};
  HistogramMeter latency_{selector("http_request_duration_seconds"), {1min}};
  std::vector<Meter*> all_{&requests_, &errors_, &latency_};
  Instant now_;
};

void scrape_with_meters(benchmark::State& state) {
  const std::string text = exposition_of(state.range(0));
  Meters meters;
  for (int i = 0; i < 100; ++i) meters.scrape(text);
  std::size_t allocations = 0;
  for (auto _ : state) {
    const std::size_t before = bench::allocations;
    meters.scrape(text);
    allocations = bench::allocations - before;
  }
  report(state, text, allocations);
}
BENCHMARK(scrape_with_meters)->Arg(1000)->Arg(10'000);

}  // namespace
}  // namespace ripcord::probe::scrape
