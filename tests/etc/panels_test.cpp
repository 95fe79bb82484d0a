// Every query of the dashboards, asked of a real Prometheus that has scraped a real daemon while
// one deployment succeeded and the next was rolled back.

#include "tests/etc/dashboards.hpp"
#include "tests/integration/canary.hpp"
#include "tests/integration/inbox.hpp"
#include "tests/support/prometheus_server.hpp"
#include "tests/support/real_part.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ripcord::test {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

/// The port of 127.0.0.1 that a daemon says it listens on.
std::uint16_t port_of(const DaemonProcess& daemon) {
  const std::string log = daemon.log();
  const std::string_view before = " and 127.0.0.1:";
  return static_cast<std::uint16_t>(std::stoul(log.substr(log.rfind(before) + before.size())));
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// Asks Prometheus what it knows now: the value of each series, or why it could not be told.
class Asker {
 public:
  explicit Asker(const PrometheusServer& server)
      : server_(fmt::format("http://127.0.0.1:{}", server.port())) {}

  /// The last is the text of the value.
  struct Answer {
    bool succeeded = false;
    std::string said;
    std::vector<std::string> values;
  };

  [[nodiscard]] Answer ask(const std::string& expression) const {
    const Printed printed =
        run_program({"/usr/bin/promtool", "query", "instant", "-o", "json", server_, expression});
    Answer answer{.succeeded = printed.code == 0, .said = printed.out, .values = {}};
    if (!answer.succeeded) return answer;
    const json::value found = json::parse(printed.out);
    for (const json::value& series : found.as_array()) {
      answer.values.emplace_back(series.at("value").at(1).as_string());
    }
    return answer;
  }

 private:
  std::string server_;
};

/// What Grafana would fill in for the shop, with the ranges that fit a test.
std::string filled_in(std::string expression, const std::string& started) {
  const std::vector<std::pair<std::string, std::string>> variables{
      {"$__rate_interval", "2s"},  {"$__range_s", "300"},
      {"$__range", "5m"},          {"$job", ".+"},
      {"$instance", ".+"},         {"$started", started},
      {"$ripcord_service", "shop"}};
  for (const auto& [name, value] : variables) replace_all(expression, name, value);
  return expression;
}

bool is_number(const std::string& value) {
  return value != "NaN";
}

class Panels : public testing::Test {
 protected:
  void SetUp() override {
    RIPCORD_NEEDS(PrometheusServer::is_there(),
                  "Prometheus is not installed (Debian package prometheus)");
  }

  /// Deploys v2 and aborts it, deploys it again, which goes well, and v3, which is bad from its
  /// first stage on.
  static void play(Canary& canary, const Asker& asker) {
    const auto is_scraped = [&] {
      const auto samples = asker.ask("ripcord_probe_samples_total > 25");
      return !samples.values.empty();
    };
    ASSERT_TRUE(eventually(is_scraped)) << canary.daemon.log();
    EXPECT_EQ(canary.deploy().code, 0);
    ASSERT_TRUE(canary.comes_to("baking")) << canary.daemon.log();
    EXPECT_EQ(canary.daemon.ripcord({"abort", "shop", "--reason", "not tonight"}).code, 0);
    ASSERT_EQ(canary.end(), "aborted") << canary.daemon.log();
    const auto saw_it_aborted = [&] {
      const auto phases = asker.ask("ripcord_deployment_phase{phase=\"aborted\"} == 1");
      return !phases.values.empty();
    };
    ASSERT_TRUE(eventually(saw_it_aborted)) << "it must be scraped before the next begins";
    EXPECT_EQ(canary.deploy({"--commit-time", "2026-01-01T00:00:00Z"}).code, 0);
    ASSERT_EQ(canary.end(), "succeeded") << canary.daemon.log();
    const auto saw_it_succeed = [&] {
      const auto phases = asker.ask("ripcord_deployment_phase{phase=\"succeeded\"} == 1");
      return !phases.values.empty();
    };
    ASSERT_TRUE(eventually(saw_it_succeed)) << "it must be scraped before the next begins";
    EXPECT_EQ(canary.daemon.ripcord({"deploy", "shop", "--version", "v3"}).code, 0);
    ASSERT_TRUE(canary.comes_to("baking")) << canary.daemon.log();
    canary.turn_bad();
    ASSERT_EQ(canary.end(), "rolled_back") << canary.daemon.log();
    const auto knows_the_end = [&] {
      const auto recoveries = asker.ask("ripcord_recovery_seconds_count{part=\"total\"} == 1");
      const auto rolled_back = asker.ask("ripcord_deployment_phase{phase=\"rolled_back\"} == 1");
      return !recoveries.values.empty() && !rolled_back.values.empty();
    };
    ASSERT_TRUE(eventually(knows_the_end));
  }
};

TEST_F(Panels, ShowSomethingAfterAPlayedDeployment) {
  const Inbox inbox;
  Canary canary({50, 100},
                fmt::format("[notify.ops]\ntype = \"webhook\"\nurl = \"{}\"\n", inbox.url()));
  canary.start();
  const PrometheusServer prometheus({port_of(canary.daemon)}, 250ms);
  const Asker asker(prometheus);
  play(canary, asker);
  const Asker::Answer started = asker.ask("max(ripcord_deployment_started_timestamp_seconds)");
  ASSERT_EQ(started.values.size(), 1U) << started.said;

  std::size_t asked = 0;
  for (const std::string& file : dashboard_files()) {
    const json::object dashboard = read_dashboard(file);
    std::vector<Query> queries = queries_of(dashboard);
    for (Query& query : variable_queries_of(dashboard)) queries.push_back(std::move(query));
    for (const Query& query : queries) {
      std::string expression = filled_in(query.expression, started.values.front());
      // Annotations are asked for the whole time that is shown.
      if (query.place.starts_with("annotation")) {
        expression = fmt::format("max_over_time(({})[5m:250ms])", expression);
      }
      const Asker::Answer answer = asker.ask(expression);
      EXPECT_TRUE(answer.succeeded) << file << ", " << query.place << ": " << answer.said;
      EXPECT_TRUE(std::ranges::any_of(answer.values, is_number))
          << file << ", " << query.place << " shows nothing: " << expression << "\n"
          << answer.said;
      ++asked;
    }
  }
  EXPECT_GT(asked, 50U);
}

}  // namespace
}  // namespace ripcord::test
