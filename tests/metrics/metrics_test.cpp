#include "metrics/metrics.hpp"

#include "tests/metrics/exposition_text.hpp"
#include "tests/metrics/snapshots.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <thread>
#include <vector>

namespace ripcord::metrics {
namespace {

using namespace std::chrono_literals;
using test::busy_snapshot;
using test::Exposition;
using test::fresh_snapshot;
using test::LabelMap;
using test::noon;
using test::parse_exposition;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const LabelMap shop{{"ripcord_service", "shop"}};
const LabelMap ready{{"ripcord_service", "shop"}, {"probe", "ready"}};
const LabelMap unhealthy{{"ripcord_service", "shop"}, {"trigger", "unhealthy"}};

LabelMap with(LabelMap labels, const std::string& name, const std::string& value) {
  labels[name] = value;
  return labels;
}

/// What a scrape shows. Whatever the test is about, the text has to be flawless.
Exposition scrape(const Metrics& metrics, const engine::Snapshot& snapshot,
                  const DaemonFigures& figures = {}) {
  Exposition text = parse_exposition(metrics.render(snapshot, figures));
  EXPECT_THAT(text.mistakes, IsEmpty());
  return text;
}

Exposition scrape(const engine::Snapshot& snapshot, const DaemonFigures& figures = {}) {
  return scrape(Metrics("1.2.3"), snapshot, figures);
}

engine::Snapshot in_phase(const Phase& phase) {
  engine::Snapshot snapshot = fresh_snapshot();
  snapshot.services.front().deployment = test::deployment("v2", phase);
  return snapshot;
}

/// The one value of `label` whose series of the state set is 1.
std::string current_state(const Exposition& text, const std::string& name,
                          const std::string& label) {
  std::vector<std::string> current;
  for (const test::Series& series : text.matching(name)) {
    EXPECT_TRUE(series.value == 0 || series.value == 1) << name;
    if (series.value == 1) current.push_back(series.labels.at(label));
  }
  EXPECT_THAT(current, SizeIs(1)) << name;
  return current.empty() ? "" : current.front();
}

TEST(Metrics, EveryFamilyHasHelpAndType) {
  for (const auto& [name, family] : scrape(busy_snapshot()).families) {
    EXPECT_THAT(family.help, Not(IsEmpty())) << name;
    EXPECT_THAT(family.type, Not(IsEmpty())) << name;
  }
}

TEST(Metrics, EverySeriesExistsBeforeAnythingHasHappened) {
  const Exposition fresh = scrape(fresh_snapshot());
  for (const auto& [name, family] : scrape(busy_snapshot()).families) {
    // There is no version and no value to tell yet.
    if (name == "ripcord_deployment_info" || name == "ripcord_probe_value") continue;
    ASSERT_TRUE(fresh.families.contains(name)) << name;
    EXPECT_THAT(fresh.families.at(name).series, SizeIs(family.series.size())) << name;
  }
}

TEST(Metrics, EveryCounterAndHistogramBeginsAtZero) {
  for (const auto& [name, family] : scrape(fresh_snapshot()).families) {
    if (family.type == "gauge" || name.starts_with("process_")) continue;
    for (const test::Series& series : family.series) EXPECT_EQ(series.value, 0) << series.name;
  }
}

TEST(Metrics, AScrapeWithoutAnyServiceIsStillWhole) {
  EXPECT_EQ(scrape(engine::Snapshot{}).value("ripcord_build_info", {{"version", "1.2.3"}}), 1);
  EXPECT_EQ(scrape(engine::Snapshot{}).value("ripcord_blind", {}), 0);
  engine::Snapshot dark;
  dark.blind_since = Instant{};
  EXPECT_EQ(scrape(dark).value("ripcord_blind", {}), 1);
}

TEST(Metrics, ShowsTheFiguresOfAProbe) {
  const Exposition text = scrape(busy_snapshot());
  EXPECT_EQ(text.value("ripcord_probe_up", ready), 1);
  EXPECT_EQ(text.value("ripcord_probe_samples_total", ready), 100);
  EXPECT_EQ(text.value("ripcord_probe_samples_bad_total", ready), 20);
  EXPECT_EQ(text.value("ripcord_probe_samples_unknown_total", ready), 3);
}

TEST(Metrics, AProbeIsUpOnlyAfterAGoodSample) {
  engine::Snapshot snapshot = fresh_snapshot();
  EXPECT_EQ(scrape(snapshot).value("ripcord_probe_up", ready), 0);
  for (const Outcome outcome : {Outcome::bad, Outcome::unknown}) {
    snapshot.services.front().probes.front().last = test::sample(outcome);
    EXPECT_EQ(scrape(snapshot).value("ripcord_probe_up", ready), 0) << to_string(outcome);
  }
}

TEST(Metrics, ShowsTheFiguresOfATrigger) {
  const Exposition text = scrape(busy_snapshot());
  EXPECT_EQ(text.value("ripcord_trigger_progress_ratio", unhealthy), 0.5);
  EXPECT_EQ(text.value("ripcord_trigger_trips_total", unhealthy), 4);
  EXPECT_EQ(text.value("ripcord_trigger_state", with(unhealthy, "state", "pending")), 1);
  EXPECT_EQ(text.value("ripcord_trigger_state", with(unhealthy, "state", "pass")), 0);
}

TEST(Metrics, ATriggerIsInExactlyOneState) {
  engine::Snapshot snapshot = fresh_snapshot();
  for (const FindingState state :
       {FindingState::no_data, FindingState::pass, FindingState::pending, FindingState::tripped}) {
    snapshot.services.front().triggers.front().finding.state = state;
    EXPECT_EQ(current_state(scrape(snapshot), "ripcord_trigger_state", "state"), to_string(state));
  }
}

TEST(Metrics, ADeploymentIsInExactlyOnePhase) {
  const std::vector<Phase> phases{Gating{}, Shifting{},    Refused{},        Deploying{},
                                  Baking{}, RollingBack{}, Verifying{},      Succeeded{},
                                  Failed{}, RolledBack{},  RollbackFailed{}, Aborted{}};
  ASSERT_THAT(phases, SizeIs(phase_names().size()));
  for (const Phase& phase : phases) {
    const Exposition text = scrape(in_phase(phase));
    EXPECT_EQ(current_state(text, "ripcord_deployment_phase", "phase"), name(phase));
    EXPECT_THAT(text.matching("ripcord_deployment_phase"), SizeIs(phase_names().size() + 1));
  }
}

TEST(Metrics, WithoutADeploymentThePhaseIsNone) {
  const Exposition text = scrape(fresh_snapshot());
  EXPECT_EQ(current_state(text, "ripcord_deployment_phase", "phase"), "none");
  EXPECT_THAT(text.matching("ripcord_deployment_info"), IsEmpty());
  EXPECT_EQ(text.value("ripcord_deployment_started_timestamp_seconds", shop), 0);
}

TEST(Metrics, ShowsTheFiguresOfTheDeployments) {
  const Exposition text = scrape(busy_snapshot());
  EXPECT_EQ(text.value("ripcord_deployment_started_timestamp_seconds", shop), 1'764'000'000);
  EXPECT_EQ(text.value("ripcord_deployments_total", shop), 15);
  EXPECT_EQ(text.value("ripcord_deployments_failed_total", shop), 6);
  EXPECT_EQ(text.value("ripcord_rollbacks_total", shop), 7);
  EXPECT_EQ(text.value("ripcord_rollbacks_failed_total", shop), 2);
}

TEST(Metrics, OnlyTheVersionOfTheLastDeploymentIsShown) {
  const Metrics metrics("1.2.3");
  EXPECT_EQ(scrape(metrics, busy_snapshot("v2"))
                .value("ripcord_deployment_info", with(shop, "version", "v2")),
            1);
  const Exposition later = scrape(metrics, busy_snapshot("v3"));
  EXPECT_THAT(later.matching("ripcord_deployment_info"), SizeIs(1));
  EXPECT_EQ(later.value("ripcord_deployment_info", with(shop, "version", "v3")), 1);
}

TEST(Metrics, AnyVersionIsAValidLabel) {
  const std::string hostile = "\"}\\\n\xff ü € 🪂 {a=\"b\"} 1";
  const Exposition text = scrape(Metrics(hostile), busy_snapshot(hostile));
  const std::string shown = "\"}\\ \xEF\xBF\xBD ü € 🪂 {a=\"b\"} 1";
  EXPECT_EQ(text.value("ripcord_deployment_info", with(shop, "version", shown)), 1);
  EXPECT_EQ(text.value("ripcord_build_info", {{"version", shown}}), 1);
}

TEST(Metrics, ALongVersionIsCut) {
  const Exposition text = scrape(busy_snapshot(std::string(100'000, 'v')));
  EXPECT_EQ(
      text.value("ripcord_deployment_info", with(shop, "version", std::string(200, 'v') + "…")), 1);
}

TEST(Metrics, ShowsWhenADeploymentEndsAndHasEnded) {
  engine::Snapshot snapshot = fresh_snapshot();
  auto& deployment = snapshot.services.front().deployment;
  deployment = test::deployment("v2", Baking{});
  deployment->deadline = noon + 2h;
  deployment->held = Held{};
  EXPECT_EQ(scrape(snapshot).value("ripcord_deployment_deadline_timestamp_seconds", shop),
            1'764'007'200);
  EXPECT_EQ(scrape(snapshot).value("ripcord_deployment_held", shop), 1);
  EXPECT_EQ(scrape(snapshot).value("ripcord_deployment_ended_timestamp_seconds", shop), 0);
  deployment->phase = Succeeded{};
  deployment->ended_at = noon + 1h;
  EXPECT_EQ(scrape(snapshot).value("ripcord_deployment_deadline_timestamp_seconds", shop), 0);
  EXPECT_EQ(scrape(snapshot).value("ripcord_deployment_held", shop), 0) << "no more";
  EXPECT_EQ(scrape(snapshot).value("ripcord_deployment_ended_timestamp_seconds", shop),
            1'764'003'600);
}

TEST(Metrics, ShowsTheStageOfACanary) {
  engine::Snapshot snapshot = busy_snapshot();
  EXPECT_EQ(scrape(snapshot).value("ripcord_canary_stage", shop), 0);
  snapshot.services.front().stage = engine::StageSnapshot{.number = 2, .count = 3, .traffic = 0.25};
  EXPECT_EQ(scrape(snapshot).value("ripcord_canary_stage", shop), 2);
  EXPECT_EQ(scrape(snapshot).value("ripcord_canary_stages", shop), 3);
  EXPECT_EQ(scrape(snapshot).value("ripcord_canary_traffic_ratio", shop), 0.25);
}

TEST(Metrics, TheTimeToATripIsInfiniteWhenThereWouldBeNone) {
  engine::Snapshot snapshot = fresh_snapshot();
  const auto shown = [&] {
    return scrape(snapshot).value("ripcord_trigger_time_to_trip_seconds", unhealthy);
  };
  EXPECT_TRUE(std::isinf(shown()));
  snapshot.services.front().triggers.front().time_to_trip = 1500ms;
  EXPECT_EQ(shown(), 1.5);
}

TEST(Metrics, WhatIsNotKnownOfAServiceIsNotANumber) {
  EXPECT_TRUE(std::isnan(scrape(fresh_snapshot()).value("ripcord_rollback_ready", shop)));
  DaemonFigures figures = test::busy_figures();
  const LabelMap backup = with(shop, "gate", "backup");
  const Exposition known = scrape(fresh_snapshot(), figures);
  EXPECT_EQ(known.value("ripcord_rollback_ready", shop), 1);
  EXPECT_EQ(known.value("ripcord_backup_newest_timestamp_seconds", backup), 1'764'000'000);
  EXPECT_EQ(known.value("ripcord_backup_age_max_seconds", backup), 86'400);
  figures.services.front().rollback_ready = false;
  figures.services.front().backups.front().newest_at.reset();
  const Exposition unknown = scrape(fresh_snapshot(), figures);
  EXPECT_EQ(unknown.value("ripcord_rollback_ready", shop), 0);
  EXPECT_TRUE(std::isnan(unknown.value("ripcord_backup_newest_timestamp_seconds", backup)));
}

TEST(Metrics, ShowsTheFiguresOfAReceiver) {
  const Exposition text = scrape(fresh_snapshot(), test::busy_figures());
  const LabelMap ops{{"receiver", "ops"}};
  EXPECT_EQ(text.value("ripcord_notifications_total", ops), 31);
  EXPECT_EQ(text.value("ripcord_notifications_failed_total", ops), 8);
  EXPECT_EQ(text.value("ripcord_outbox_depth", ops), 5);
  EXPECT_EQ(text.value("ripcord_outbox_oldest_seconds", ops), 90);
}

TEST(Metrics, ShowsWhetherAnEngineAndADatabaseCanBeReached) {
  Metrics metrics("1.2.3");
  engine::Snapshot snapshot = fresh_snapshot();
  const auto up_after = [&](Peer peer, Outcome outcome) {
    metrics.probe("shop", "ready").set_peer(peer);
    snapshot.services.front().probes.front().last = test::sample(outcome);
    const std::string name = peer == Peer::docker ? "ripcord_docker_up" : "ripcord_postgres_up";
    return scrape(metrics, snapshot).value(name, ready);
  };
  EXPECT_EQ(up_after(Peer::docker, Outcome::bad), 1) << "it said that a container is not well";
  EXPECT_EQ(up_after(Peer::docker, Outcome::unknown), 0);
  EXPECT_EQ(up_after(Peer::postgres, Outcome::good), 1);
  EXPECT_EQ(up_after(Peer::postgres, Outcome::bad), 0);
  EXPECT_THAT(scrape(metrics, snapshot).matching("ripcord_docker_up"), IsEmpty());
}

TEST(Metrics, ShowsTheFiguresOfTheDaemon) {
  const Exposition text = scrape(engine::Snapshot{}, {.last_reload_succeeded = false,
                                                      .last_reload_at = noon + 250ms,
                                                      .journal_writable = false,
                                                      .journal_commits = 12,
                                                      .journal_commits_failed = 3,
                                                      .runs_active = 2,
                                                      .queue_depth = 4,
                                                      .queue_dropped = 9});
  EXPECT_EQ(text.value("ripcord_config_last_reload_successful"), 0);
  EXPECT_EQ(text.value("ripcord_config_last_reload_success_timestamp_seconds"), 1'764'000'000.25);
  EXPECT_EQ(text.value("ripcord_journal_writable"), 0);
  EXPECT_EQ(text.value("ripcord_journal_commits_total"), 12);
  EXPECT_EQ(text.value("ripcord_journal_commits_failed_total"), 3);
  EXPECT_EQ(text.value("ripcord_runs_active"), 2);
  EXPECT_EQ(text.value("ripcord_queue_depth"), 4);
  EXPECT_EQ(text.value("ripcord_queue_dropped_total"), 9);
}

TEST(Metrics, ObservesHowLongAProbeTookAndHowLateItBegan) {
  Metrics metrics("1.2.3");
  metrics.probe("shop", "ready").observe(3ms, 2ms);
  metrics.probe("shop", "ready").observe(40s, 7ms, 8);
  const Exposition text = scrape(metrics, fresh_snapshot());
  const auto bucket = [&](const std::string& bound) {
    return text.value("ripcord_probe_duration_seconds_bucket", with(ready, "le", bound));
  };
  EXPECT_EQ(bucket("0.0025"), 0);
  EXPECT_EQ(bucket("0.005"), 1);
  EXPECT_EQ(bucket("30"), 1);
  EXPECT_EQ(bucket("+Inf"), 2);
  EXPECT_EQ(text.value("ripcord_probe_duration_seconds_count", ready), 2);
  EXPECT_NEAR(text.value("ripcord_probe_duration_seconds_sum", ready), 40.003, 1e-9);
  EXPECT_EQ(text.value("ripcord_probe_lateness_seconds", ready), 0.007);
  EXPECT_EQ(text.value("ripcord_probe_beats_skipped_total", ready), 8);
}

TEST(Metrics, ABucketIncludesItsBound) {
  Metrics metrics("1.2.3");
  metrics.probe("shop", "ready").observe(10s, 0s);
  EXPECT_EQ(scrape(metrics, fresh_snapshot())
                .value("ripcord_probe_duration_seconds_bucket", with(ready, "le", "10")),
            1);
}

TEST(Metrics, ANegativeObservationCountsAsZero) {
  Metrics metrics("1.2.3");
  metrics.probe("shop", "ready").observe(-1s, -1s);
  metrics.observe_engine_step(-1s);
  const Exposition text = scrape(metrics, fresh_snapshot());
  EXPECT_EQ(text.value("ripcord_probe_duration_seconds_sum", ready), 0);
  EXPECT_EQ(text.value("ripcord_probe_lateness_seconds", ready), 0);
  EXPECT_EQ(text.value("ripcord_engine_step_duration_seconds_sum"), 0);
}

TEST(Metrics, ObservesTheStepsOfTheEngine) {
  Metrics metrics("1.2.3");
  metrics.observe_engine_step(30us);
  const Exposition text = scrape(metrics, fresh_snapshot());
  EXPECT_EQ(text.value("ripcord_engine_step_duration_seconds_bucket", {{"le", "2.5e-05"}}), 0);
  EXPECT_EQ(text.value("ripcord_engine_step_duration_seconds_bucket", {{"le", "5e-05"}}), 1);
  EXPECT_EQ(text.value("ripcord_engine_step_duration_seconds_count"), 1);
}

TEST(Metrics, AProbeThatIsNoLongerConfiguredHasNoSeries) {
  Metrics metrics("1.2.3");
  metrics.probe("shop", "gone").observe(1ms, 0s);
  const LabelMap gone = with(shop, "probe", "gone");
  EXPECT_THAT(
      scrape(metrics, fresh_snapshot()).matching("ripcord_probe_duration_seconds_count", gone),
      IsEmpty());
}

TEST(Metrics, AProbeThatComesBackGoesOnWhereItWas) {
  Metrics metrics("1.2.3");
  metrics.probe("shop", "ready").observe(1ms, 1ms);
  metrics.probe("shop", "ready").observe(1ms, 1ms);
  const Exposition text = scrape(metrics, fresh_snapshot());
  EXPECT_EQ(text.value("ripcord_probe_duration_seconds_count", ready), 2);
}

TEST(Metrics, NoCounterFallsFromOneScrapeToTheNext) {
  Metrics metrics("1.2.3");
  metrics.probe("shop", "ready").observe(20ms, 0s);
  const Exposition before = scrape(metrics, fresh_snapshot());
  metrics.probe("shop", "ready").observe(1ms, 0s);
  metrics.observe_engine_step(5us);
  const Exposition after = scrape(metrics, busy_snapshot());
  for (const auto& [name, family] : before.families) {
    if (family.type == "gauge") continue;
    for (const test::Series& series : family.series) {
      EXPECT_GE(after.value(series.name, series.labels), series.value) << series.name;
    }
  }
}

TEST(Metrics, CountsExactlyFarBeyondAMillion) {
  engine::Snapshot snapshot = fresh_snapshot();
  snapshot.services.front().probes.front().samples = 123'456'789'012'345;
  EXPECT_EQ(scrape(snapshot).value("ripcord_probe_samples_total", ready), 123'456'789'012'345);
}

TEST(Metrics, MayBeRenderedWhileTheLoopObserves) {
  Metrics metrics("1.2.3");
  std::jthread loop([&metrics] {
    for (int i = 0; i < 2000; ++i) {
      metrics.probe("shop", i % 2 == 0 ? "ready" : "other").observe(1ms, 1ms);
      metrics.observe_engine_step(1us);
      if (i % 10 == 0) (void)metrics.probe("shop", "probe " + std::to_string(i));
    }
  });
  for (int i = 0; i < 20; ++i) scrape(metrics, fresh_snapshot());
  loop.join();
  EXPECT_EQ(scrape(metrics, fresh_snapshot()).value("ripcord_probe_duration_seconds_count", ready),
            1000);
}

}  // namespace
}  // namespace ripcord::metrics
