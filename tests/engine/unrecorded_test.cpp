// The journal cannot be written: what never was, and what is found.

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

TEST(AnAnnouncementThatCouldNotBeRecorded, NeverWas) {
  Story story;
  story.bad(3);
  story.not_recorded(story.start("v2").deployment);
  EXPECT_FALSE(story.is_open());
  EXPECT_EQ(story.seen().deployment, std::nullopt);
  EXPECT_EQ(story.seen().deployments, 0U);
  EXPECT_EQ(story.seen().current_version, "v1");
  const auto wake = story.engine.wake_at();
  EXPECT_TRUE(wake && *wake < story.now + 1min) << "only what goes stale, and no deadline";
  EXPECT_EQ(story.start("v2").kind, AnswerKind::accepted);
}

TEST(AnAnnouncementThatCouldNotBeRecorded, MakesNothingPreexisting) {
  Story story;
  story.bad(1);
  story.not_recorded(story.start("v2").deployment);
  story.good(1);
  (void)story.start("v2");
  EXPECT_THAT(story.deployment().preexisting, IsEmpty());
}

TEST(AnAnnouncementThatCouldNotBeRecorded, SupersedesNothing) {
  Story story;
  story.deploy_good("v2");
  (void)story.start("v3");
  (void)story.finish();
  story.good(3);
  const Deployment before = story.deployment();
  const Answer answer = story.start("v4");
  story.not_recorded(answer.deployment);
  // Neither row of that step has reached the disk.
  story.rows.back() = before;

  ASSERT_TRUE(story.is_open());
  EXPECT_EQ(story.engine.open_deployment("backend")->id, before.id);
  EXPECT_EQ(name(story.engine.open_deployment("backend")->phase), "baking");
  EXPECT_EQ(story.seen().deployments, 1U) << "only v2 has ended";
  story.good(20);
  EXPECT_EQ(story.phase(), "succeeded");
  EXPECT_EQ(story.deployment().version, "v3");
  EXPECT_EQ(story.seen().deployments, 2U);
  EXPECT_EQ(story.seen().good_version, "v3");
}

TEST(AnAnnouncementThatCouldNotBeRecorded, GivesTheSupersededOneItsPreexistingTroubleBack) {
  Story story;
  story.bad(3);
  (void)story.start("v2");
  (void)story.finish();
  const Deployment before = story.deployment();
  story.not_recorded(story.start("v3").deployment);
  story.rows.back() = before;
  EXPECT_TRUE(story.seen().triggers[0].preexisting);
  story.bad(10);
  EXPECT_EQ(story.phase(), "baking");
}

TEST(ARollback, IsNeverForgottenBecauseItsAnnouncementWasNotRecorded) {
  Story story;
  const std::string id = story.start("v2").deployment;
  (void)story.rollback();
  story.happen(NotRecorded{id});
  EXPECT_EQ(story.engine.open_deployment("backend")->id, id);
  story.finish_rollback();
  EXPECT_EQ(story.phase(), "rolled_back");
}

TEST(NotRecorded, OfAnotherDeploymentChangesNothing) {
  Story story;
  (void)story.start("v2");
  story.happen(NotRecorded{"backend-19691231-235959"});
  EXPECT_TRUE(story.is_open());
}

// ── runs that the journal does not know ──

/// The journal knows a deployment that bakes; the rollback that began could not be written.
Story restarted_while_baking() {
  Story story;
  (void)story.start("v2");
  (void)story.finish();
  story.restart();
  (void)story.asked();
  return story;
}

TEST(ARunThatIsFound, IsAdopted) {
  Story story = restarted_while_baking();
  story.step_found(rollback_1);
  EXPECT_THAT(story.asked(), ElementsAre("save rolling_back", "rollback.adopted", "trigger.peak"));
  EXPECT_EQ(story.deployment().cause->reason,
            "a rollback had begun that the journal could not record");
  story.finish_rollback();
  EXPECT_EQ(story.phase(), "rolled_back");
  EXPECT_THAT(story.started, SizeIs(2)) << "the second step and the verification";
}

TEST(ARunThatIsFound, MayBeTheSecondOfTwo) {
  Story story = restarted_while_baking();
  story.step_found(rollback_1);
  story.step_found(rollback_2);
  story.step_ends(rollback_1);
  EXPECT_EQ(std::get<RollingBack>(story.deployment().phase).step, 1U);
  story.step_ends(rollback_2);
  EXPECT_EQ(story.phase(), "verifying");
  EXPECT_THAT(story.started, IsEmpty());
}

TEST(ARunThatIsFound, MayBeTheVerification) {
  Story story = restarted_while_baking();
  story.step_found(verify);
  EXPECT_EQ(story.phase(), "verifying");
  story.good(2);
  story.step_ends(verify);
  story.good(2);
  EXPECT_EQ(story.phase(), "rolled_back");
}

TEST(ARunThatIsFound, OfADeploymentThatHasEndedIsNot) {
  Story story;
  story.deploy_bad("v2");
  story.restart();
  (void)story.asked();
  story.step_found(rollback_2);
  EXPECT_THAT(story.asked(), IsEmpty());
}

}  // namespace
}  // namespace ripcord
