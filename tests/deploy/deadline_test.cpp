// Whatever is stuck ends: the deadline, its extension, and the time for the verification.

#include "deploy/machine.hpp"
#include "tests/deploy/situations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;
using namespace ripcord::test;
using testing::ElementsAre;
using testing::IsEmpty;

Step look(const Deployment& deployment, Instant now, const Health& health = unhealthy) {
  return step(deployment, recipe(), LookAgain{}, now, health);
}

/// Nothing happens a microsecond before `when`; at it, the deployment ends with a page that says
/// `why`.
void expect_to_end(const Deployment& deployment, Instant when, std::string_view kind,
                   const std::string& why) {
  EXPECT_THAT(look(deployment, when - 1us).effects, IsEmpty());
  const Step step = look(deployment, when);
  EXPECT_EQ(record_of(step.effects, kind).severity, Severity::critical);
  EXPECT_EQ(step.next.verdict, why);
  EXPECT_EQ(step.next.ended_at, when);
  EXPECT_FALSE(is_open(step.next));
}

TEST(TheDeadline, EndsAPipelineThatNeverFinishes) {
  expect_to_end(deploying(), deadline, "deployment.failed",
                "the deadline passed and the pipeline never said that it had finished: what is "
                "running is not known");
}

TEST(TheDeadline, EndsABakeWhoseHealthIsNeverKnown) {
  expect_to_end(baking(true), deadline, "deployment.failed",
                "the deadline passed before the service was known to be healthy");
}

TEST(TheDeadline, EndsABakeThatIsLongerThanItAllows) {
  Deployment slow = baking();
  slow.deadline = at(150);
  expect_to_end(slow, at(150), "deployment.failed", "the deadline passed before the bake was over");
}

TEST(TheDeadline, StopsARollbackThatIsStuck) {
  expect_to_end(rolling_back(1), deadline, "rollback.failed",
                "the deadline passed during the rollback; a person must act");
  EXPECT_THAT(in_words(look(rolling_back(1), deadline).effects),
              ElementsAre("stop rollback.2", "record rollback.failed"));
}

TEST(TheDeadline, EndsAVerificationThatItComesBefore) {
  Deployment late = verifying(VerifyScript::passed);
  late.deadline = at(300);
  expect_to_end(late, at(300), "rollback.failed",
                "the rollback did not help: the service was not healthy for 10s within 5m; a "
                "person must act");
}

TEST(TheVerification, FailsWhenTheServiceIsNotHealthyInTime) {
  expect_to_end(verifying(VerifyScript::passed), verification_over, "rollback.failed",
                "the rollback did not help: the service was not healthy for 10s within 5m; a "
                "person must act");
}

TEST(TheVerification, FailsWhenItsScriptDoesNotEndInTime) {
  expect_to_end(verifying(VerifyScript::running), verification_over, "rollback.failed",
                "the verification script had not passed after 5m; a person must act");
  EXPECT_THAT(in_words(look(verifying(VerifyScript::running), verification_over).effects),
              ElementsAre("stop verify", "record rollback.failed"));
}

TEST(TheVerification, IsNotBegunWhenItsTimeIsOverAlready) {
  // The daemon was away all the while.
  EXPECT_THAT(in_words(look(verifying(VerifyScript::waiting), verification_over).effects),
              ElementsAre("record rollback.failed"));
  const Step lost = step(verifying(VerifyScript::running), idempotent(),
                         StepEnded{.step = verify, .result = ended(RunOutcome::lost)},
                         verification_over, unhealthy);
  EXPECT_THAT(in_words(lost.effects),
              ElementsAre("record rollback.step_ended", "record rollback.failed"));
}

TEST(TheVerification, SucceedsAtTheLastInstant) {
  const Health just = healthy_since(verification_over - 10s);
  EXPECT_EQ(name(look(verifying(VerifyScript::passed), verification_over, just).next.phase),
            "rolled_back");
  const Health too_late = healthy_since(verification_over - 10s + 1us);
  EXPECT_EQ(name(look(verifying(VerifyScript::passed), verification_over, too_late).next.phase),
            "rollback_failed");
}

TEST(HealthyFor, IsCountedFromTheEndOfTheSettleAtTheEarliest) {
  const Deployment passed = verifying(VerifyScript::passed);
  EXPECT_THAT(look(passed, settled + 10s - 1us, healthy_since(noon)).effects, IsEmpty());
  EXPECT_EQ(name(look(passed, settled + 10s, healthy_since(noon)).next.phase), "rolled_back");
  EXPECT_THAT(look(passed, at(159), healthy_since(at(150))).effects, IsEmpty());
  EXPECT_EQ(name(look(passed, at(160), healthy_since(at(150))).next.phase), "rolled_back");
}

TEST(HealthyFor, OfZeroStillWantsHealth) {
  Recipe quick = recipe();
  quick.healthy_for = 0s;
  const Deployment passed = verifying(VerifyScript::passed);
  EXPECT_THAT(step(passed, quick, LookAgain{}, at(150), unhealthy).effects, IsEmpty());
  EXPECT_THAT(step(passed, quick, LookAgain{}, settled - 1us, healthy_since(noon)).effects,
              IsEmpty());
  EXPECT_EQ(name(step(passed, quick, LookAgain{}, settled, healthy_since(noon)).next.phase),
            "rolled_back");
}

TEST(ARollback, MovesTheDeadlineToWhatItMayTakeAtMost) {
  // (60 + 5 + 30) + (120 + 5 + 30) + (30 + 5 + 30) + 100 + 300 + 30 seconds.
  EXPECT_EQ(step(baking(), recipe(), Tripped{trip()}, at(900), unhealthy).next.deadline,
            at(900 + 745));
  EXPECT_EQ(step(baking(), idempotent(), Tripped{trip()}, at(900), unhealthy).next.deadline,
            at(900 + 745 + 95 + 155 + 65))
      << "each step may be lost and started again";
  EXPECT_EQ(step(baking(), recipe(), StepFound{rollback_1}, at(900), unhealthy).next.deadline,
            at(900 + 745));
}

TEST(ARollback, NeverMovesTheDeadlineBack) {
  EXPECT_EQ(step(baking(), recipe(), Tripped{trip()}, at(150), unhealthy).next.deadline, deadline);
}

TEST(AStepThatEndsPastTheDeadline, EndsTheRollback) {
  for (const RunResult& result : {exited(0), exited(1), ended(RunOutcome::lost)}) {
    const Step step =
        deploy::step(rolling_back(0), idempotent(), StepEnded{.step = rollback_1, .result = result},
                     deadline, unhealthy);
    EXPECT_THAT(in_words(step.effects),
                ElementsAre("record rollback.step_ended", "record rollback.failed"));
    EXPECT_EQ(step.next.verdict, "the deadline passed during the rollback; a person must act");
  }
}

}  // namespace
}  // namespace ripcord::deploy
