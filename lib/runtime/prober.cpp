#include "runtime/prober.hpp"

#include "net/before.hpp"

#include <fmt/format.h>

#include <algorithm>
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

void EarlyCall::make() {
  stands_ = true;
  made_.notify();
}

boost::asio::awaitable<void> EarlyCall::wait_until(net::Clock& clock, Instant due) {
  if (!stands_) (void)co_await net::before(clock, due, made_.wait());
  stands_ = false;
}

boost::asio::awaitable<void> run_prober(net::Clock& clock, probe::Probe& probe, ProbeTiming timing,
                                        Instant first, SampleSink sink, EarlyCall* early_call) {
  Instant due = first;
  std::uint64_t skipped = 0;
  for (;;) {
    if (early_call == nullptr) {
      co_await clock.sleep_until(due);
    } else {
      co_await early_call->wait_until(clock, due);
    }
    const Duration late = std::max(clock.now() - due, Duration{});
    Sample sample = co_await probe.take();
    distrust_when_late(sample, timing);
    const bool is_bad = sample.outcome == Outcome::bad;
    const Duration step = is_bad ? timing.retry_interval : timing.interval;
    sink(std::move(sample), {.late = late, .skipped = skipped});

    if (clock.now() < due) {  // it was called early
      if (is_bad) due = std::min(due, clock.now() + step);
      continue;
    }
    const auto missed = (clock.now() - due) / step;
    skipped = static_cast<std::uint64_t>(missed);
    due += (missed + 1) * step;
  }
}

}  // namespace ripcord::runtime
