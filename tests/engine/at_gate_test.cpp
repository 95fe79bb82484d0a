// A deployment that waits at its gate has touched nothing: everything goes on as if it were not
// there.

#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

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

engine::ServiceSettings with_deploy_step() {
  engine::ServiceSettings settings = service();
  settings.recipe.deploy = {{.name = "start"}};
  return settings;
}

engine::ServiceSettings rolling_back_after_the_bake() {
  engine::ServiceSettings settings = with_deploy_step();
  settings.recipe.after_bake = deploy::AfterBake::rollback;
  return settings;
}

/// v3 is to be driven, in the place of what bakes.
Answer drive_v3(Story& story) {
  StartDeployment request = drive("v3");
  request.supersede = true;
  return story.command("backend", request);
}

void judge_gate(Story& story, const std::string& id, bool passed) {
  story.happen(GateChecked{
      .deployment = id, .passed = passed, .text = passed ? "all well" : "the backup is 26h old"});
}

const Deployment& row(const Story& story, const std::string& version) {
  for (auto found = story.rows.rbegin(); found != story.rows.rend(); ++found) {
    if (found->version == version) return *found;
  }
  ADD_FAILURE() << "there is no deployment of " << version;
  return story.rows.front();
}

std::string phase_of(const Story& story, const std::string& version) {
  return std::string(name(row(story, version).phase));
}

/// v2 bakes and has settled; v3 waits at its gate.
class AtGate : public testing::Test {
 protected:
  AtGate() : story(with_deploy_step()) {
    (void)story.start("v2");
    (void)story.finish();
    story.good(3);
    (void)story.asked();
    const Answer answer = drive_v3(story);
    EXPECT_EQ(answer.kind, AnswerKind::accepted);
    id = answer.deployment;
  }

  Story story;
  std::string id;  ///< of v3
};

TEST_F(AtGate, LeavesWhatBakesAlone) {
  EXPECT_THAT(story.asked(),
              ElementsAre("save gating", "deployment.started", "check gate", "answer"));
  EXPECT_EQ(phase_of(story, "v2"), "baking");
  EXPECT_EQ(story.engine.open_deployment("backend")->id, id) << "whoever judges the gate finds it";
  EXPECT_EQ(story.seen().deployment->id, id);
  EXPECT_EQ(story.seen().current_version, "v2");
}

TEST_F(AtGate, ThatRefusesLeavesWhatBakesArmed) {
  judge_gate(story, id, false);
  EXPECT_EQ(phase_of(story, "v3"), "refused");
  EXPECT_EQ(phase_of(story, "v2"), "baking");
  EXPECT_EQ(story.engine.open_deployment("backend")->version, "v2");
  EXPECT_EQ(story.seen().deployment->version, "v2");
  story.bad(3);
  EXPECT_EQ(phase_of(story, "v2"), "rolling_back");
}

TEST_F(AtGate, ThatRefusesDoesNotKeepWhatBakesFromSucceeding) {
  judge_gate(story, id, false);
  story.good(10);
  EXPECT_EQ(phase_of(story, "v2"), "succeeded");
  EXPECT_EQ(story.seen().good_version, "v2");
  EXPECT_EQ(story.seen().deployments, 1U);
}

TEST_F(AtGate, TakesThePlaceOfWhatBakesOnceItHasPassed) {
  (void)story.asked();
  judge_gate(story, id, true);
  EXPECT_THAT(story.asked(),
              ElementsAre("save aborted", "deployment.aborted", "trigger.peak", "save deploying",
                          "gate.passed", "deployment.step_started", "start deploy.1"));
  EXPECT_EQ(row(story, "v2").verdict, "superseded by v3");
  EXPECT_EQ(row(story, "v3").previous_version, "v1") << "v2 was never verified";
  story.step_ends(deploy_1);
  story.bad(5);
  EXPECT_EQ(phase_of(story, "v3"), "rolling_back");
}

TEST_F(AtGate, GivesWayToATripOfWhatBakes) {
  (void)story.asked();
  story.bad(3);
  EXPECT_EQ(phase_of(story, "v2"), "rolling_back");
  EXPECT_EQ(phase_of(story, "v3"), "refused");
  EXPECT_THAT(row(story, "v3").verdict, HasSubstr("is rolling_back: nothing may begin meanwhile"));
  EXPECT_EQ(story.engine.open_deployment("backend")->version, "v2");
  (void)story.asked();
  judge_gate(story, id, true);
  EXPECT_THAT(story.asked(), IsEmpty()) << "its gate comes too late";
}

TEST_F(AtGate, GivesWayToAPersonWhoRollsBack) {
  EXPECT_EQ(story.rollback().kind, AnswerKind::accepted);
  EXPECT_EQ(phase_of(story, "v2"), "rolling_back");
  EXPECT_EQ(phase_of(story, "v3"), "refused");
}

TEST_F(AtGate, GoesOnWhenWhatBakesHasSucceededAndLeadsBackToThat) {
  story.good(10);
  EXPECT_EQ(phase_of(story, "v2"), "succeeded");
  EXPECT_EQ(phase_of(story, "v3"), "gating");
  judge_gate(story, id, true);
  EXPECT_EQ(phase_of(story, "v3"), "deploying");
  EXPECT_EQ(story.started.back().facts.previous_version, "v2");
}

TEST_F(AtGate, IsWhatAnAbortEndsFirst) {
  EXPECT_EQ(story.abort().deployment, id);
  EXPECT_EQ(phase_of(story, "v3"), "aborted");
  EXPECT_EQ(phase_of(story, "v2"), "baking");
  (void)story.abort();
  EXPECT_EQ(phase_of(story, "v2"), "aborted");
}

TEST_F(AtGate, KeepsThePlaceThatItWaitsFor) {
  StartDeployment another = announce("v4");
  another.supersede = true;
  const Answer answer = story.command("backend", another);
  EXPECT_EQ(answer.kind, AnswerKind::conflict);
  EXPECT_EQ(answer.deployment, id);
  EXPECT_EQ(answer.message, id + " of backend is gating; wait for its end or abort it");
}

TEST_F(AtGate, IsToldApartFromWhatBakes) {
  EXPECT_EQ(story.command("backend", FinishDeployment{.deployment = id}).message,
            "deployment " + id + ": it is gating");
  EXPECT_THAT(story.finish().message, HasSubstr("it has finished deploying already"));
  EXPECT_EQ(story.command("backend", HoldDeployment{.reason = "odd"}).kind, AnswerKind::accepted);
  EXPECT_TRUE(row(story, "v2").held);
}

TEST_F(AtGate, IsRefusedAtItsDeadline) {
  (void)story.command("backend", HoldDeployment{.reason = "odd"});
  story.wait(1h - 5s);
  EXPECT_EQ(phase_of(story, "v2"), "failed");
  EXPECT_EQ(phase_of(story, "v3"), "gating") << "it is 15 s younger";
  story.wait(5s);
  EXPECT_EQ(phase_of(story, "v3"), "refused");
}

TEST_F(AtGate, IsAskedAgainAfterARestartThatForgetsNothing) {
  (void)story.asked();
  story.restart();
  story.good();
  EXPECT_THAT(story.asked(), ElementsAre("check gate"));
  EXPECT_EQ(story.engine.open_deployment("backend")->id, id);
  Story other = story;
  other.good(2);
  other.bad(3);
  EXPECT_EQ(phase_of(other, "v2"), "rolling_back") << "it is armed still";
  EXPECT_EQ(phase_of(other, "v3"), "refused");
  judge_gate(story, id, true);
  EXPECT_EQ(phase_of(story, "v2"), "aborted");
  EXPECT_EQ(phase_of(story, "v3"), "deploying");
}

TEST_F(AtGate, ThatHasRefusedIsNothingToARestart) {
  judge_gate(story, id, false);
  story.restart();
  EXPECT_EQ(story.engine.open_deployment("backend")->version, "v2");
  story.bad(3);
  EXPECT_EQ(phase_of(story, "v2"), "rolling_back");
}

TEST_F(AtGate, NeverWasWhenItCouldNotBeRecorded) {
  story.not_recorded(id);
  EXPECT_EQ(story.engine.open_deployment("backend")->version, "v2");
  EXPECT_EQ(drive_v3(story).kind, AnswerKind::accepted);
}

TEST_F(AtGate, HadTakenThePlaceWhenItsRollbackIsFound) {
  // All that the journal could not record: the gate passed, v3 was deployed, and it was bad.
  story.restart();
  story.happen(RunFound{.deployment = id, .step = rollback_1});
  EXPECT_EQ(phase_of(story, "v2"), "aborted");
  EXPECT_EQ(phase_of(story, "v3"), "rolling_back");
}

TEST(AtTheGate, WhatIsBadAlreadyIsMarkedForTheNewOneAlone) {
  Story story(rolling_back_after_the_bake());
  story.deploy_good("v2");
  story.bad(2);
  const std::string id = drive_v3(story).deployment;
  EXPECT_THAT(row(story, "v3").preexisting, ElementsAre("unhealthy"));
  judge_gate(story, id, false);
  story.bad(1);
  EXPECT_EQ(phase_of(story, "v2"), "rolling_back") << "as if v3 had never been";
}

TEST(AtTheGate, WhatWasBadAtTheAnnouncementIsPreexistingAfterARestartToo) {
  Story story(with_deploy_step());
  story.bad(3);
  const std::string id = drive_v3(story).deployment;
  story.restart();
  judge_gate(story, id, true);
  story.step_ends(deploy_1);
  EXPECT_THAT(row(story, "v3").preexisting, ElementsAre("unhealthy"));
  story.bad(8);
  EXPECT_EQ(phase_of(story, "v3"), "baking");
  story.good(1);
  EXPECT_THAT(row(story, "v3").preexisting, IsEmpty());
}

TEST(AtTheGate, WhatPassesMeanwhileIsNotPreexisting) {
  Story story(with_deploy_step());
  story.bad(2);
  const std::string id = drive_v3(story).deployment;
  story.good(1);
  judge_gate(story, id, true);
  EXPECT_THAT(row(story, "v3").preexisting, IsEmpty());
}

TEST(AtTheGate, ATripOfTheVersionThatLivesRollsItBackAfterItsBake) {
  Story story(rolling_back_after_the_bake());
  story.deploy_good("v2");
  const std::string id = drive_v3(story).deployment;
  story.bad(3);
  EXPECT_EQ(phase_of(story, "v3"), "refused");
  EXPECT_EQ(phase_of(story, "v2"), "rolling_back");
  EXPECT_NE(story.engine.open_deployment("backend")->id, id);
}

/// What ended without having touched the service says nothing about the version that lives.
class AfterTheBakeOfV2 : public testing::TestWithParam<bool> {
 protected:
  AfterTheBakeOfV2() : story(rolling_back_after_the_bake()) { story.deploy_good("v2"); }

  /// A restart, if this test is about one.
  void perhaps_restart() {
    if (GetParam()) story.restart();
  }

  Story story;
};
INSTANTIATE_TEST_SUITE_P(WithOrWithoutARestart, AfterTheBakeOfV2, testing::Bool());

TEST_P(AfterTheBakeOfV2, ARefusedDeploymentDisarmsNothing) {
  judge_gate(story, drive_v3(story).deployment, false);
  perhaps_restart();
  story.bad(3);
  EXPECT_EQ(story.phase(), "rolling_back");
  EXPECT_EQ(story.deployment().version, "v2");
  EXPECT_EQ(story.deployment().previous_version, "v1");
}

TEST_P(AfterTheBakeOfV2, ADeploymentAbortedAtItsGateDisarmsNothing) {
  (void)drive_v3(story);
  (void)story.abort();
  (void)drive_v3(story);
  (void)story.abort();
  perhaps_restart();
  story.bad(3);
  EXPECT_EQ(story.phase(), "rolling_back");
}

TEST_P(AfterTheBakeOfV2, ADeploymentWhoseFirstStepNeverBeganDisarmsNothing) {
  judge_gate(story, drive_v3(story).deployment, true);
  story.step_ends(deploy_1, RunOutcome::refused);
  EXPECT_EQ(story.phase(), "failed");
  EXPECT_EQ(story.seen().current_version, "v2") << "it runs as before";
  EXPECT_EQ(story.seen().deployments_failed, 0U);
  perhaps_restart();
  story.bad(3);
  EXPECT_EQ(story.phase(), "rolling_back");
  EXPECT_EQ(story.deployment().version, "v2");
}

TEST_P(AfterTheBakeOfV2, AnotherVersionThatFailedHalfWayDisarmsIt) {
  (void)story.start("v3");
  (void)story.fail();
  judge_gate(story, drive_v3(story).deployment, false);
  perhaps_restart();
  story.bad(5);
  EXPECT_FALSE(story.is_open()) << "which version runs is not known";
}

TEST_P(AfterTheBakeOfV2, WhatV2DidIsNoticedByNobodyAfterARefusalEither) {
  const Instant ended = *story.deployment().ended_at;
  judge_gate(story, drive_v3(story).deployment, false);
  perhaps_restart();
  const std::size_t rows = story.rows.size();
  story.happen(VersionFound{
      .service = "backend", .version = "shop:v2", .before = "shop:v1", .since = ended - 5s});
  EXPECT_EQ(story.rows.size(), rows);
}

TEST(AnId, IsUniqueAlsoWhenTwoAreOpenAtATime) {
  Story story(rolling_back_after_the_bake());
  story.deploy_good("v2");
  story.bad(2);
  story.wait(5s);
  (void)drive_v3(story);
  story.sample(Outcome::bad, story.now);
  ASSERT_EQ(story.phase(), "rolling_back");
  (void)story.abort();
  const std::string before = story.deployment().id;
  (void)drive_v3(story);
  EXPECT_NE(story.deployment().id, before);
  EXPECT_EQ(story.rows.size(), 4U);
}

}  // namespace
}  // namespace ripcord::test
