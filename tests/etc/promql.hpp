#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::test {

/// One selector of a PromQL expression: `rate(ripcord_x_total{job=~"$job"}[5m])` has one.
struct Selector {
  std::string metric;
  std::string matchers;  ///< between the braces
  std::string range;     ///< between the brackets; empty for an instant
  std::string function;  ///< whose argument it is; empty for none
};

/// The selectors of an expression that is well-formed, in their order. What Grafana fills in later
/// may stand in it.
[[nodiscard]] std::vector<Selector> selectors_in(std::string_view expression);

/// The metrics that docs/metrics.md has, with the three series of each histogram.
[[nodiscard]] std::set<std::string> documented_metrics();

/// All of a file of the repository; a test fails when it is not there.
[[nodiscard]] std::string read_source(const std::string& path);

}  // namespace ripcord::test
