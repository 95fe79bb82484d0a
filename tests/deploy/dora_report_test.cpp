#include "deploy/dora_report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Instant noon = parse_instant("2026-11-30T00:00:00Z").value();

DoraInput ended(Ending ending, Duration before_noon) {
  DoraInput input;
  input.ending = ending;
  input.ended_at = noon - before_noon;
  input.started_at = input.ended_at - 20min;
  input.deployed_at = input.ended_at - 15min;
  return input;
}

DoraInput recovered(Duration before_noon, Duration length) {
  DoraInput input = ended(Ending::rolled_back, before_noon);
  input.tripped_at = input.ended_at - length;
  return input;
}

DoraLine line(const std::vector<DoraInput>& inputs, std::string_view name) {
  const DoraReport report = dora_report(inputs, noon - days(60), days(14), noon);
  return *std::ranges::find(report.lines, name, &DoraLine::name);
}

TEST(DoraReport, HasTheTargetsOfTheProcess) {
  EXPECT_EQ(line({}, "deployment_frequency").target, "1–2 a week");
  EXPECT_EQ(line({}, "lead_time").target, "< 1d");
  EXPECT_EQ(line({}, "change_failure_rate").target, "< 15 %");
  EXPECT_EQ(line({}, "recovery_time").target, "< 15m");
  EXPECT_EQ(line({}, "deployment_time").target, "< 10m");
  EXPECT_EQ(line({}, "recovery_act").target, "");
}

TEST(DoraReport, HasNoFigureWithoutASample) {
  for (const DoraLine& each : dora_report({}, noon - days(60), days(14), noon).lines) {
    EXPECT_EQ(each.samples, 0) << each.name;
    EXPECT_EQ(each.trend, each.name == "deployment_frequency" ? Trend::same : Trend::no_data);
    if (each.name == "deployment_frequency") continue;  // that nothing was deployed is known
    EXPECT_EQ(each.current, std::nullopt) << each.name;
    EXPECT_EQ(each.standing, Standing::no_data) << each.name;
  }
  EXPECT_EQ(line({}, "deployment_frequency").current, 0);
  EXPECT_EQ(line({}, "deployment_frequency").standing, Standing::missed);
}

TEST(DoraReport, KnowsNothingOfATimeWithoutHistory) {
  const DoraReport report = dora_report({}, std::nullopt, days(14), noon);
  EXPECT_EQ(report.from, noon);
  for (const DoraLine& each : report.lines) {
    EXPECT_EQ(each.current, std::nullopt) << each.name;
    EXPECT_EQ(each.standing, Standing::no_data) << each.name;
  }
}

TEST(DoraReport, ComparesWithThePeriodBefore) {
  const auto trend = [](Duration now, Duration before) {
    return line({recovered(days(3), now), recovered(days(17), before)}, "recovery_time").trend;
  };
  EXPECT_EQ(trend(5min, 6min), Trend::better);
  EXPECT_EQ(trend(5min, 5min), Trend::same);
  EXPECT_EQ(trend(7min, 6min), Trend::worse);
  EXPECT_EQ(line({recovered(days(3), 1min)}, "recovery_time").trend, Trend::no_data);
}

TEST(DoraReport, TakesMoreDeploymentsForBetter) {
  std::vector<DoraInput> inputs{ended(Ending::succeeded, days(3)),
                                ended(Ending::succeeded, days(9)),
                                ended(Ending::succeeded, days(17))};
  EXPECT_EQ(line(inputs, "deployment_frequency").current, 1);
  EXPECT_EQ(line(inputs, "deployment_frequency").before, 0);
  EXPECT_EQ(line(inputs, "deployment_frequency").trend, Trend::better);
}

TEST(DoraReport, MakesNoNumberOfARollbackThatFailed) {
  const std::vector<DoraInput> inputs{ended(Ending::rollback_failed, days(3))};
  const DoraLine recovery = line(inputs, "recovery_time");
  EXPECT_EQ(recovery.current, std::nullopt);
  EXPECT_EQ(recovery.samples, 1);
  EXPECT_EQ(recovery.standing, Standing::missed);
}

}  // namespace
}  // namespace ripcord::deploy
