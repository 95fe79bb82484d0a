#include "tests/etc/dashboards.hpp"
#include "tests/etc/promql.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace ripcord::test {
namespace {

namespace json = boost::json;

/// The text at a JSON pointer; empty when there is none.
std::string text_at(const json::value& value, std::string_view pointer) {
  boost::system::error_code error;
  const json::value* found = value.find_pointer(pointer, error);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

bool is_at(const json::value& value, std::string_view pointer, const json::value& wanted) {
  boost::system::error_code error;
  const json::value* found = value.find_pointer(pointer, error);
  return found != nullptr && *found == wanted;
}

/// Gathers what the rules find.
class Linter {
 public:
  explicit Linter(const json::object& dashboard) : dashboard_(dashboard) {}

  std::vector<std::string> lint() && {
    check_dashboard();
    check_variables();
    for (const json::object& panel : panels_of(dashboard_)) check_panel(panel);
    for (const Query& query : queries_of(dashboard_)) check_query(query, true);
    for (const Query& query : variable_queries_of(dashboard_)) check_query(query, false);
    return std::move(found_);
  }

 private:
  void want(bool kept, std::string_view rule, std::string_view place, std::string_view what) {
    if (!kept) found_.push_back(fmt::format("{}: {}: {}", rule, place, what));
  }

  void check_dashboard() {
    const json::value dashboard = dashboard_;
    want(is_at(dashboard, "/editable", false), "template-uneditable-rule", "dashboard",
         "must not be editable");
    const std::size_t uid = text_at(dashboard, "/uid").size();
    want(uid >= 8 && uid <= 40, "dashboard-uid", "dashboard", "has no uid of 8 to 40 letters");
    want(!text_at(dashboard, "/title").empty(), "dashboard-title", "dashboard", "has no title");
  }

  void check_variables() {
    std::size_t datasources = 0;
    for (const json::value& variable : dashboard_.at("templating").at("list").as_array()) {
      const std::string name = text_at(variable, "/name");
      if (text_at(variable, "/type") == "datasource") {
        ++datasources;
        want(name == "datasource" && text_at(variable, "/label") == "Data source" &&
                 text_at(variable, "/query") == "prometheus",
             "template-datasource-rule", name, R"(must be "datasource", labelled "Data source")");
      } else {
        want(is_at(variable, "/refresh", 2), "template-on-time-change-reload-rule", name,
             "must be read again when the time range changes");
      }
    }
    want(datasources == 1, "template-datasource-rule", "dashboard", "has not one data source");
    check_required("job", "Job", "template-job-rule");
    check_required("instance", "Instance", "template-instance-rule");
  }

  void check_required(std::string_view name, std::string_view label, std::string_view rule) {
    const json::array& variables = dashboard_.at("templating").at("list").as_array();
    const auto* variable = std::ranges::find_if(
        variables, [&](const json::value& one) { return text_at(one, "/name") == name; });
    if (variable == variables.end()) {
      want(false, rule, name, "is missing");
      return;
    }
    want(text_at(*variable, "/type") == "query", rule, name, "must be a query");
    want(text_at(*variable, "/label") == label, rule, name, "is labelled otherwise");
    want(is_templated(*variable), rule, name, "must use ${datasource}");
    want(is_at(*variable, "/multi", true), rule, name, "must allow several values");
    want(text_at(*variable, "/allValue") == ".+", rule, name, "must have .+ for all");
  }

  void check_panel(const json::value& panel) {
    const std::string title = text_at(panel, "/title");
    want(!title.empty() && !text_at(panel, "/description").empty(), "panel-title-description-rule",
         title, "has no title or no description");
    want(is_templated(panel), "panel-datasource-rule", title, "must use ${datasource}");
    // Those of https://github.com/grafana/grafana/…/valueFormats/categories.ts that are in use
    // here.
    constexpr std::array units{"none",  "short",       "percentunit", "s",
                               "bytes", "bool_yes_no", "dtdurations", "ops"};
    const std::string unit = text_at(panel, "/fieldConfig/defaults/unit");
    want(std::ranges::find(units, unit) != units.end(), "panel-units-rule", title,
         "has no unit or an unknown one");
    boost::system::error_code error;
    const json::value* targets = panel.find_pointer("/targets", error);
    const bool has_targets = targets != nullptr && !targets->as_array().empty();
    want(has_targets, "panel-no-targets-rule", title, "asks for nothing");
    if (!has_targets) return;
    for (const json::value& target : targets->as_array()) {
      want(is_templated(target), "panel-datasource-rule", title, "a target must use ${datasource}");
    }
  }

  /// `all`: of a panel or an annotation, not of a variable, which may be asked before the others.
  void check_query(const Query& query, bool all) {
    const std::vector<Selector> selectors = selectors_in(query.expression);
    want(!selectors.empty(), "target-promql-rule", query.place, "selects nothing");
    for (const Selector& selector : selectors) {
      if (all) check_matchers(query, selector);
      const bool is_rate = selector.function == "rate" || selector.function == "irate";
      want(!is_rate || selector.range == "$__rate_interval", "target-rate-interval-rule",
           query.place, selector.metric + " must be rated over $__rate_interval");
      const bool is_counter =
          selector.metric.ends_with("_total") || selector.metric.ends_with("_bucket") ||
          selector.metric.ends_with("_count") || selector.metric.ends_with("_sum");
      want(!is_counter || is_rate || selector.function == "increase" || !all,
           "target-counter-agg-rule", query.place,
           selector.metric + " is a counter: only its rate or increase means something");
    }
  }

  void check_matchers(const Query& query, const Selector& selector) {
    for (const std::string_view name : {"job", "instance"}) {
      want(selector.matchers.find(fmt::format("{0}=~\"${0}\"", name)) != std::string::npos,
           fmt::format("target-{}-rule", name), query.place,
           fmt::format("{} does not match ${}", selector.metric, name));
    }
  }

  static bool is_templated(const json::value& value) {
    return text_at(value, "/datasource/uid") == "${datasource}";
  }

  const json::object& dashboard_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> lint(const json::object& dashboard) {
  return Linter(dashboard).lint();
}

}  // namespace ripcord::test
