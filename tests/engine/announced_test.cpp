// Deployments that somebody announces: good ones, bad ones, and what was bad before.

#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Announced and put in place.
Story baking() {
  Story story;
  (void)story.start("v2");
  (void)story.finish();
  return story;
}

TEST(AGoodDeployment, SucceedsAtTheEndOfItsBake) {
  Story story;
  const Answer started = story.start("v2");
  EXPECT_EQ(started.kind, AnswerKind::accepted);
  EXPECT_EQ(started.deployment, "backend-19700101-190000");
  EXPECT_EQ(started.message, "deploying v2 to backend; a rollback would lead to v1");
  EXPECT_THAT(story.asked(), ElementsAre("save deploying", "deployment.started", "answer"));
  EXPECT_EQ(story.deployment().previous_version, "v1");
  EXPECT_EQ(story.deployment().configuration, "first");
  EXPECT_EQ(story.deployment().deadline, evening + 1h);

  story.wait(30s);
  const Answer finished = story.finish();
  EXPECT_EQ(finished.message, "deployment backend-19700101-190000: baking");
  EXPECT_THAT(story.asked(), ElementsAre("save baking", "deployment.deployed", "answer"));

  story.good(11);
  EXPECT_EQ(story.phase(), "baking");
  EXPECT_THAT(story.asked(), IsEmpty()) << "nothing is said while all goes well";
  story.wait(5s);
  EXPECT_THAT(story.asked(), ElementsAre("save succeeded", "deployment.succeeded", "trigger.peak"));
  EXPECT_EQ(story.deployment().ended_at, evening + 90s);
}

TEST(ABadDeployment, IsRolledBackStepByStepAndVerified) {
  Story story = baking();
  story.good(3);
  (void)story.asked();
  story.bad(3);
  EXPECT_THAT(story.asked(), ElementsAre("trigger.tripped", "save rolling_back", "rollback.started",
                                         "rollback.step_started", "start rollback.1"));
  ASSERT_TRUE(story.deployment().cause);
  EXPECT_EQ(story.deployment().cause->trigger, "unhealthy");
  EXPECT_EQ(story.deployment().cause->reason, "3 of 3 failures in a row: status 500");
  EXPECT_EQ(story.deployment().cause->at, evening + 30s);
  EXPECT_EQ(story.deployment().cause->bad_since, evening + 20s);

  story.step_ends(rollback_1);
  EXPECT_THAT(story.asked(),
              ElementsAre("ended rollback.1", "save rolling_back", "rollback.step_ended",
                          "rollback.step_started", "start rollback.2"));
  story.step_ends(rollback_2);
  EXPECT_THAT(story.asked(), ElementsAre("ended rollback.2", "save verifying",
                                         "rollback.step_ended", "rollback.verifying"));
  story.wait(10s);
  EXPECT_THAT(story.asked(),
              ElementsAre("save verifying", "rollback.step_started", "start verify"));
  story.good(2);
  story.step_ends(verify);
  EXPECT_EQ(story.phase(), "verifying") << "healthy, but not for long enough";
  story.good(2);
  EXPECT_THAT(story.asked(), ElementsAre("ended verify", "save verifying", "rollback.step_ended",
                                         "save rolled_back", "rollback.succeeded"));
  EXPECT_FALSE(story.is_open());
}

TEST(ABadDeployment, OfWhichHealthDoesNotComeBackFailsToRollBack) {
  Story story = baking();
  story.bad(5);
  story.step_ends(rollback_1);
  story.step_ends(rollback_2);
  story.bad(4);
  EXPECT_THAT(story.asked(), Contains("trigger.contributing")) << "noted, and no second rollback";
  story.step_ends(verify);
  story.bad(20);
  EXPECT_EQ(story.phase(), "rollback_failed");
  EXPECT_EQ(story.started.size(), 3U);
}

TEST(ADeployment, IsRolledBackOnceOnly) {
  Story story = baking();
  story.bad(40);
  EXPECT_THAT(story.started, testing::SizeIs(1));
  EXPECT_EQ(story.phase(), "rolling_back") << "and no recovery or second trip changes that";
  story.good(40);
  EXPECT_EQ(story.phase(), "rolling_back");
}

TEST(ADeployment, ThatSucceededIsOnlyWatched) {
  Story story;
  story.deploy_good("v2");
  (void)story.asked();
  story.bad(5);
  EXPECT_THAT(story.asked(), ElementsAre("trigger.tripped"));
  story.good(1);
  EXPECT_THAT(story.asked(), ElementsAre("trigger.cleared"));
}

TEST(ADeployment, IsNotRolledBackWhileItsPipelineIsAtWork) {
  Story story;
  (void)story.start("v2");
  story.bad(10);
  EXPECT_EQ(story.phase(), "deploying");
  EXPECT_EQ(story.told("trigger.tripped"),
            "trigger unhealthy has tripped: 3 of 3 failures in a row: status 500");
  EXPECT_THAT(story.started, IsEmpty());
}

TEST(ADeployment, IsNeverRolledBackByUnknownSamples) {
  Story story = baking();
  story.unknown(100);
  EXPECT_EQ(story.phase(), "baking");
  EXPECT_THAT(story.started, IsEmpty());
  EXPECT_TRUE(std::get<Baking>(story.deployment().phase).overdue);
}

TEST(ADeployment, ThatIsOverdueBakesAnewOnceItIsHealthy) {
  Story story = baking();
  story.unknown(14);
  EXPECT_THAT(story.asked(), Contains("deployment.overdue"));
  story.good(12);
  EXPECT_EQ(story.phase(), "baking");
  story.good(1);
  EXPECT_THAT(story.asked(),
              ElementsAre("daemon.sees", "save succeeded", "deployment.succeeded", "trigger.peak"));
}

TEST(ADeployment, ThatIsOverdueIsStillRolledBackByATrip) {
  Story story = baking();
  story.unknown(14);
  story.bad(3);
  EXPECT_EQ(story.phase(), "rolling_back");
}

TEST(ADeployment, EndsAtItsDeadlineWhateverIsStuck) {
  Story pipeline;
  (void)pipeline.start("v2");
  pipeline.wait(1h - 1us);
  EXPECT_EQ(pipeline.phase(), "deploying");
  pipeline.wait(1us);
  EXPECT_EQ(pipeline.phase(), "failed");

  Story bake = baking();
  bake.unknown(720);
  EXPECT_EQ(bake.phase(), "failed");
}

TEST(APipeline, ThatFailsEndsTheDeployment) {
  Story story;
  (void)story.start("v2");
  EXPECT_EQ(story.fail().message, "deployment backend-19700101-190000: failed");
  EXPECT_EQ(story.phase(), "failed");
  EXPECT_EQ(story.deployment().verdict, "no disk");
}

// ── settle and epochs ──

TEST(TheSettle, LetsAServiceStumbleWhileItStarts) {
  Story story = baking();
  for (int second = 1; second < 10; ++second) {
    story.wait(1s);
    story.sample(Outcome::bad, story.now);
  }
  (void)story.asked();
  story.wait(1s);
  EXPECT_THAT(story.asked(), IsEmpty()) << "nine failures, and then it is settled";
  story.sample(Outcome::good, story.now);
  EXPECT_EQ(story.phase(), "baking");
  EXPECT_THAT(story.records, Each(testing::Field(&Record::kind, Not(StartsWith("trigger.")))));
}

TEST(TheSettle, IsNoPartOfAStreak) {
  Story story = baking();
  story.wait(10s - 1us);
  story.sample(Outcome::bad, story.now);
  story.wait(1us);
  story.sample(Outcome::bad, story.now);
  story.bad(1);
  EXPECT_EQ(story.phase(), "baking") << "the first failure was before the end of the settle";
  story.bad(1);
  EXPECT_EQ(story.phase(), "rolling_back");
}

TEST(TheSettle, OfZeroIsNone) {
  engine::ServiceSettings quick = service();
  quick.recipe.settle = 0s;
  Story story(quick);
  (void)story.start("v2");
  (void)story.finish();
  story.sample(Outcome::bad, story.now);
  story.bad(2);
  story.step_ends(rollback_1);
  (void)story.asked();
  story.step_ends(rollback_2);
  EXPECT_THAT(story.asked(), Contains("start verify")) << "at once";
}

TEST(ABake, OfZeroSucceedsWithTheFirstSampleThatPasses) {
  engine::ServiceSettings quick = service();
  quick.recipe.settle = quick.recipe.bake = 0s;
  Story story(quick);
  story.good(5);
  (void)story.start("v2");
  (void)story.finish();
  EXPECT_EQ(story.phase(), "baking") << "what was healthy before was the old version";
  story.good(1);
  EXPECT_EQ(story.phase(), "succeeded");
}

TEST(AnEpoch, DropsSamplesThatWereUnderWay) {
  Story story;
  story.bad(2);
  (void)story.start("v2");
  const Instant before = story.now;
  story.wait(1s);
  (void)story.finish();
  story.wait(10s);
  story.sample(Outcome::bad, before);
  EXPECT_EQ(story.seen().triggers[0].finding.state, FindingState::no_data);
  EXPECT_EQ(story.seen().probes[0].samples, 3U) << "counted all the same";
  EXPECT_EQ(story.seen().probes[0].last->taken_at, before);
}

TEST(AnEpoch, BeginsAgainAfterARollback) {
  Story story = baking();
  story.bad(5);
  story.bad(2);
  story.step_ends(rollback_1);
  story.step_ends(rollback_2);
  EXPECT_EQ(story.seen().triggers[0].finding.state, FindingState::no_data);
  EXPECT_EQ(story.seen().healthy_since, std::nullopt);
}

// ── pre-existing trouble ──

TEST(PreexistingTrouble, CannotRollTheFixBack) {
  Story story;
  story.bad(3);
  const Answer answer = story.start("v2");
  EXPECT_EQ(answer.message,
            "deploying v2 to backend; a rollback would lead to v1; already bad, so without a say "
            "until well once: unhealthy");
  EXPECT_THAT(story.deployment().preexisting, ElementsAre("unhealthy"));
  EXPECT_TRUE(story.seen().triggers[0].preexisting);
  (void)story.finish();
  story.bad(30);
  EXPECT_EQ(story.phase(), "baking");
  EXPECT_THAT(story.started, IsEmpty());
}

TEST(PreexistingTrouble, CountsWhenItIsOnlyPending) {
  Story story;
  story.bad(1);
  (void)story.start("v2");
  EXPECT_THAT(story.deployment().preexisting, ElementsAre("unhealthy"));
}

TEST(PreexistingTrouble, HasItsSayOnceItWasWellAndThatIsSaved) {
  Story story;
  story.bad(3);
  (void)story.start("v2");
  (void)story.finish();
  story.bad(3);
  (void)story.asked();
  story.good(1);
  EXPECT_THAT(story.asked(), ElementsAre("save baking"));
  EXPECT_THAT(story.deployment().preexisting, IsEmpty());
  EXPECT_FALSE(story.seen().triggers[0].preexisting);
  story.bad(3);
  EXPECT_EQ(story.phase(), "rolling_back");
}

TEST(PreexistingTrouble, IsRememberedAcrossARestart) {
  Story story;
  story.bad(3);
  (void)story.start("v2");
  (void)story.finish();
  story.restart();
  EXPECT_TRUE(story.seen().triggers[0].preexisting);
  story.bad(6);
  EXPECT_EQ(story.phase(), "baking");
  story.good(1);
  story.restart();
  story.bad(3);
  EXPECT_EQ(story.phase(), "rolling_back") << "it has had its say back since before the restart";
}

TEST(PreexistingTrouble, IsInheritedByADeploymentThatSupersedes) {
  Story story;
  story.bad(3);
  (void)story.start("v2");
  (void)story.finish();
  story.wait(1s);
  (void)story.start("v3");  // in the settle: nothing is known of the trigger now
  EXPECT_THAT(story.deployment().preexisting, ElementsAre("unhealthy"));
  (void)story.finish();
  story.bad(20);
  EXPECT_EQ(story.phase(), "baking");
}

TEST(PreexistingTrouble, IsInheritedByADeploymentThatFollows) {
  Story story;
  story.bad(3);
  (void)story.start("v2");
  (void)story.finish();
  (void)story.abort();
  EXPECT_FALSE(story.seen().triggers[0].preexisting) << "with nothing open it says nothing";
  (void)story.start("v3");
  EXPECT_THAT(story.deployment().preexisting, ElementsAre("unhealthy"));
}

}  // namespace
}  // namespace ripcord
