#include "tests/etc/dashboards.hpp"

#include "tests/etc/promql.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>

// The dashboards of etc/grafana keep the rules of Grafana's linter, and name metrics that there
// are.
namespace ripcord::test {
namespace {

namespace json = boost::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Dashboards, KeepTheRulesOfGrafanasLinter) {
  ASSERT_THAT(dashboard_files(), SizeIs(2));
  for (const std::string& file : dashboard_files()) {
    EXPECT_THAT(lint(read_dashboard(file)), IsEmpty()) << file;
  }
}

TEST(Dashboards, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  std::size_t panels = 0;
  for (const std::string& file : dashboard_files()) {
    const json::object dashboard = read_dashboard(file);
    EXPECT_TRUE(names.insert(json::serialize(dashboard.at("uid"))).second) << file;
    EXPECT_TRUE(names.insert(json::serialize(dashboard.at("title"))).second) << file;
    std::set<std::string> ids;
    for (const json::value& panel : dashboard.at("panels").as_array()) {
      const std::string id = json::serialize(panel.at("id"));
      EXPECT_TRUE(ids.insert(id).second) << file << ": panel " << id;
      ++panels;
    }
  }
  EXPECT_GT(panels, 30U);
}

TEST(Dashboards, NameOnlyMetricsThatAreDocumented) {
  const std::set<std::string> known = documented_metrics();
  for (const std::string& file : dashboard_files()) {
    const json::object dashboard = read_dashboard(file);
    auto queries = queries_of(dashboard);
    for (Query& query : variable_queries_of(dashboard)) queries.push_back(std::move(query));
    for (const Query& query : queries) {
      for (const Selector& selector : selectors_in(query.expression)) {
        EXPECT_THAT(known, Contains(selector.metric)) << file << ", " << query.place;
      }
    }
  }
}

/// What the linter says once a dashboard was spoilt.
std::vector<std::string> said_after(const std::function<void(json::object&)>& spoil) {
  json::object dashboard = read_dashboard("etc/grafana/dashboards/dora.json");
  spoil(dashboard);
  return lint(dashboard);
}

json::object& first_panel(json::object& dashboard) {
  for (json::value& panel : dashboard.at("panels").as_array()) {
    if (panel.at("type") != "row") return panel.as_object();
  }
  throw std::runtime_error("no panel");
}

/// What the linter says about one query in the place of a panel's.
std::vector<std::string> said_about(const std::string& expression) {
  return said_after([&](json::object& dashboard) {
    first_panel(dashboard).at("targets").as_array().front().at("expr") = expression;
  });
}

TEST(TheLinter, FindsAMissingOrStrangeVariable) {
  const auto without = [](std::size_t place) {
    return said_after([place](json::object& dashboard) {
      json::array& variables = dashboard.at("templating").at("list").as_array();
      variables.erase(variables.begin() + static_cast<std::ptrdiff_t>(place));
    });
  };
  EXPECT_THAT(without(0), Contains(HasSubstr("template-datasource-rule")));
  EXPECT_THAT(without(1), ElementsAre("template-job-rule: job: is missing"));
  EXPECT_THAT(without(2), ElementsAre("template-instance-rule: instance: is missing"));
  const auto with = [](std::size_t place, const char* key, json::value value) {
    return said_after([&](json::object& dashboard) {
      dashboard.at("templating").at("list").at(place).as_object()[key] = value;
    });
  };
  EXPECT_THAT(with(0, "label", "Source"), SizeIs(1));
  EXPECT_THAT(with(1, "multi", false), ElementsAre(HasSubstr("must allow several values")));
  EXPECT_THAT(with(1, "allValue", ".*"), ElementsAre(HasSubstr("must have .+ for all")));
  EXPECT_THAT(with(2, "refresh", 1), ElementsAre(HasSubstr("template-on-time-change-reload")));
  EXPECT_THAT(with(2, "datasource", "x"), ElementsAre(HasSubstr("must use ${datasource}")));
}

TEST(TheLinter, FindsWhatAPanelLacks) {
  const auto with = [](const char* key, json::value value) {
    return said_after([&](json::object& dashboard) { first_panel(dashboard)[key] = value; });
  };
  EXPECT_THAT(with("title", ""), ElementsAre(HasSubstr("panel-title-description-rule")));
  EXPECT_THAT(with("description", nullptr), ElementsAre(HasSubstr("panel-title-description-rule")));
  EXPECT_THAT(with("datasource", "mine"), ElementsAre(HasSubstr("panel-datasource-rule")));
  EXPECT_THAT(with("fieldConfig", json::object()), ElementsAre(HasSubstr("panel-units-rule")));
  EXPECT_THAT(with("targets", json::array()), ElementsAre(HasSubstr("panel-no-targets-rule")));
  EXPECT_THAT(said_after([](json::object& dashboard) { dashboard["editable"] = true; }),
              ElementsAre(HasSubstr("template-uneditable-rule")));
  EXPECT_THAT(said_after([](json::object& dashboard) { dashboard["uid"] = "short"; }),
              ElementsAre(HasSubstr("dashboard-uid")));
}

TEST(TheLinter, FindsWhatIsWrongWithAQuery) {
  const std::string both = R"({job=~"$job", instance=~"$instance"})";
  EXPECT_THAT(said_about("ripcord_blind" + both), IsEmpty());
  EXPECT_THAT(said_about(R"(ripcord_blind{job=~"$job"})"),
              ElementsAre(HasSubstr("target-instance-rule")));
  EXPECT_THAT(said_about(R"(ripcord_blind{instance=~"$instance"})"),
              ElementsAre(HasSubstr("target-job-rule")));
  EXPECT_THAT(said_about("rate(ripcord_rollbacks_total" + both + "[5m])"),
              ElementsAre(HasSubstr("target-rate-interval-rule")));
  EXPECT_THAT(said_about("sum(ripcord_rollbacks_total" + both + ")"),
              ElementsAre(HasSubstr("target-counter-agg-rule")));
  EXPECT_THAT(said_about("1 + 1"), ElementsAre(HasSubstr("target-promql-rule")));
}

TEST(SelectorsIn, AnExpressionAreFoundWithWhatStandsAroundThem) {
  const auto found = selectors_in(
      "sum by (ripcord_service, le) (rate(a_total{x=\"(y\", z=~\"$z\"}[5m] @ $started))\n"
      "/ on (job) group_left (v) b{} > bool 3 or time() - c offset 5m");
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].metric, "a_total");
  EXPECT_EQ(found[0].function, "rate");
  EXPECT_EQ(found[1].metric, "b");
  EXPECT_EQ(found[1].function, "");
  EXPECT_EQ(found[2].metric, "c");
}

}  // namespace
}  // namespace ripcord::test
