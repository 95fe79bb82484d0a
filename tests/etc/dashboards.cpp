#include "tests/etc/dashboards.hpp"

#include "tests/etc/promql.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace ripcord::test {

namespace json = boost::json;

namespace {

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

/// The argument of `label_values(QUERY, label)` or `query_result(QUERY)`.
std::string asked_in(const std::string& query) {
  const std::size_t begin = query.find('(') + 1;
  const bool has_label = query.starts_with("label_values");
  const std::size_t end = has_label ? query.rfind(',') : query.rfind(')');
  return query.substr(begin, end - begin);
}

}  // namespace

std::vector<std::string> dashboard_files() {
  std::vector<std::string> files;
  const std::string folder = "etc/grafana/dashboards/";
  for (const auto& entry : std::filesystem::directory_iterator(RIPCORD_SOURCE_DIR "/" + folder)) {
    files.push_back(folder + entry.path().filename().string());
  }
  std::ranges::sort(files);
  return files;
}

json::object read_dashboard(const std::string& path) {
  return json::parse(read_source(path)).as_object();
}

std::vector<json::object> panels_of(const json::object& dashboard) {
  std::vector<json::object> panels;
  for (const json::value& panel : dashboard.at("panels").as_array()) {
    if (text_of(panel.as_object(), "type") != "row") panels.push_back(panel.as_object());
  }
  return panels;
}

std::vector<Query> queries_of(const json::object& dashboard) {
  std::vector<Query> queries;
  for (const json::object& panel : panels_of(dashboard)) {
    const json::value* targets = panel.if_contains("targets");
    if (targets == nullptr) continue;
    for (const json::value& target : targets->as_array()) {
      queries.push_back({.place = "panel " + text_of(panel, "title"),
                         .expression = text_of(target.as_object(), "expr")});
    }
  }
  for (const json::value& value : dashboard.at("annotations").at("list").as_array()) {
    const json::object& annotation = value.as_object();
    queries.push_back({.place = "annotation " + text_of(annotation, "name"),
                       .expression = text_of(annotation, "expr")});
  }
  return queries;
}

std::vector<Query> variable_queries_of(const json::object& dashboard) {
  std::vector<Query> queries;
  for (const json::value& value : dashboard.at("templating").at("list").as_array()) {
    const json::object& variable = value.as_object();
    if (text_of(variable, "type") != "query") continue;
    queries.push_back({.place = "variable " + text_of(variable, "name"),
                       .expression = asked_in(text_of(variable, "definition"))});
  }
  return queries;
}

}  // namespace ripcord::test
