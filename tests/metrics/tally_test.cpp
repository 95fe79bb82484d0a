#include "metrics/metrics.hpp"
#include "tests/metrics/exposition_text.hpp"
#include "tests/metrics/snapshots.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

// How deployments went, as a scrape shows it.
namespace ripcord::metrics {
namespace {

using namespace std::chrono_literals;
using test::LabelMap;
using test::noon;
using testing::IsEmpty;

const LabelMap shop{{"ripcord_service", "shop"}};

/// A deployment of the shop that began at noon, whose pipeline took five minutes, and which ended
/// after twenty.
Deployment ended(std::string id, const Phase& phase) {
  Deployment deployment = test::deployment("v2", phase);
  deployment.id = std::move(id);
  deployment.begun_at = noon;
  deployment.deployed_at = noon + 5min;
  deployment.ended_at = noon + 20min;
  return deployment;
}

/// One that tripped ten minutes after its start, thirty seconds after the first bad evidence.
Deployment rolled_back() {
  Deployment deployment = ended("shop-1", RolledBack{});
  deployment.cause = Cause{.trigger = "unhealthy",
                           .reason = "",
                           .by = "ripcord",
                           .at = noon + 10min,
                           .bad_since = noon + 10min - 30s};
  return deployment;
}

RunEnded run_ended(StepId step, Duration from, Duration to) {
  RunResult result;
  result.outcome = RunOutcome::exited;
  result.started_at = noon + from;
  result.ended_at = noon + to;
  return {.deployment = "shop-1", .step = step, .result = result};
}

Effects saved(const Deployment& deployment) {
  return {Save{deployment}};
}

Effects told(const std::string& kind) {
  Record record;
  record.service = "shop";
  record.kind = kind;
  return {record};
}

class TallyTest : public testing::Test {
 protected:
  /// `name` of the shop, an hour after noon.
  double value(const std::string& name, const LabelMap& more = {}) {
    engine::Snapshot snapshot = test::fresh_snapshot();
    snapshot.at = noon + 1h + later_;
    const auto text = test::parse_exposition(metrics_.render(snapshot, {}));
    EXPECT_THAT(text.mistakes, IsEmpty());
    LabelMap labels = shop;
    labels.insert(more.begin(), more.end());
    return text.value(name, labels);
  }
  double recovery(const std::string& part) {
    return value("ripcord_recovery_seconds_sum", {{"part", part}});
  }
  double failure_ratio() { return value("ripcord_change_failure_ratio"); }

  Metrics metrics_{"1.2.3"};
  Duration later_{};
};

TEST_F(TallyTest, MeasuresADeploymentUntilItsVersionIsInPlace) {
  metrics_.observe(TimePassed{}, saved(ended("shop-1", Succeeded{})));
  EXPECT_EQ(value("ripcord_deployment_duration_seconds_sum"), 300);
  EXPECT_EQ(value("ripcord_deployment_duration_seconds_count"), 1);
  EXPECT_EQ(value("ripcord_deployment_duration_seconds_bucket", {{"le", "300"}}), 1);
  EXPECT_EQ(value("ripcord_deployment_duration_seconds_bucket", {{"le", "120"}}), 0);
}

TEST_F(TallyTest, MeasuresTheLeadTimeOfWhatHasSucceeded) {
  Deployment deployment = ended("shop-1", Succeeded{});
  deployment.commit_time = noon - 2h;
  metrics_.observe(TimePassed{}, saved(deployment));
  EXPECT_EQ(value("ripcord_deployment_lead_time_seconds_sum"), 2 * 3600 + 1200);
  Deployment other = rolled_back();
  other.commit_time = noon - 2h;
  metrics_.observe(TimePassed{}, saved(other));
  EXPECT_EQ(value("ripcord_deployment_lead_time_seconds_count"), 1) << "it brought nothing";
}

TEST_F(TallyTest, SplitsARecoveryIntoItsParts) {
  const StepId first{.kind = StepKind::rollback, .index = 0};
  const StepId second{.kind = StepKind::rollback, .index = 1};
  metrics_.observe(run_ended(first, 10min + 2s, 11min), {});
  metrics_.observe(run_ended(second, 11min, 14min), {});
  metrics_.observe(run_ended({.kind = StepKind::verify}, 15min, 16min), saved(rolled_back()));
  EXPECT_EQ(recovery("detect"), 30);
  EXPECT_EQ(recovery("decide"), 2);
  EXPECT_EQ(recovery("act"), 4 * 60 - 2);
  EXPECT_EQ(recovery("verify"), 6 * 60);
  EXPECT_EQ(recovery("total"), 10 * 60);
}

TEST_F(TallyTest, LeavesOutThePartsOfARecoveryThatAreNotKnown) {
  metrics_.observe(TimePassed{}, saved(rolled_back()));
  EXPECT_EQ(value("ripcord_recovery_seconds_count", {{"part", "act"}}), 0);
  EXPECT_EQ(recovery("total"), 10 * 60);
}

TEST_F(TallyTest, ARollbackThatFailedIsNoRecovery) {
  Deployment deployment = rolled_back();
  deployment.phase = RollbackFailed{};
  metrics_.observe(TimePassed{}, saved(deployment));
  EXPECT_EQ(value("ripcord_recovery_seconds_count", {{"part", "total"}}), 0);
  EXPECT_EQ(failure_ratio(), 1);
}

TEST_F(TallyTest, SharesOutTheFailuresOfThePastToo) {
  EXPECT_TRUE(std::isnan(failure_ratio())) << "no change, no share";
  metrics_.restore({ended("a", Succeeded{}), ended("b", Succeeded{}), ended("c", Failed{}),
                    ended("d", Aborted{}), test::deployment("v3", Deploying{})});
  EXPECT_DOUBLE_EQ(failure_ratio(), 1.0 / 3) << "nobody knows how the aborted one would have ended";
  metrics_.observe(TimePassed{}, saved(rolled_back()));
  EXPECT_DOUBLE_EQ(failure_ratio(), 0.5);
  EXPECT_EQ(value("ripcord_deployment_duration_seconds_count"), 1) << "since the daemon's start";
}

TEST_F(TallyTest, ForgetsFailuresAfterNinetyDays) {
  metrics_.restore({ended("a", Failed{})});
  EXPECT_EQ(failure_ratio(), 1);
  later_ = std::chrono::days(90);
  EXPECT_TRUE(std::isnan(failure_ratio()));
}

TEST_F(TallyTest, AManualRollbackMakesWhatItTakesBackAFailure) {
  metrics_.observe(TimePassed{}, saved(ended("shop-0", Succeeded{})));
  EXPECT_EQ(failure_ratio(), 0);
  Deployment manual = rolled_back();
  manual.manual_rollback = true;
  manual.started_at = noon + 30min;
  metrics_.observe(TimePassed{}, saved(manual));
  EXPECT_EQ(failure_ratio(), 1);
  EXPECT_EQ(value("ripcord_deployment_duration_seconds_count"), 1) << "it is no deployment";
}

TEST_F(TallyTest, ADrillCountsNowhere) {
  Deployment drill = rolled_back();
  drill.drill = true;
  metrics_.observe(TimePassed{}, saved(drill));
  EXPECT_TRUE(std::isnan(failure_ratio()));
  EXPECT_EQ(value("ripcord_recovery_seconds_count", {{"part", "total"}}), 0);
  EXPECT_EQ(value("ripcord_deployment_duration_seconds_count"), 0);
}

TEST_F(TallyTest, CountsWhatTheGateSaid) {
  for (const char* kind : {"gate.passed", "gate.refused", "gate.passed", "gate.overridden"}) {
    metrics_.observe(TimePassed{}, told(kind));
  }
  EXPECT_EQ(value("ripcord_gate_checks_total"), 3);
  EXPECT_EQ(value("ripcord_gate_refusals_total"), 1);
  EXPECT_EQ(value("ripcord_gate_overrides_total"), 1);
}

}  // namespace
}  // namespace ripcord::metrics
