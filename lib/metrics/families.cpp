#include "metrics/families.hpp"

#include "base/contract.hpp"
#include "base/text.hpp"

#include <chrono>
#include <iterator>
#include <utility>

namespace ripcord::metrics {
namespace {

constexpr std::size_t label_bytes_max = 200;

}  // namespace

prometheus::ClientMetric::Label label(const char* name, std::string_view value) {
  return {name, printable(value, label_bytes_max)};
}

Family family_of(const Metric& metric) {
  return {metric.name, metric.help, metric.type, {}};
}

void add(Family& family, const Labels& labels, double value) {
  prometheus::ClientMetric& series = family.metric.emplace_back();
  series.label = labels;
  const bool is_counter = family.type == prometheus::MetricType::Counter;
  RIPCORD_CONTRACT(is_counter || family.type == prometheus::MetricType::Gauge);
  if (is_counter) {
    series.counter.value = value;
  } else {
    series.gauge.value = value;
  }
}

void add(Family& family, const Labels& labels, prometheus::ClientMetric histogram) {
  RIPCORD_CONTRACT(family.type == prometheus::MetricType::Histogram);
  histogram.label = labels;
  family.metric.push_back(std::move(histogram));
}

void add_state_set(Family& family, const Labels& labels, const char* label_name,
                   const std::vector<std::string_view>& states, std::string_view current) {
  Labels with_state = labels;
  with_state.push_back({label_name, ""});
  for (const std::string_view state : states) {
    with_state.back().value = state;
    add(family, with_state, state == current ? 1 : 0);
  }
}

void append(Families& families, Families more) {
  families.insert(families.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double seconds(Instant instant) {
  return seconds(instant.time_since_epoch());
}

}  // namespace ripcord::metrics
