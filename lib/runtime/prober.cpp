#include "runtime/prober.hpp"

#include "base/contract.hpp"

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

Prober::Prober(net::Clock& clock, probe::Probe& probe, ProbeTiming timing, net::TaskGroup& tasks,
               std::string name, SampleSink sink)
    : clock_(clock),
      probe_(probe),
      timing_(timing),
      tasks_(tasks),
      name_(std::move(name)),
      sink_(std::move(sink)),
      alarm_(clock.alarms(), [this] { look(); }) {}

void Prober::start(Instant first) {
  RIPCORD_CONTRACT(!is_running_);
  is_running_ = true;
  due_ = first;
  wait();
}

void Prober::stop() {
  is_running_ = false;
  alarm_.unset();
  probe_.cancel();
}

void Prober::look_now() {
  if (!is_running_) return;
  is_called_ = true;
  if (!is_taking_) wait();
}

void Prober::wait() {
  alarm_.set(is_called_ ? clock_.now() : due_);
}

void Prober::look() {
  is_called_ = false;
  is_taking_ = true;
  late_ = std::max(clock_.now() - due_, Duration{});
  if (!probe_.begin([this](Sample sample) { taken(std::move(sample)); })) {
    tasks_.spawn(name_, take());
  }
}

boost::asio::awaitable<void> Prober::take() {
  Sample sample = co_await probe_.take();
  taken(std::move(sample));
}

void Prober::taken(Sample sample) {
  if (!is_running_) return;
  is_taking_ = false;
  distrust_when_late(sample, timing_);
  const bool is_bad = sample.outcome == Outcome::bad;
  const Duration step = is_bad ? timing_.retry_interval : timing_.interval;
  sink_(std::move(sample), {.late = late_, .skipped = std::exchange(skipped_, 0)});

  const Instant now = clock_.now();
  if (now < due_) {  // it was called early
    if (is_bad) due_ = std::min(due_, now + step);
  } else {
    const auto missed = (now - due_) / step;
    skipped_ = static_cast<std::uint64_t>(missed);
    due_ += (missed + 1) * step;
  }
  wait();
}

}  // namespace ripcord::runtime
