// Deployments that the daemon drives: the gate, the deploy steps, the stages.
#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr StepId deploy_1{.kind = StepKind::deploy, .index = 0, .attempt = 0};
constexpr StepId deploy_2{.kind = StepKind::deploy, .index = 1, .attempt = 0};
constexpr StepId shift_1{.kind = StepKind::shift, .index = 0, .attempt = 0};
constexpr StepId shift_2{.kind = StepKind::shift, .index = 1, .attempt = 0};

/// Two deploy steps; 5 % for a minute, then everything for a minute, with a script that shifts.
engine::ServiceSettings canary() {
  engine::ServiceSettings settings = service();
  settings.recipe.deploy = {{.name = "build"}, {.name = "start"}};
  settings.recipe.stages = {{.traffic = 0.05, .bake = 1min}, {.traffic = 1, .bake = 1min}};
  settings.recipe.shift = deploy::RecipeStep{.name = "traffic"};
  return settings;
}

/// A story in which v2 is being driven.
class Driven : public testing::Test {
 protected:
  explicit Driven(engine::ServiceSettings settings = canary()) : story(std::move(settings)) {
    EXPECT_EQ(story.command("backend", drive("v2")).kind, AnswerKind::accepted);
  }

  void pass_gate() {
    story.happen(GateChecked{
        .deployment = story.deployment().id, .passed = true, .text = "the backup is 2h old"});
  }
  /// As far as the first stage's bake.
  void reach_first_stage() {
    pass_gate();
    story.step_ends(deploy_1);
    story.step_ends(deploy_2);
    story.step_ends(shift_1);
  }
  /// As far as the last stage's bake.
  void reach_last_stage() {
    reach_first_stage();
    story.good(13);
    story.step_ends(shift_2);
  }

  Story story;
};

class DrivenUnderWatch : public Driven {
 protected:
  static engine::ServiceSettings with(engine::Action action, bool shadow = false) {
    engine::ServiceSettings settings = canary();
    settings.triggers[0].action = action;
    settings.triggers[0].shadow = shadow;
    return settings;
  }
  explicit DrivenUnderWatch(engine::ServiceSettings settings) : Driven(std::move(settings)) {}
};

TEST_F(Driven, ShowsWhereItStandsInItsRecipe) {
  EXPECT_EQ(story.seen().stage, std::nullopt);
  EXPECT_EQ(story.seen().steps, 0U);
  pass_gate();
  EXPECT_EQ(story.seen().steps, 2U) << "of the deploy steps, one runs";
  story.step_ends(deploy_1);
  story.step_ends(deploy_2);
  EXPECT_EQ(story.seen().steps, 0U);
  EXPECT_EQ(story.seen().stage.value().number, 1U) << "while its traffic is shifted already";
  story.step_ends(shift_1);
  EXPECT_EQ(story.seen().stage.value().count, 2U);
  EXPECT_DOUBLE_EQ(story.seen().stage.value().traffic, 0.05);
  EXPECT_FALSE(story.seen().stage.value().needs_approval);
  (void)story.rollback();
  EXPECT_EQ(story.seen().stage, std::nullopt);
  EXPECT_EQ(story.seen().steps, story.settings.recipe.rollback.size());
}

TEST_F(Driven, GoesThroughItsGateItsStepsAndItsStages) {
  EXPECT_THAT(story.asked(),
              ElementsAre("save gating", "deployment.started", "check gate", "answer"));
  pass_gate();
  EXPECT_THAT(story.asked(), ElementsAre("save deploying", "gate.passed", "deployment.step_started",
                                         "start deploy.1"));
  story.step_ends(deploy_1);
  story.step_ends(deploy_2);
  EXPECT_EQ(story.phase(), "shifting");
  EXPECT_EQ(story.started.back().facts.stage, "1 of 2");
  EXPECT_EQ(story.started.back().facts.traffic, 0.05);
  story.step_ends(shift_1);
  EXPECT_EQ(story.phase(), "baking");
  EXPECT_THAT(story.told("deployment.stage"), HasSubstr("stage 1 of 2: 5 % of the traffic"));
  story.good(13);
  EXPECT_EQ(story.phase(), "shifting");
  EXPECT_EQ(story.started.back().facts.traffic, 1);
  story.step_ends(shift_2);
  story.good(11);
  EXPECT_EQ(story.phase(), "baking") << "each stage bakes for its own time";
  story.good();
  EXPECT_EQ(story.phase(), "succeeded");
  EXPECT_EQ(story.seen().good_version, "v2");
}

TEST_F(Driven, ThatTheGateRefusesHasNeverTouchedTheService) {
  story.happen(GateChecked{
      .deployment = story.deployment().id, .passed = false, .text = "the backup is 26h old"});
  EXPECT_EQ(story.phase(), "refused");
  EXPECT_EQ(story.deployment().verdict, "the backup is 26h old");
  EXPECT_THAT(story.started, IsEmpty());
  EXPECT_EQ(story.seen().current_version, "v1");
  EXPECT_EQ(story.seen().deployments, 0U);
  EXPECT_EQ(story.seen().deployments_failed, 0U);
}

TEST_F(Driven, IsRefusedWhenNobodyJudgesItsGate) {
  story.wait(1h);
  EXPECT_EQ(story.phase(), "refused");
  EXPECT_THAT(story.deployment().verdict, HasSubstr("deadline"));
}

TEST_F(Driven, AsksItsGateAgainAfterARestart) {
  (void)story.asked();
  story.restart();
  EXPECT_THAT(story.asked(), Not(Contains("check gate"))) << "nothing has been seen yet";
  story.good();
  EXPECT_THAT(story.asked(), Contains("check gate"));
  story.wait(1min);
  EXPECT_THAT(story.asked(), Not(Contains("check gate"))) << "once is enough";
  pass_gate();
  EXPECT_EQ(story.phase(), "deploying");
}

TEST_F(Driven, WaitsAfterARestartNoLongerForSamplesThanTheyMayTake) {
  (void)story.asked();
  story.restart();
  story.wait(6s);
  EXPECT_THAT(story.asked(), Not(Contains("check gate")));
  story.wait(1s);
  EXPECT_THAT(story.asked(), Contains("check gate"));
  story.good();
  EXPECT_THAT(story.asked(), Not(Contains("check gate"))) << "once is enough";
}

TEST(DrivenWithASlowProbe, WaitsHalfAMinuteAtMost) {
  engine::ServiceSettings settings = canary();
  settings.probes.front().timing.interval = 1h;
  Story story(settings);
  EXPECT_EQ(story.command("backend", drive("v2")).kind, AnswerKind::accepted);
  (void)story.asked();
  story.restart();
  story.wait(29s);
  EXPECT_THAT(story.asked(), Not(Contains("check gate")));
  story.wait(1s);
  EXPECT_THAT(story.asked(), Contains("check gate"));
}

TEST(DrivenByAPerson, KeepsWhatWasSaidToTheGateWithEveryOverrideInTheHistory) {
  Story story(canary());
  StartDeployment request = drive("v2");
  request.confirmations = {{.item = "tested", .by = "uid 1000 (ana)"}};
  request.overrides = {{.gate = "hours", .by = "uid 1000 (ana)", .reason = "a fix"},
                       {.gate = "backup", .by = "uid 0 (root)", .reason = "made just now"}};
  EXPECT_EQ(story.command("backend", request).kind, AnswerKind::accepted);
  EXPECT_THAT(story.asked(), ElementsAre("save gating", "deployment.started", "gate.overridden",
                                         "gate.overridden", "check gate", "answer"));
  story.restart();
  EXPECT_EQ(story.deployment().confirmations, request.confirmations);
  EXPECT_EQ(story.deployment().overrides, request.overrides);
  EXPECT_EQ(story.told("gate.overridden"),
            "whatever gate backup says, it is passed over: made just now");
  const auto told = std::ranges::find(story.records, "gate.overridden", &Record::kind);
  EXPECT_EQ(told->by, "uid 1000 (ana)");
  EXPECT_EQ(told->text, "whatever gate hours says, it is passed over: a fix");
}

TEST_F(Driven, GoesOnAfterARestartInAnyPhase) {
  pass_gate();
  story.restart();
  story.step_ends(deploy_1);
  story.restart();
  story.step_ends(deploy_2);
  story.restart();
  story.step_ends(shift_1);
  story.restart();
  EXPECT_EQ(story.phase(), "baking");
  story.good(13);
  story.restart();
  story.step_ends(shift_2);
  story.good(13);
  EXPECT_EQ(story.phase(), "succeeded");
  EXPECT_EQ(story.started.size(), 4U) << "nothing was started twice";
}

TEST_F(Driven, IsRolledBackFromAnyStageAtOnceSkippingTheOthers) {
  reach_last_stage();
  story.bad(5);
  EXPECT_EQ(story.phase(), "rolling_back");
  EXPECT_EQ(to_string(story.started.back().step), "rollback.1");
  story.finish_rollback();
  EXPECT_EQ(story.phase(), "rolled_back");
  EXPECT_EQ(story.seen().current_version, "v1");
}

TEST_F(Driven, IsRolledBackOnceTheShiftInProgressHasEnded) {
  reach_first_stage();
  story.good(13);
  ASSERT_EQ(story.phase(), "shifting");
  (void)story.asked();
  story.bad(3);
  EXPECT_EQ(story.phase(), "shifting") << "two scripts never run at a time";
  EXPECT_THAT(story.asked(), AllOf(Contains("stop shift.2"), Contains("rollback.waiting"),
                                   Not(Contains("start rollback.1"))));
  story.step_ends(shift_2, RunOutcome::stopped);
  EXPECT_EQ(story.phase(), "rolling_back");
  EXPECT_EQ(story.deployment().cause->trigger, "unhealthy");
}

TEST_F(Driven, HasNoSayForItsTriggersBeforeTheFirstStage) {
  pass_gate();
  story.bad(5);
  story.step_ends(deploy_1);
  story.step_ends(deploy_2);
  story.bad(5);
  EXPECT_EQ(story.phase(), "shifting");
  EXPECT_FALSE(story.deployment().cause);
}

TEST_F(Driven, IsUndoneWhenAStepFails) {
  pass_gate();
  story.step_ends(deploy_1, 3);
  EXPECT_EQ(story.phase(), "rolling_back");
  EXPECT_THAT(story.told("rollback.started"), HasSubstr("deploy.1 exited 3"));
}

TEST_F(Driven, IsRolledBackByAPersonOnceTheRunningStepHasEnded) {
  pass_gate();
  EXPECT_EQ(story.rollback().kind, AnswerKind::accepted);
  EXPECT_EQ(story.phase(), "deploying");
  EXPECT_EQ(story.rollback().kind, AnswerKind::conflict);
  story.restart();
  story.step_ends(deploy_1, RunOutcome::stopped);
  EXPECT_EQ(story.phase(), "rolling_back") << "a restart does not forget it";
  EXPECT_EQ(story.deployment().cause->by, "uid 1000 (ana)");
}

TEST_F(Driven, ThatIsAbortedInItsGateHasNotTouchedTheService) {
  EXPECT_EQ(story.abort().kind, AnswerKind::accepted);
  EXPECT_EQ(story.phase(), "aborted");
  EXPECT_EQ(story.seen().current_version, "v1");
}

TEST_F(Driven, IsNotPromotedWhileItIsHeld) {
  reach_first_stage();
  EXPECT_EQ(story.command("backend", HoldDeployment{.reason = "odd"}).kind, AnswerKind::accepted);
  story.good(20);
  EXPECT_EQ(story.phase(), "baking");
  EXPECT_EQ(story.command("backend", PromoteDeployment{}).kind, AnswerKind::conflict);
  EXPECT_EQ(story.command("backend", ResumeDeployment{}).kind, AnswerKind::accepted);
  EXPECT_EQ(story.phase(), "shifting") << "its bake was over long ago";
}

TEST_F(Driven, IsRolledBackOnATripWhileItIsHeld) {
  reach_first_stage();
  (void)story.command("backend", HoldDeployment{.reason = "odd"});
  story.good(3);
  story.bad(3);
  EXPECT_EQ(story.phase(), "rolling_back");
  EXPECT_FALSE(story.deployment().held);
}

TEST_F(Driven, IsPromotedEarlyOnlyWhenHealthy) {
  reach_first_stage();
  EXPECT_EQ(story.command("backend", PromoteDeployment{}).kind, AnswerKind::conflict);
  story.good(4);
  EXPECT_EQ(story.command("backend", PromoteDeployment{}).kind, AnswerKind::accepted);
  EXPECT_EQ(story.phase(), "shifting");
}

TEST_F(Driven, PagesInsteadOfRollingBackWhatCannotBeUndone) {
  reach_first_stage();
  story.happen(FoundIrreversible{
      .deployment = story.deployment().id, .reason = "a column was dropped", .by = "deploy.1"});
  story.good(3);
  story.bad(6);
  EXPECT_EQ(story.phase(), "baking");
  ASSERT_TRUE(story.deployment().held);
  EXPECT_THAT(story.told("deployment.held"), HasSubstr("a column was dropped"));
  EXPECT_EQ(std::ranges::count(story.records, "deployment.held", &Record::kind), 1) << "once";
  EXPECT_EQ(story.rollback().kind, AnswerKind::accepted) << "a person may know better";
  EXPECT_EQ(story.phase(), "rolling_back");
}

TEST_F(Driven, PagesForWhatCannotBeUndoneAlsoWhileAPersonHoldsIt) {
  reach_first_stage();
  story.happen(FoundIrreversible{
      .deployment = story.deployment().id, .reason = "a column was dropped", .by = "deploy.1"});
  (void)story.command("backend", HoldDeployment{.reason = "odd"});
  story.good(3);
  story.bad(6);
  EXPECT_THAT(story.told("deployment.held"), HasSubstr("a column was dropped"));
  EXPECT_EQ(story.deployment().held->by, "ripcord");
  EXPECT_EQ(std::ranges::count(story.records, "deployment.held", &Record::kind), 2);
}

TEST_F(Driven, GivesWayOnlyWhenTold) {
  reach_first_stage();
  EXPECT_EQ(story.command("backend", drive("v3")).kind, AnswerKind::conflict);
  EXPECT_EQ(story.start("v3").kind, AnswerKind::conflict);
  StartDeployment request = drive("v3");
  request.supersede = true;
  EXPECT_EQ(story.command("backend", request).kind, AnswerKind::accepted);
  EXPECT_EQ(story.deployment().version, "v3");
  EXPECT_EQ(story.phase(), "gating");
}

struct Held : DrivenUnderWatch {
  Held() : DrivenUnderWatch(with(engine::Action::hold)) {}
};
TEST_F(Held, ByATriggerThatHolds) {
  reach_first_stage();
  story.good(3);
  story.bad(3);
  EXPECT_EQ(story.phase(), "baking");
  ASSERT_TRUE(story.deployment().held);
  EXPECT_EQ(story.deployment().held->by, "ripcord");
  story.good(20);
  EXPECT_EQ(story.phase(), "baking") << "until a person resumes it";
}

struct Alerting : DrivenUnderWatch {
  Alerting() : DrivenUnderWatch(with(engine::Action::alert)) {}
};
TEST_F(Alerting, NeitherRollsBackNorHoldsNorDelays) {
  reach_first_stage();
  story.bad(13);
  EXPECT_THAT(story.told("trigger.tripped"), HasSubstr("unhealthy"));
  EXPECT_EQ(story.phase(), "shifting");
}

struct Shadowing : DrivenUnderWatch {
  Shadowing() : DrivenUnderWatch(with(engine::Action::rollback, true)) {}
};
TEST_F(Shadowing, IsReportedAndActsOnNothing) {
  reach_first_stage();
  story.bad(13);
  EXPECT_THAT(story.told("trigger.tripped"), HasSubstr("unhealthy"));
  EXPECT_EQ(story.phase(), "shifting");
}

struct Demanding : Driven {
  static engine::ServiceSettings settings() {
    engine::ServiceSettings made = canary();
    made.probes.push_back({.name = "second", .timing = {.interval = 5s, .timeout = 2s}});
    made.triggers.push_back({.name = "second",
                             .probe = 1,
                             .rule = evaluate::ConsecutiveFailures{.failures = 3},
                             .on_no_data = engine::OnNoData::hold});
    return made;
  }
  Demanding() : Driven(settings()) {}
};
TEST_F(Demanding, IsNotPromotedOnMissingKnowledge) {
  reach_first_stage();
  story.good(20);
  EXPECT_EQ(story.phase(), "baking") << "the second trigger has no data, and asks for it";
  for (int i = 0; i < 200 && story.phase() == "baking"; ++i) {
    story.good();
    story.sample(Outcome::good, story.now, 1);
  }
  EXPECT_EQ(story.phase(), "shifting");
}

TEST(NoticedDeployment, BakesAtOnceAndIsRolledBack) {
  Story story;
  story.happen(VersionFound{.service = "backend", .version = "v2"});
  EXPECT_EQ(story.phase(), "baking");
  EXPECT_EQ(story.deployment().way, Way::noticed);
  EXPECT_EQ(story.deployment().previous_version, "v1");
  EXPECT_THAT(story.told("deployment.noticed"), HasSubstr("v2 runs instead of v1"));
  story.happen(VersionFound{.service = "backend", .version = "v2"});
  EXPECT_EQ(story.rows.size(), 1U);
  story.bad(5);
  EXPECT_EQ(story.phase(), "rolling_back");
}

TEST(NoticedDeployment, NamesWhatWasSeenToRunBefore) {
  Story story;
  story.happen(
      VersionFound{.service = "backend", .version = "shop:v2@sha256:2", .before = "shop:v1"});
  EXPECT_THAT(story.told("deployment.noticed"),
              HasSubstr("shop:v2@sha256:2 runs instead of shop:v1"));
  EXPECT_EQ(story.deployment().previous_version, "v1") << "the last verified good one";
}

TEST(NoticedDeployment, IsNoneOfWhatADeploymentThatHasEndedSinceDid) {
  Story story;
  story.deploy_good("v2");
  const Instant ended = *story.deployment().ended_at;
  story.happen(VersionFound{
      .service = "backend", .version = "shop:v2", .before = "shop:v1", .since = ended - 5s});
  EXPECT_EQ(story.rows.size(), 1U);
  story.happen(VersionFound{
      .service = "backend", .version = "shop:v3", .before = "shop:v2", .since = ended + 5s});
  EXPECT_EQ(story.rows.size(), 2U);
}

TEST(NoticedDeployment, IsNoneWhileOneIsOpenOrTheVersionIsKnown) {
  Story story;
  story.happen(VersionFound{.service = "backend", .version = "v1"});
  EXPECT_THAT(story.rows, IsEmpty());
  (void)story.start("v2");
  story.happen(VersionFound{.service = "backend", .version = "v2"});
  EXPECT_EQ(story.rows.size(), 1U);
  EXPECT_EQ(story.phase(), "deploying");
}

TEST(AfterTheBake, ATripIsToldAndNothingElse) {
  Story story;
  story.deploy_good("v2");
  story.bad(5);
  EXPECT_FALSE(story.is_open());
  EXPECT_THAT(story.told("trigger.tripped"), HasSubstr("unhealthy"));
}

TEST(AfterTheBake, ATripRollsBackOnceIfSoConfigured) {
  engine::ServiceSettings settings = service();
  settings.recipe.after_bake = deploy::AfterBake::rollback;
  Story story(settings);
  story.bad(5);
  EXPECT_FALSE(story.is_open()) << "nothing was deployed yet";
  story.good(1);
  story.deploy_good("v2");
  story.bad(3);
  EXPECT_EQ(story.phase(), "rolling_back");
  EXPECT_EQ(story.deployment().previous_version, "v1");
  EXPECT_EQ(story.deployment().cause->by, "ripcord");
  story.finish_rollback();
  EXPECT_EQ(story.phase(), "rolled_back");
  story.bad(5);
  EXPECT_FALSE(story.is_open()) << "once";
  EXPECT_EQ(story.seen().deployments, 1U);
  EXPECT_EQ(story.seen().rollbacks, 1U);
}

TEST(ADrill, CountsForNothing) {
  Story story;
  StartDeployment request = announce("v2");
  request.drill = true;
  (void)story.command("backend", request);
  (void)story.finish();
  story.bad(5);
  story.finish_rollback();
  EXPECT_EQ(story.phase(), "rolled_back");
  EXPECT_EQ(story.seen().deployments, 0U);
  EXPECT_EQ(story.seen().rollbacks, 0U);
}

}  // namespace
}  // namespace ripcord::test
