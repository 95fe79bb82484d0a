#include "metrics/instruments.hpp"

#include <algorithm>
#include <utility>

namespace ripcord::metrics {
namespace {

constexpr Metric probe_duration{"ripcord_probe_duration_seconds",
                                "How long one probe took, until its answer or until it gave up.",
                                prometheus::MetricType::Histogram};
constexpr Metric probe_lateness{"ripcord_probe_lateness_seconds",
                                "How long after it was due the last probe began."};
constexpr Metric engine_step_duration{
    "ripcord_engine_step_duration_seconds",
    "How long the engine took to decide about one event, apart from performing its effects.",
    prometheus::MetricType::Histogram};

/// From a health endpoint on the same host to the longest sensible timeout.
std::vector<double> probe_buckets() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

/// A step is pure arithmetic: anything above a millisecond is worth a look.
std::vector<double> step_buckets() {
  return {0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.01, 0.1, 1};
}

/// A clock that is read twice may not run backwards, but a sum that fell would be a reset counter.
double seconds_from_zero(Duration duration) {
  return std::max(0.0, seconds(duration));
}

prometheus::ClientMetric with_labels(prometheus::ClientMetric series, const Labels& labels) {
  series.label = labels;
  return series;
}

}  // namespace

ProbeMeter::ProbeMeter() : took_(probe_buckets()) {}

void ProbeMeter::observe(Duration took, Duration late) {
  took_.Observe(seconds_from_zero(took));
  late_.store(seconds_from_zero(late), std::memory_order_relaxed);
}

Instruments::Instruments() : engine_steps_(step_buckets()) {}

ProbeMeter& Instruments::probe(const std::string& service, const std::string& probe) {
  const std::scoped_lock lock(mutex_);
  return services_[service][probe];
}

void Instruments::observe_engine_step(Duration took) {
  engine_steps_.Observe(seconds_from_zero(took));
}

Families Instruments::series(const engine::Snapshot& snapshot) const {
  static const prometheus::ClientMetric nothing = ProbeMeter().took();

  Family durations = family_of(probe_duration);
  Family latenesses = family_of(probe_lateness);
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& service : snapshot.services) {
      for (const auto& probe : service.probes) {
        const Labels labels{label("ripcord_service", service.name), label("probe", probe.name)};
        const ProbeMeter* observed = find(service.name, probe.name);
        durations.metric.push_back(
            with_labels(observed != nullptr ? observed->took() : nothing, labels));
        add(latenesses, labels, observed != nullptr ? observed->late() : 0);
      }
    }
  }
  Family steps = family_of(engine_step_duration);
  steps.metric.push_back(engine_steps_.Collect());
  return {std::move(durations), std::move(latenesses), std::move(steps)};
}

const ProbeMeter* Instruments::find(const std::string& service, const std::string& probe) const {
  const auto probes = services_.find(service);
  if (probes == services_.end()) return nullptr;
  const auto found = probes->second.find(probe);
  return found == probes->second.end() ? nullptr : &found->second;
}

}  // namespace ripcord::metrics
