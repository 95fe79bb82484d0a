#include "metrics/metrics.hpp"

#include "metrics/daemon_series.hpp"
#include "metrics/instruments.hpp"
#include "metrics/process.hpp"
#include "metrics/service_series.hpp"
#include "metrics/tally.hpp"

#include <prometheus/text_serializer.h>

#include <utility>

namespace ripcord::metrics {

struct Metrics::State {
  std::string version;
  Instruments observed;
  Tally tally;
  ProcessCollector process;
};

Metrics::Metrics(std::string version) : state_(std::make_unique<State>()) {
  state_->version = std::move(version);
}

Metrics::~Metrics() = default;

ProbeMeter& Metrics::probe(const std::string& service, const std::string& probe) {
  return state_->observed.probe(service, probe);
}

void Metrics::observe_engine_step(Duration took) {
  state_->observed.observe_engine_step(took);
}

void Metrics::restore(const std::vector<Deployment>& past) {
  state_->tally.restore(past);
}

void Metrics::observe(const Event& event, const Effects& effects) {
  state_->tally.observe(event, effects);
}

std::string Metrics::render(const engine::Snapshot& snapshot, const DaemonFigures& figures) const {
  Families families = daemon_series(state_->version, snapshot.blind_since.has_value(), figures);
  append(families, receiver_series(figures.receivers));
  append(families, service_series(snapshot, figures.services));
  append(families, state_->tally.series(snapshot));
  append(families, state_->observed.series(snapshot));
  append(families, state_->process.Collect());
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace ripcord::metrics
