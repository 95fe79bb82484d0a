#include "runtime/prober.hpp"

#include <fmt/format.h>

#include <utility>

namespace ripcord::runtime {
namespace {

/// How far a probe may overrun its timeout before we blame ourselves and not the target.
constexpr Duration own_lag_max = std::chrono::seconds(1);

void distrust_when_late(Sample& sample, const ProbeTiming& timing) {
  const Duration excess = sample.latency - timing.timeout;
  if (excess <= own_lag_max) return;
  sample.outcome = Outcome::unknown;
  sample.latency_kind = LatencyKind::none;
  sample.reason =
      fmt::format("this process was stopped for about {} during the probe", for_people(excess));
}

}  // namespace

boost::asio::awaitable<void> run_prober(net::Clock& clock, probe::Probe& probe, ProbeTiming timing,
                                        Instant first, SampleSink sink) {
  Instant due = first;
  std::uint64_t skipped = 0;
  for (;;) {
    co_await clock.sleep_until(due);
    const Duration late = clock.now() - due;
    Sample sample = co_await probe.take();
    distrust_when_late(sample, timing);
    const Duration step = sample.outcome == Outcome::bad ? timing.retry_interval : timing.interval;
    sink(std::move(sample), {.late = late, .skipped = skipped});

    const auto missed = (clock.now() - due) / step;
    skipped = static_cast<std::uint64_t>(missed);
    due += (missed + 1) * step;
  }
}

}  // namespace ripcord::runtime
