// Where a rollback leads.

#include "engine/lineage.hpp"

#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using namespace test;
using engine::Lineage;

Deployment ended(Phase phase, const std::string& version, const std::string& previous = "",
                 bool was_in_place = true) {
  Deployment deployment;
  deployment.begun_at = evening;
  deployment.version = version;
  deployment.previous_version = previous;
  deployment.phase = phase;
  if (was_in_place) deployment.deployed_at = evening;
  return deployment;
}

/// What a lineage that began with `first` makes of a past.
Lineage after(const std::vector<Deployment>& past, const std::string& first = "v0") {
  Lineage lineage(first);
  for (const Deployment& deployment : past) lineage.ended(deployment);
  return lineage;
}

TEST(ALineage, BeginsWithTheConfiguredVersion) {
  EXPECT_EQ(after({}).current(), "v0");
  EXPECT_EQ(after({}).last_good(), "v0");
  EXPECT_EQ(after({}).target("v1"), "v0");
  EXPECT_EQ(after({}).target("v0"), "") << "not to itself";
  EXPECT_EQ(after({}, "").last_good(), "");
}

TEST(ALineage, LeadsToTheLastVerifiedGoodVersionAndNotToTheOneBefore) {
  const Lineage lineage =
      after({ended(Succeeded{}, "v1"), ended(Succeeded{}, "v2"), ended(RolledBack{}, "v3", "v2"),
             ended(Aborted{}, "v4"), ended(Failed{}, "v5")});
  EXPECT_EQ(lineage.last_good(), "v2");
  EXPECT_EQ(lineage.target("v6"), "v2");
  EXPECT_EQ(lineage.target("v2"), "v1");
}

TEST(ALineage, TakesAVersionThatIsVerifiedAgainAsTheLast) {
  const Lineage lineage =
      after({ended(Succeeded{}, "v1"), ended(Succeeded{}, "v2"), ended(Succeeded{}, "v1")});
  EXPECT_EQ(lineage.target("v3"), "v1");
  EXPECT_EQ(lineage.target("v1"), "v2");
}

TEST(ALineage, NoLongerTrustsAVersionThatWasRolledBack) {
  const Lineage lineage =
      after({ended(Succeeded{}, "v1"), ended(Succeeded{}, "v2"), ended(RolledBack{}, "v2", "v1")});
  EXPECT_EQ(lineage.last_good(), "v1");
  EXPECT_EQ(lineage.target("v3"), "v1");
  EXPECT_EQ(lineage.target("v1"), "v0");
}

TEST(ALineage, NoLongerTrustsTheConfiguredVersionOnceItWasRolledBack) {
  Lineage lineage = after({ended(Succeeded{}, "v1"), ended(RolledBack{}, "v0", "v1")});
  EXPECT_EQ(lineage.target("v1"), "") << "v0 was bad";
  lineage.set_first("v0");
  EXPECT_EQ(lineage.target("v1"), "") << "a reload says nothing new";
  lineage.set_first("v0.1");
  EXPECT_EQ(lineage.target("v1"), "v0.1");
}

TEST(ALineage, TrustsAVersionAgainOnceItIsVerified) {
  const Lineage lineage = after({ended(RolledBack{}, "v0"), ended(Succeeded{}, "v0")});
  EXPECT_EQ(lineage.last_good(), "v0");
}

TEST(ALineage, LearnsNothingAboutAVersionFromAPipelineThatFailed) {
  const Lineage lineage = after({ended(Succeeded{}, "v1"), ended(Failed{}, "v1", "v0", false)});
  EXPECT_EQ(lineage.last_good(), "v1") << "it was good, and only its pipeline failed";
}

TEST(ALineage, KnowsWhatRuns) {
  EXPECT_EQ(after({ended(Succeeded{}, "v1")}).current(), "v1");
  EXPECT_EQ(after({ended(RolledBack{}, "v1", "v0")}).current(), "v0");
  EXPECT_EQ(after({ended(Aborted{}, "v1")}).current(), "v1") << "it was in place";
  Deployment amid_rollback = ended(Aborted{}, "v1");
  amid_rollback.cause = Cause{};
  EXPECT_EQ(after({amid_rollback}).current(), "") << "either may run";
  EXPECT_EQ(after({ended(Failed{}, "v1")}).current(), "v1");
  Lineage lineage = after({});
  lineage.deployed("v1");
  EXPECT_EQ(lineage.current(), "v1");
}

TEST(ALineage, KnowsWhenItDoesNotKnowWhatRuns) {
  EXPECT_EQ(after({ended(RollbackFailed{}, "v1", "v0")}).current(), "");
  EXPECT_EQ(after({ended(RollbackFailed{}, "v1", "v0")}).last_good(), "v0");
  EXPECT_EQ(after({ended(Failed{}, "v1", "v0", false)}).current(), "") << "half-way";
  EXPECT_EQ(after({ended(Aborted{}, "v1", "v0", false)}).current(), "");
  EXPECT_EQ(after({ended(RolledBack{}, "v0")}).current(), "") << "rolled back to nobody knows what";
  EXPECT_EQ(after({ended(RollbackFailed{}, "v1"), ended(Succeeded{}, "v2")}).current(), "v2");
}

// ── through the engine ──

TEST(TheTargetOfARollback, IsTheLastGoodVersion) {
  Story story;
  story.deploy_good("v2");
  story.deploy_good("v3");
  story.deploy_bad("v4");
  EXPECT_EQ(story.deployment().previous_version, "v3");
  EXPECT_EQ(story.started.back().facts.previous_version, "v3");
  EXPECT_EQ(story.seen().current_version, "v3");

  (void)story.start("v5");
  (void)story.abort();
  (void)story.start("v6");
  EXPECT_EQ(story.deployment().previous_version, "v3");
}

TEST(TheTargetOfARollback, IsTheGoodVersionBeforeWhenTheSameOneFailsWhenDeployedAgain) {
  Story story;
  story.deploy_good("v2");
  story.deploy_good("v3");
  story.deploy_bad("v3");
  EXPECT_EQ(story.deployment().previous_version, "v2");
  EXPECT_EQ(story.seen().good_version, "v2");
}

TEST(TheTargetOfARollback, IsStillKnownAfterOneThatFailed) {
  Story story;
  story.deploy_good("v2");
  (void)story.start("v3");
  (void)story.finish();
  story.bad(5);
  story.step_ends(rollback_1, 1);
  EXPECT_EQ(story.phase(), "rollback_failed");
  EXPECT_EQ(story.seen().current_version, "");
  EXPECT_EQ(story.seen().good_version, "v2");
  (void)story.rollback();
  EXPECT_EQ(story.deployment().version, "") << "what runs is not known";
  EXPECT_EQ(story.deployment().previous_version, "v2");
}

TEST(TheTargetOfARollback, MayNotBeKnown) {
  engine::ServiceSettings fresh = service();
  fresh.previous_version.clear();
  Story story(fresh);
  EXPECT_EQ(story.start("v1").message,
            "deploying v1 to backend; no verified good version is known to roll back to");
  EXPECT_EQ(story.deployment().previous_version, "");
}

TEST(TheTargetOfARollback, IsTheSameAfterARestart) {
  Story story;
  story.deploy_good("v2");
  story.deploy_bad("v3");
  story.restart();
  EXPECT_EQ(story.seen().current_version, "v2");
  EXPECT_EQ(story.seen().good_version, "v2");
  (void)story.start("v4");
  EXPECT_EQ(story.deployment().previous_version, "v2");
}

}  // namespace
}  // namespace ripcord
