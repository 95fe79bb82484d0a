#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace ripcord::test {

/// A query of a dashboard, as it stands in the file.
struct Query {
  std::string place;  ///< `"panel Latency"`, `"annotation Deployment started"`
  std::string expression;
};

/// The paths of the dashboards, from the root of the repository.
[[nodiscard]] std::vector<std::string> dashboard_files();
[[nodiscard]] boost::json::object read_dashboard(const std::string& path);

/// The panels that show something: all but rows.
[[nodiscard]] std::vector<boost::json::object> panels_of(const boost::json::object& dashboard);
/// The queries of every panel and every annotation.
[[nodiscard]] std::vector<Query> queries_of(const boost::json::object& dashboard);
/// What each variable that asks Prometheus asks it, without `label_values()` and `query_result()`.
[[nodiscard]] std::vector<Query> variable_queries_of(const boost::json::object& dashboard);

/// What the rules of Grafana's dashboard-linter (https://github.com/grafana/dashboard-linter) have
/// to say about a dashboard: `"rule: place: what is wrong"`, a line each; nothing when it keeps
/// them. Whether a query is valid PromQL a real Prometheus says (panels_test.cpp).
[[nodiscard]] std::vector<std::string> lint(const boost::json::object& dashboard);

}  // namespace ripcord::test
