#include "ripcord/view.hpp"

#include "tests/api/stories.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::cli {
namespace {

using namespace std::chrono_literals;
using test::backend_service;
using test::evening;
using testing::HasSubstr;
using testing::Not;

constexpr Instant now = evening + 1min + 40s;

std::string text(const Lines& lines) {
  return render(lines, Surface{});
}

StatusReply status() {
  return {.at = now,
          .daemon = {.version = "0.1.0",
                     .started_at = now - 3h,
                     .configuration = "0123456789abcdef",
                     .last_reload_succeeded = true,
                     .journal_trouble = "",
                     .ready = true},
          .services = {backend_service()}};
}

TEST(StatusView, HasALineForEachService) {
  EXPECT_EQ(text(status_view(status())),
            "ripcordd 0.1.0, up for 3h, configuration 0123456789abcdef\n"
            "SERVICE  VERSION  GOOD  PROBES  HEALTH             DEPLOYMENT\n"
            "backend  v2       v1    1 bad   unhealthy pending  baking v2, 14m left\n");
}

TEST(StatusView, TellsWhatTroublesTheDaemon) {
  StatusReply troubled = status();
  troubled.daemon.ready = false;
  troubled.daemon.journal_trouble = "no space left";
  troubled.daemon.last_reload_succeeded = false;
  troubled.services.clear();
  troubled.blind_since = now - 30s;
  EXPECT_EQ(text(status_view(troubled)),
            "ripcordd 0.1.0, up for 3h, configuration 0123456789abcdef\n"
            "the daemon is still starting\n"
            "the journal cannot be written: no space left\n"
            "the last reload failed: the configuration before it is in force\n"
            "blind for 30s: no probe of any service can tell anything, and nothing is rolled back "
            "until one can\n"
            "no service is configured\n");
}

TEST(StatusView, CountsProbesByWhatTheySaid) {
  StatusReply mixed = status();
  auto& probes = mixed.services.front().probes;
  probes.push_back(probes.front());
  probes.back().last->outcome = Outcome::good;
  probes.push_back(
      {.name = "silent", .last = {}, .samples = 0, .samples_bad = 0, .samples_unknown = 0});
  EXPECT_THAT(text(status_view(mixed)), HasSubstr("1 good, 1 bad, 1 unknown"));
}

TEST(ServiceView, ShowsProbesAndTheWayToTheTrip) {
  EXPECT_EQ(text(service_view(backend_service(), now)),
            "backend  unhealthy pending\n"
            "  deployment  backend-20261122-190000  baking v2, 14m left\n"
            "  version     v2, last verified good v1\n"
            "  probes\n"
            "    ready  bad  13ms  status 500, expected 200\n"
            "  triggers\n"
            "    unhealthy  [======    ]  pending  2 of 3 failures in a row: status 500, expected "
            "200\n");
}

TEST(ServiceView, MarksTimeoutsAndSilenceAndTriggersWithoutASay) {
  engine::ServiceSnapshot service = backend_service();
  service.probes.front().last->latency_kind = LatencyKind::at_least;
  service.probes.push_back(
      {.name = "db", .last = {}, .samples = 0, .samples_bad = 0, .samples_unknown = 0});
  service.triggers.front().preexisting = true;
  const std::string shown = text(service_view(service, now));
  EXPECT_THAT(shown, HasSubstr("> 13ms"));
  EXPECT_THAT(shown, HasSubstr("db     no sample yet"));
  EXPECT_THAT(shown, HasSubstr("(bad since before: has no say yet)"));
}

TEST(ServiceView, SaysWhatToTypeAndWhenItWouldTrip) {
  engine::ServiceSnapshot service = backend_service();
  service.deployment->phase = Baking{.settled_at = now, .until = now, .awaiting = true};
  service.triggers.front().time_to_trip = 10s;
  const std::string shown = text(service_view(service, now));
  EXPECT_THAT(shown, HasSubstr("  to do       type \"ripcord promote backend\" to go on"));
  EXPECT_THAT(shown, HasSubstr("expected 200 (trips in 10s)\n"));
}

TEST(ServiceView, BoundsTheBar) {
  engine::ServiceSnapshot service = backend_service();
  const auto bar_at = [&](double progress) {
    service.triggers.front().finding.progress = progress;
    return text(service_view(service, now));
  };
  EXPECT_THAT(bar_at(0), HasSubstr("[          ]"));
  EXPECT_THAT(bar_at(0.99), HasSubstr("[========= ]"));
  EXPECT_THAT(bar_at(1), HasSubstr("[==========]"));
  EXPECT_THAT(bar_at(7e9), HasSubstr("[==========]"));
  EXPECT_THAT(bar_at(-1), HasSubstr("[          ]"));
  EXPECT_THAT(bar_at(std::numeric_limits<double>::quiet_NaN()), HasSubstr("[          ]"));
}

TEST(Essence, IsTheSameAsLongAsOnlyTimePasses) {
  engine::ServiceSnapshot later = backend_service();
  later.revision = 99;
  later.probes.front().last->latency = 99ms;
  later.triggers.front().finding.progress = 0.7;
  EXPECT_EQ(essence(later), essence(backend_service()));
}

TEST(Essence, ChangesWithWhatMatters) {
  engine::ServiceSnapshot tripped = backend_service();
  tripped.triggers.front().finding.state = FindingState::tripped;
  engine::ServiceSnapshot good = backend_service();
  good.probes.front().last->outcome = Outcome::good;
  engine::ServiceSnapshot rolling = backend_service();
  rolling.deployment->phase = RollingBack{};
  engine::ServiceSnapshot held = backend_service();
  held.deployment->held = Held{};
  engine::ServiceSnapshot staged = backend_service();
  staged.stage = engine::StageSnapshot{.number = 2, .count = 3};
  for (const auto& changed : {tripped, good, rolling, held, staged}) {
    EXPECT_NE(essence(changed), essence(backend_service()));
  }
}

TEST(HistoryView, HasALineForEachDeployment) {
  EXPECT_EQ(
      text(history_view({test::rolled_back_deployment()})),
      "STARTED               DEPLOYMENT               VERSION   PHASE        TOOK    VERDICT\n"
      "2026-11-22 19:00:00Z  backend-20261122-190000  v1 -> v2  rolled_back  1m 13s  v1 is "
      "back and verified; it took 10s from the trip on\n");
  EXPECT_EQ(text(history_view({})), "there has been no deployment yet\n");
  EXPECT_THAT(text(history_view({test::baking_deployment()})), HasSubstr("baking  open"));
}

TEST(DeploymentView, TellsTheWholeStory) {
  const std::string story = text(deployment_view(test::rolled_back_view()));
  for (const char* part :
       {"backend-20261122-190000\n", "  version   v1 -> v2\n", "  phase     rolled_back\n",
        "  ended     2026-11-22 19:01:12Z, after 1m 13s\n",
        "  cause     trigger unhealthy, by ripcord: 3 of 3 failures in a row",
        "    19:00:40Z  deployment.deployed  v2 is in place after 40s; watching it for 15m  by uid "
        "1000 (ana)\n",
        "  run  rollback.1 (deployment)  exited 0 after 2.1s\n", "    | starting v1\n"}) {
    EXPECT_THAT(story, HasSubstr(part));
  }
}

TEST(DeploymentView, TellsWhatPeopleSaidWithIt) {
  api::DeploymentView view = test::rolled_back_view();
  view.deployment.way = Way::driven;
  view.deployment.held = Held{.reason = "television", .by = "uid 1000 (ana)", .at = evening + 1min};
  view.deployment.irreversible = "a column is dropped";
  view.deployment.confirmations = {{.item = "notes read", .by = "uid 1000 (ana)"}};
  view.deployment.overrides = {{.gate = "hours", .by = "uid 0 (root)", .reason = "an outage"}};
  view.deployment.rework = true;
  view.deployment.drill = true;
  const std::string story = text(deployment_view(view));
  for (const char* part :
       {"  way           driven\n",
        "  on hold       since 2026-11-22 19:01:00Z, by uid 1000 (ana): television\n",
        "  irreversible  a column is dropped\n", "  confirmed     notes read, by uid 1000 (ana)\n",
        "  overridden    gate hours, by uid 0 (root): an outage\n",
        "  rework        mends an earlier deployment\n", "  drill         no figure counts it\n"}) {
    EXPECT_THAT(story, HasSubstr(part));
  }
}

TEST(DeploymentView, TellsOfWhatIsStillRunning) {
  const std::string story = text(deployment_view(test::rolling_back_view()));
  EXPECT_THAT(story, HasSubstr("rollback.1 (deployment)  is running\n    | stopping v2\n"));
  EXPECT_THAT(story, Not(HasSubstr("ended")));
}

TEST(VerdictView, TellsHowLongDetectionAndRecoveryTook) {
  EXPECT_EQ(text(verdict_view(test::rolled_back_view())),
            "rolled_back: v1 is back and verified; it took 10s from the trip on\n"
            "  detection                2.3s from the first bad sample on\n"
            "  recovery                 10s from the trip on\n"
            "  rollback.1 (deployment)  exited 0 after 2.1s\n"
            "  in all                   1m 13s\n");
}

TEST(VerdictView, SpeaksOfAnOrderWhenAPersonPulledTheCord) {
  api::DeploymentView view = test::rolled_back_view();
  view.deployment.cause->trigger.clear();
  view.deployment.cause->bad_since.reset();
  EXPECT_THAT(text(verdict_view(view)), HasSubstr("from the order on"));
  EXPECT_THAT(text(verdict_view(view)), Not(HasSubstr("detection")));
}

TEST(LiveView, ShowsTheLastLinesOfTheRunningStep) {
  api::DeploymentView view = test::rolling_back_view();
  view.runs.front().output = "1\n2\n3\n4\n5\n6\n\x1b[2J7";
  engine::ServiceSnapshot service = backend_service();
  service.deployment = view.deployment;
  const std::string shown = text(live_view(service, view, evening + 64'251ms));
  EXPECT_THAT(shown, HasSubstr("rolling back from v2 to v1 (rollback.1)"));
  EXPECT_THAT(shown, HasSubstr("  running  rollback.1 (deployment) for 2s\n"
                               "    | 3\n    | 4\n    | 5\n    | 6\n    |  [2J7\n"));
  EXPECT_THAT(shown, Not(HasSubstr("| 2\n")));
}

}  // namespace
}  // namespace ripcord::cli
