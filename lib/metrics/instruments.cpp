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

constexpr Metric probe_beats_skipped{
    "ripcord_probe_beats_skipped_total",
    "Samples that were left out because the one before had not ended.",
    prometheus::MetricType::Counter};
constexpr Metric docker_up{
    "ripcord_docker_up",
    "Whether the Docker engine told the last sample of a probe what it asked (1) or not (0)."};
constexpr Metric postgres_up{
    "ripcord_postgres_up",
    "Whether the last sample of a probe could use the database (1) or not (0)."};

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

/// An engine that is away makes a sample unknown: what the containers do is not known then.
bool tells(const engine::ProbeSnapshot& probe) {
  return probe.last && probe.last->outcome != Outcome::unknown;
}

bool is_good(const engine::ProbeSnapshot& probe) {
  return probe.last && probe.last->outcome == Outcome::good;
}

double as_number(bool holds) {
  return holds ? 1 : 0;
}

/// What is observed of probes.
struct ProbeFamilies {
  Family durations = family_of(probe_duration);
  Family latenesses = family_of(probe_lateness);
  Family skipped = family_of(probe_beats_skipped);
  Family dockers = family_of(docker_up);
  Family databases = family_of(postgres_up);

  void take(const engine::ProbeSnapshot& probe, const ProbeMeter& meter, const Labels& labels) {
    add(durations, labels, meter.took());
    add(latenesses, labels, meter.late());
    add(skipped, labels, static_cast<double>(meter.skipped()));
    if (meter.peer() == Peer::docker) add(dockers, labels, as_number(tells(probe)));
    if (meter.peer() == Peer::postgres) add(databases, labels, as_number(is_good(probe)));
  }
};

}  // namespace

ProbeMeter::ProbeMeter() : took_(probe_buckets()) {}

void ProbeMeter::observe(Duration took, Duration late, std::uint64_t skipped) {
  took_.Observe(seconds_from_zero(took));
  skipped_.fetch_add(skipped, std::memory_order_relaxed);
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
  ProbeFamilies probes;
  for (const auto& service : snapshot.services) {
    const auto of_service = label("ripcord_service", service.name);
    const std::vector<const ProbeMeter*> observed = meters(service);
    for (std::size_t i = 0; i < observed.size(); ++i) {
      const engine::ProbeSnapshot& probe = service.probes[i];
      probes.take(probe, *observed[i], {of_service, label("probe", probe.name)});
    }
  }
  Family steps = family_of(engine_step_duration);
  add(steps, {}, engine_steps_.Collect());
  Families families;
  for (Family* family : {&probes.durations, &probes.latenesses, &probes.skipped, &probes.dockers,
                         &probes.databases, &steps}) {
    families.push_back(std::move(*family));
  }
  return families;
}

std::vector<const ProbeMeter*> Instruments::meters(const engine::ServiceSnapshot& service) const {
  static const ProbeMeter nothing;
  std::vector<const ProbeMeter*> found(service.probes.size(), &nothing);
  const std::scoped_lock lock(mutex_);
  const auto probes = services_.find(service.name);
  if (probes == services_.end()) return found;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto meter = probes->second.find(service.probes[i].name);
    if (meter != probes->second.end()) found[i] = &meter->second;
  }
  return found;
}

}  // namespace ripcord::metrics
