#pragma once

#include "base/time.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>

#include <string>
#include <string_view>
#include <vector>

// The vocabulary in which the sources of this module make their series; nobody else includes it.
namespace ripcord::metrics {

using Family = prometheus::MetricFamily;
using Families = std::vector<Family>;
using Labels = std::vector<prometheus::ClientMetric::Label>;

/// One metric of docs/metrics.md. `help` is a constant of ours, because prometheus-cpp writes it
/// unescaped: a line end in it would break the whole scrape.
struct Metric {
  const char* name = "";
  const char* help = "";
  prometheus::MetricType type = prometheus::MetricType::Gauge;
};

/// A metric that is read off one field of a T.
template <class T>
struct Figure {
  Metric metric;
  double (*of)(const T&) = nullptr;
};

/// A label that no text can break: prometheus-cpp escapes quotes and line ends, but does not see to
/// valid UTF-8.
[[nodiscard]] prometheus::ClientMetric::Label label(const char* name, std::string_view value);

/// The family of `metric`, with no series yet.
[[nodiscard]] Family family_of(const Metric& metric);

/// Adds one series to a family of gauges or of counters.
void add(Family& family, const Labels& labels, double value);
/// Adds one series to a family of histograms.
void add(Family& family, const Labels& labels, prometheus::ClientMetric histogram);

/// Adds one series for each name in `states`: 1 for the one that is `current`, 0 for the others.
void add_state_set(Family& family, const Labels& labels, const char* label_name,
                   const std::vector<std::string_view>& states, std::string_view current);

void append(Families& families, Families more);

[[nodiscard]] double seconds(Duration duration);
[[nodiscard]] double seconds(Instant instant);  ///< since the epoch

}  // namespace ripcord::metrics
