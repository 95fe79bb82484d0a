// What people ask for: rollbacks, aborts, newer versions, and what they are told no to.

#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view id = "backend-19700101-190000";

Story deploying() {
  Story story;
  (void)story.start("v2");
  return story;
}

Story baking() {
  Story story = deploying();
  (void)story.finish();
  return story;
}

Story rolling_back() {
  Story story = baking();
  (void)story.rollback();
  return story;
}

Story verifying() {
  Story story = rolling_back();
  story.step_ends(rollback_1);
  story.step_ends(rollback_2);
  return story;
}

std::string refusal(const Answer& answer) {
  EXPECT_EQ(answer.kind, AnswerKind::conflict);
  return answer.message;
}

TEST(ARollbackByHand, IsTakenWhileDeployingAndWhileBakingSettledOrNot) {
  for (Story story : {deploying(), baking()}) {
    (void)story.asked();
    const Answer answer = story.rollback();
    std::vector<std::string> asked = story.asked();
    std::erase(asked, "trigger.peak");  // of what bakes
    EXPECT_EQ(answer.kind, AnswerKind::accepted);
    EXPECT_EQ(answer.message, "deployment backend-19700101-190000: rolling back");
    EXPECT_EQ(answer.deployment, id);
    EXPECT_THAT(asked, ElementsAre("save rolling_back", "rollback.started", "rollback.step_started",
                                   "start rollback.1", "answer"));
    EXPECT_EQ(story.deployment().cause->by, "uid 1000 (ana)");
    EXPECT_EQ(story.deployment().cause->trigger, "");
    story.finish_rollback();
    EXPECT_EQ(story.phase(), "rolled_back");
    EXPECT_EQ(story.seen().rollbacks, 1U);
    EXPECT_EQ(story.seen().deployments_failed, 1U);
  }
}

TEST(AWordOfThePipeline, IsRefusedWhenAnotherDeploymentIsOpenThanTheOneThatItNames) {
  Story story;
  (void)story.start("v2");
  const std::string open = story.deployment().id;
  EXPECT_EQ(refusal(story.command("backend", FinishDeployment{.deployment = "backend-1"})),
            "deployment backend-1 is not open; backend-19700101-190000 is");
  EXPECT_EQ(refusal(story.command("backend",
                                  FailDeployment{.reason = "no disk", .deployment = "backend-1"})),
            "deployment backend-1 is not open; backend-19700101-190000 is");
  EXPECT_EQ(story.phase(), "deploying");
  EXPECT_EQ(story.command("backend", FinishDeployment{.deployment = open}).kind,
            AnswerKind::accepted);
  EXPECT_EQ(story.phase(), "baking");
}

TEST(AWordOfThePipeline, IsRefusedWhenTheOneThatItNamesHasEnded) {
  Story story;
  (void)story.start("v2");
  const std::string open = story.deployment().id;
  (void)story.abort();
  EXPECT_EQ(refusal(story.command("backend", FinishDeployment{.deployment = open})),
            "deployment backend-19700101-190000 is not open; none is");
}

TEST(ARollbackByHand, IsRefusedWhileOneIsUnderWay) {
  EXPECT_EQ(refusal(rolling_back().rollback()),
            "deployment backend-19700101-190000: it is being rolled back already");
  EXPECT_EQ(refusal(verifying().rollback()),
            "deployment backend-19700101-190000: it has been rolled back already and is being "
            "verified");
}

TEST(ARollbackByHand, WithNothingOpenTakesBackWhatRuns) {
  Story story;
  story.deploy_good("v2");
  const Answer answer = story.rollback();
  EXPECT_EQ(answer.kind, AnswerKind::accepted);
  EXPECT_EQ(answer.message, "backend rolling back");
  EXPECT_EQ(answer.deployment, story.deployment().id);
  EXPECT_EQ(story.deployment().version, "v2");
  EXPECT_EQ(story.deployment().previous_version, "v1");
  EXPECT_TRUE(story.deployment().manual_rollback);
  story.finish_rollback();
  EXPECT_EQ(story.phase(), "rolled_back");
  EXPECT_EQ(story.seen().current_version, "v1");
  EXPECT_EQ(story.seen().rollbacks, 1U);
  EXPECT_EQ(story.seen().deployments, 1U) << "a rollback is no deployment";
  EXPECT_EQ(story.seen().deployments_failed, 0U);
}

TEST(ARollbackByHand, HasADeadlineToo) {
  Story story;
  (void)story.command("backend", RollBackService{.reason = "r", .version = "v0"});
  story.wait(2h);
  EXPECT_EQ(story.phase(), "rollback_failed");
  EXPECT_THAT(story.asked(), Contains("stop rollback.1"));
}

TEST(ARollbackByHand, WantsToKnowWhereTo) {
  Story story;
  EXPECT_EQ(refusal(story.rollback()),
            "no good version of backend is known to go back to; name one with --to");
  (void)story.command("backend", RollBackService{.reason = "r", .version = "v1"});
  EXPECT_EQ(story.phase(), "rolling_back") << "something else than v1 must run";
  EXPECT_EQ(story.deployment().version, "");
  engine::ServiceSettings unknown = service();
  unknown.previous_version.clear();
  Story first(unknown);
  (void)first.start("v2");
  const RollBackService to_v1{.reason = "r", .version = "v1"};
  for (const Answer& answer : {first.rollback(), first.command("backend", to_v1)}) {
    EXPECT_EQ(refusal(answer),
              "deployment backend-19700101-190000 knows no good version to go back to; abort it, "
              "then name one with --to");
  }
  EXPECT_EQ(first.phase(), "deploying");
  (void)first.abort();
  (void)first.command("backend", to_v1);
  EXPECT_EQ(first.phase(), "rolling_back");
  EXPECT_EQ(first.deployment().previous_version, "v1");
  EXPECT_EQ(first.started.back().facts.previous_version, "v1");
}

TEST(ARollbackByHand, IsRefusedWithoutAStep) {
  engine::ServiceSettings bare = service();
  bare.recipe.rollback.clear();
  Story story(bare);
  EXPECT_EQ(refusal(story.rollback()), "service backend has no rollback step configured");
  (void)story.start("v2");
  EXPECT_EQ(refusal(story.rollback()), "service backend has no rollback step configured");
  EXPECT_EQ(story.phase(), "deploying");
}

TEST(ATrip, WithoutARollbackStepPages) {
  engine::ServiceSettings bare = service();
  bare.recipe.rollback.clear();
  Story story(bare);
  (void)story.start("v2");
  (void)story.finish();
  story.bad(5);
  EXPECT_EQ(story.phase(), "rollback_failed");
  EXPECT_EQ(story.records.back().severity, Severity::critical);
}

TEST(AnAbort, EndsADeploymentInEveryPhase) {
  for (Story story : {deploying(), baking(), rolling_back(), verifying()}) {
    const Answer answer = story.abort();
    EXPECT_EQ(answer.kind, AnswerKind::accepted);
    EXPECT_EQ(answer.message, "deployment backend-19700101-190000: aborted");
    EXPECT_EQ(story.phase(), "aborted");
    EXPECT_FALSE(story.is_open());
    EXPECT_EQ(story.seen().deployments_failed, 0U);
  }
}

TEST(AnAbort, StopsTheStepThatRunsAndDoesNotMindHowItEnds) {
  Story story = rolling_back();
  (void)story.asked();
  (void)story.abort();
  EXPECT_THAT(story.asked(),
              ElementsAre("save aborted", "stop rollback.1", "deployment.aborted", "answer"));
  story.step_ends(rollback_1, RunOutcome::stopped);
  EXPECT_THAT(story.asked(), ElementsAre("ended rollback.1")) << "kept, and no more";
}

TEST(AnAbort, StopsTheVerificationScript) {
  Story story = verifying();
  story.wait(10s);
  (void)story.asked();
  (void)story.abort();
  EXPECT_THAT(story.asked(), Contains("stop verify"));
}

TEST(ACommand, IsRefusedWhenNothingIsOpen) {
  Story story;
  for (const Answer& answer : {story.finish(), story.fail(), story.abort()}) {
    EXPECT_EQ(refusal(answer), "no deployment of backend is open");
    EXPECT_EQ(answer.deployment, "");
  }
  EXPECT_THAT(story.rows, IsEmpty());
}

TEST(ACommand, IsRefusedWhenThePhaseIsNotRight) {
  EXPECT_EQ(refusal(baking().finish()),
            "deployment backend-19700101-190000: it has finished deploying already");
  EXPECT_EQ(refusal(baking().fail()),
            "deployment backend-19700101-190000: it has finished deploying already; use rollback "
            "or abort");
  EXPECT_EQ(refusal(rolling_back().finish()),
            "deployment backend-19700101-190000: it is rolling_back");
}

TEST(ACommand, ThatIsRefusedChangesNothing) {
  Story story = rolling_back();
  (void)story.asked();
  (void)story.finish();
  (void)story.start("v3");
  (void)story.rollback();
  EXPECT_THAT(story.asked(), ElementsAre("answer", "answer", "answer"));
}

TEST(ACommand, ToAnUnknownServiceGetsASuggestion) {
  Story story;
  const Answer near = story.command("backnd", FinishDeployment{});
  EXPECT_EQ(near.kind, AnswerKind::unknown_service);
  EXPECT_EQ(near.message, "no service is called \"backnd\"; did you mean \"backend\"?");
  EXPECT_EQ(story.command("mail", FinishDeployment{}).message,
            "no service is called \"mail\"; there is backend");
  (void)story.engine.apply(service("api"), "first");
  EXPECT_EQ(story.command("\x1b[31m", AbortDeployment{}).message,
            "no service is called \" [31m\"; there is api, backend");
  engine::Engine none;
  const Effects effects = none.step(
      evening, Command{.ticket = {}, .service = "mail", .by = "ana", .request = AbortDeployment{}});
  EXPECT_EQ(std::get<Answer>(effects.at(0)).message,
            "no service is called \"mail\"; there is none configured");
}

// ── back to a version by its name ──

TEST(ARollbackToAVersion, LeadsThere) {
  Story story;
  story.deploy_good("v2");
  story.deploy_good("v3");
  const RollBackService to_first{.reason = "data corruption", .version = "v1"};
  EXPECT_EQ(story.command("backend", to_first).kind, AnswerKind::accepted);
  EXPECT_EQ(story.deployment().version, "v3");
  EXPECT_EQ(story.deployment().previous_version, "v1") << "not to v2";
}

TEST(ARollbackToAVersion, ThatRunsOrWasNeverGoodIsRefused) {
  Story story;
  story.deploy_good("v2");
  story.deploy_bad("v3");
  const auto ask = [&](const std::string& version) {
    return story.command("backend", RollBackService{.reason = "odd", .version = version});
  };
  EXPECT_EQ(ask("v2").message, "v2 is what runs");
  EXPECT_EQ(ask("v3").message, "v3 was never verified good on backend");
  EXPECT_EQ(ask("v9").kind, AnswerKind::conflict);
  EXPECT_FALSE(story.is_open());
}

TEST(ARollbackToAVersion, OfAnOpenDeploymentIsToWhereThatLeads) {
  Story story;
  story.deploy_good("v2");
  (void)story.start("v3");
  const auto ask = [&](const std::string& version) {
    return story.command("backend", RollBackService{.reason = "odd", .version = version});
  };
  EXPECT_EQ(ask("v1").message,
            "deployment " + story.deployment().id + " leads back to v2, not to v1");
  EXPECT_EQ(story.phase(), "deploying");
  EXPECT_EQ(ask("v2").kind, AnswerKind::accepted);
}

// ── newer deployments ──

TEST(ANewerDeployment, SupersedesOneThatIsBaking) {
  Story story = baking();
  (void)story.asked();
  const Answer answer = story.start("v3");
  EXPECT_EQ(answer.kind, AnswerKind::accepted);
  EXPECT_THAT(story.asked(), ElementsAre("save aborted", "deployment.aborted", "trigger.peak",
                                         "save deploying", "deployment.started", "answer"));
  EXPECT_EQ(story.rows.at(0).verdict, "superseded by v3");
  EXPECT_EQ(story.deployment().version, "v3");
  EXPECT_EQ(story.deployment().previous_version, "v1") << "v2 was never verified";
  EXPECT_EQ(story.seen().current_version, "v2") << "it is what runs";
  EXPECT_EQ(story.seen().deployments, 1U);
}

TEST(ANewerDeployment, IsRefusedWhileAnythingElseIsUnderWay) {
  EXPECT_EQ(refusal(deploying().start("v3")),
            "backend-19700101-190000 of backend is deploying; wait for its end or abort it");
  EXPECT_EQ(refusal(rolling_back().start("v3")),
            "backend-19700101-190000 of backend is rolling_back; wait for its end or abort it");
  EXPECT_EQ(refusal(verifying().start("v3")),
            "backend-19700101-190000 of backend is verifying; wait for its end or abort it");
  EXPECT_EQ(rolling_back().start("v3").deployment, id);
}

TEST(AnId, IsUniqueWithinTheSameSecond) {
  Story story;
  std::set<std::string> ids;
  for (int i = 0; i < 12; ++i) {
    ids.insert(story.start("v2").deployment);
    if (i % 3 == 0) (void)story.finish();
    if (i % 3 == 1) (void)story.abort();
    if (i % 3 == 2) (void)story.fail();
  }
  EXPECT_EQ(ids.size(), 12U);
  EXPECT_THAT(ids, Contains("backend-19700101-190000"));
  EXPECT_THAT(ids, Contains("backend-19700101-190000-2"));
  EXPECT_THAT(ids, Contains("backend-19700101-190000-12"));
  story.wait(1s);
  EXPECT_EQ(story.start("v3").deployment, "backend-19700101-190001");
}

TEST(AnId, IsUniqueWithinTheSameSecondAcrossARestartToo) {
  Story story;
  (void)story.start("v2");
  (void)story.abort();
  story.restart();
  EXPECT_EQ(story.start("v2").deployment, "backend-19700101-190000-2");
  (void)story.abort();
  story.restart();
  (void)story.rollback();
  EXPECT_EQ(story.deployment().id, "backend-19700101-190000-3");
}

}  // namespace
}  // namespace ripcord
