// The daemon is killed and begins again, in every phase; runs are lost, found and repeated.

#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Story baking() {
  Story story;
  (void)story.start("v2");
  (void)story.finish();
  return story;
}

Story rolling_back() {
  Story story = baking();
  story.bad(5);
  return story;
}

Story rolling_back_idempotent() {
  engine::ServiceSettings repeatable = service();
  for (deploy::RecipeStep& step : repeatable.recipe.rollback) step.idempotent = true;
  repeatable.recipe.verify->idempotent = true;
  Story story(repeatable);
  (void)story.start("v2");
  (void)story.finish();
  story.bad(5);
  return story;
}

TEST(ARestart, InEveryPhaseChangesNothing) {
  Story story;
  const auto restart = [&](const std::string& phase) {
    (void)story.asked();
    story.restart();
    EXPECT_THAT(story.asked(), IsEmpty()) << phase;
    EXPECT_EQ(story.phase(), phase);
    EXPECT_EQ(story.is_open(), !is_terminal(story.deployment().phase));
  };
  (void)story.start("v2");
  restart("deploying");
  (void)story.finish();
  restart("baking");
  story.bad(5);
  restart("rolling_back");
  story.step_ends(rollback_1);
  restart("rolling_back");
  story.step_ends(rollback_2);
  restart("verifying");
  story.wait(10s);
  restart("verifying");
  story.good(2);
  story.step_ends(verify);
  restart("verifying");
  story.good(4);
  restart("rolled_back");
  EXPECT_THAT(story.started, SizeIs(3)) << "each step once";
}

TEST(ARestart, DoesWhatCameDueMeanwhile) {
  Story story = baking();
  story.now += 2min;
  story.restart();
  EXPECT_THAT(story.asked(), Contains("deployment.overdue")) << "its health is not known yet";
  story.good(1);
  EXPECT_EQ(story.phase(), "baking") << "nobody has watched it";
  story.good(12);
  EXPECT_EQ(story.phase(), "succeeded");
}

TEST(ARestart, AfterTheDeadlineEndsWhatIsOpen) {
  Story stuck;
  (void)stuck.start("v2");
  stuck.now += 2h;
  stuck.restart();
  EXPECT_EQ(stuck.phase(), "failed");

  Story rollback = rolling_back();
  rollback.now += 2h;
  rollback.restart();
  EXPECT_EQ(rollback.phase(), "rollback_failed");
  EXPECT_THAT(rollback.asked(), Contains("stop rollback.1"));

  Story verification = rolling_back();
  verification.step_ends(rollback_1);
  verification.step_ends(rollback_2);
  verification.now += 10min;
  verification.restart();
  EXPECT_EQ(verification.phase(), "rollback_failed");
  EXPECT_THAT(verification.started, SizeIs(2)) << "the script is not begun so late";
}

TEST(ARestart, ForgetsStreaksAndThereforeNeverActsOnHalfOfOne) {
  Story story = baking();
  story.bad(3);  // the first of them while it settled
  story.restart();
  story.bad(2);
  EXPECT_EQ(story.phase(), "baking");
  story.bad(1);
  EXPECT_EQ(story.phase(), "rolling_back");
}

TEST(ARestart, HearsNothingOfTheVersionThatIsGone) {
  engine::ServiceSettings settings = service();
  settings.triggers.push_back({.name = "errors",
                               .probe = 0,
                               .rule = evaluate::Occurrences{.what = "errors", .more_than = 1}});
  Story story(settings);
  story.deploy_good("v1");
  story.deploy_bad("v2");
  const Instant rolled_back = story.now;
  story.wait(1min);
  story.restart();
  EXPECT_EQ(story.engine.epoch(*story.engine.find("backend")), rolled_back);
  story.good();
  const auto hear = [&](Instant at) {
    const auto id = story.engine.find("backend");
    const Occurrence occurrence{.at = at, .kind = 0, .count = 1, .note = {}};
    story.happen(OccurrenceSeen{.probe = {.service = *id, .index = 0}, .occurrence = occurrence});
    return story.seen().triggers.at(1).finding.state;
  };
  EXPECT_EQ(hear(rolled_back - 1min), FindingState::pass);
  EXPECT_EQ(hear(rolled_back - 1s), FindingState::pass);
  EXPECT_EQ(hear(rolled_back + 30s), FindingState::pending);
  EXPECT_EQ(hear(rolled_back + 10s), FindingState::tripped) << "heard of late, but it counts";
}

TEST(ARestart, InTheSettleKeepsTheSettle) {
  Story story = baking();
  story.wait(4s);
  story.restart();
  for (int i = 0; i < 5; ++i) {
    story.wait(1s);
    story.sample(Outcome::bad, story.now);
  }
  story.good(1);
  EXPECT_EQ(story.phase(), "baking");
}

TEST(ARestart, KnowsWhichVersionRunsFromWhatIsOpen) {
  Story story = baking();
  story.restart();
  EXPECT_EQ(story.seen().current_version, "v2");
  EXPECT_EQ(story.seen().good_version, "v1");
}

TEST(ARestart, IgnoresThePastOfAServiceThatIsNotConfigured) {
  Story story = baking();
  story.rows[0].service = "gone";
  story.restart();
  EXPECT_FALSE(story.is_open());
  EXPECT_EQ(story.engine.snapshot(story.now).services.size(), 1U);
}

// ── lost runs ──

TEST(ALostRun, FailsTheRollbackUnlessTheStepIsIdempotent) {
  Story story = rolling_back();
  story.restart();
  story.step_ends(rollback_1, RunOutcome::lost);
  EXPECT_EQ(story.phase(), "rollback_failed");
  EXPECT_THAT(story.started, SizeIs(1));
}

TEST(ALostRun, OfAnIdempotentStepIsStartedAgainOnce) {
  Story story = rolling_back_idempotent();
  (void)story.asked();
  story.restart();
  story.step_ends(rollback_1, RunOutcome::lost);
  EXPECT_THAT(story.asked(),
              ElementsAre("ended rollback.1", "save rolling_back", "rollback.step_ended",
                          "rollback.step_started", "start rollback.1+1"));
  StepId second = rollback_1;
  second.attempt = 1;
  story.restart();
  story.step_ends(rollback_1);
  EXPECT_THAT(story.asked(), ElementsAre("ended rollback.1")) << "of the former attempt";
  story.step_ends(second);
  EXPECT_THAT(story.asked(), Contains("start rollback.2"));
}

TEST(ALostRun, OfAnIdempotentStepIsNotStartedAThirdTime) {
  Story story = rolling_back_idempotent();
  story.step_ends(rollback_1, RunOutcome::lost);
  StepId second = rollback_1;
  second.attempt = 1;
  story.step_ends(second, RunOutcome::lost);
  EXPECT_EQ(story.phase(), "rollback_failed");
  EXPECT_THAT(story.started, SizeIs(2));
}

TEST(ALostRun, OfTheVerificationIsRepeatedToo) {
  Story story = rolling_back_idempotent();
  story.step_ends(rollback_1);
  story.step_ends(rollback_2);
  story.good(2);
  (void)story.asked();
  story.step_ends(verify, RunOutcome::lost);
  EXPECT_THAT(story.asked(), Contains("start verify+1"));
}

TEST(AResult, ThatComesTwiceIsKeptAndChangesNothing) {
  Story story = rolling_back();
  story.step_ends(rollback_1);
  (void)story.asked();
  story.step_ends(rollback_1, 1);
  EXPECT_THAT(story.asked(), ElementsAre("ended rollback.1"));
  EXPECT_EQ(std::get<RollingBack>(story.deployment().phase).step, 1U);
}

TEST(AResult, OfAnUnknownDeploymentIsKept) {
  Story story;
  story.happen(RunEnded{.deployment = "nobody-19700101-190000",
                        .step = rollback_1,
                        .result = {.outcome = RunOutcome::exited,
                                   .code = 0,
                                   .started_at = evening,
                                   .ended_at = evening,
                                   .message = ""}});
  EXPECT_THAT(story.asked(), ElementsAre("ended rollback.1"));
}

}  // namespace
}  // namespace ripcord
