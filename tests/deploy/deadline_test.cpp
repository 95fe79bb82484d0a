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

constexpr StepId deploy_1{.kind = StepKind::deploy, .index = 0, .attempt = 0};
constexpr StepId shift_2{.kind = StepKind::shift, .index = 1, .attempt = 0};

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

// ── what cannot be undone ──

Step stopped(const Deployment& deployment, StepId step, Instant now) {
  return deploy::step(deployment, recipe(),
                      StepEnded{.step = step, .result = ended(RunOutcome::stopped, now)}, now,
                      unhealthy);
}

/// Its step is ended, and then it fails, with a page and without a rollback.
void expect_to_stay(const Deployment& deployment, StepId step, const std::string& why) {
  const Step at_deadline = look(deployment, deadline);
  EXPECT_THAT(in_words(at_deadline.effects),
              ElementsAre("record deployment.stopping", "stop " + to_string(step)));
  EXPECT_EQ(record_of(at_deadline.effects, "deployment.stopping").severity, Severity::warning);
  const Step step_ended = stopped(at_deadline.next, step, deadline + 2s);
  EXPECT_THAT(in_words(step_ended.effects),
              ElementsAre("record deployment.step_ended", "record deployment.failed"));
  EXPECT_EQ(name(step_ended.next.phase), "failed");
  EXPECT_EQ(step_ended.next.verdict, why);
  EXPECT_EQ(record_of(step_ended.effects, "deployment.failed").severity, Severity::critical);
}

TEST(WhatCannotBeUndone, IsNotRolledBackByTheDeadline) {
  expect_to_stay(irreversible(driven(Deploying{})), deploy_1,
                 "the deadline passed during deploy.1; it cannot be undone (a column was "
                 "dropped): a person must act");
  expect_to_stay(irreversible(driven(Shifting{.stage = 1})), shift_2,
                 "the deadline passed during shift.2; it cannot be undone (a column was "
                 "dropped): a person must act");
}

TEST(WhatCannotBeUndone, EndsTheSameWayWhenItsStepEndsFirst) {
  const Step step = stopped(irreversible(driven(Deploying{})), deploy_1, deadline);
  EXPECT_THAT(in_words(step.effects),
              ElementsAre("record deployment.step_ended", "record deployment.failed"));
  EXPECT_EQ(step.next.verdict,
            "the deadline passed during deploy.1; it cannot be undone (a column was dropped): a "
            "person must act");
}

TEST(WhatCannotBeUndone, MayBeFoundSoOnlyByTheStepThatTheDeadlineEnds) {
  const Step at_deadline = look(driven(Deploying{}), deadline);
  EXPECT_EQ(record_of(at_deadline.effects, "rollback.waiting").severity, Severity::critical);
  const Step found =
      deploy::step(at_deadline.next, recipe(),
                   CannotBeUndone{.reason = "a table was dropped", .by = "step deploy.1"},
                   deadline + 2s, unhealthy);
  const Step step = stopped(found.next, deploy_1, deadline + 2s);
  EXPECT_EQ(name(step.next.phase), "failed");
  EXPECT_EQ(record_of(step.effects, "deployment.failed").severity, Severity::critical);
}

TEST(WhatCannotBeUndone, IsNotRolledBackByATripBeforeThatWasFoundOutEither) {
  Deployment tripped = irreversible(driven(Shifting{.stage = 1}));
  tripped.cause = trip();
  const Step step = stopped(tripped, shift_2, at(150));
  EXPECT_EQ(step.next.verdict,
            "3 of 3 failures in a row: status 500; it cannot be undone (a column was dropped): a "
            "person must act");
}

TEST(WhatCannotBeUndone, IsRolledBackAllTheSameWhenAPersonOrdersIt) {
  const Step at_deadline = look(irreversible(driven(Deploying{})), deadline);
  const Step ordered = deploy::step(at_deadline.next, recipe(), RollbackAsked{order(deadline + 1s)},
                                    deadline + 1s, unhealthy);
  EXPECT_EQ(ordered.refused, "");
  EXPECT_THAT(in_words(ordered.effects), ElementsAre("record rollback.waiting", "stop deploy.1"));
  const Step step = stopped(ordered.next, deploy_1, deadline + 2s);
  EXPECT_EQ(name(step.next.phase), "rolling_back");
  EXPECT_EQ(step.next.cause->by, "uid 1000 (ana)");
}

TEST(WhatCannotBeUndone, FailsWhenItsStepCannotBeEndedEither) {
  const Step at_deadline = look(irreversible(driven(Deploying{})), deadline);
  expect_to_end(at_deadline.next, deadline + 35s, "deployment.failed",
                "deploy.1 was told to end and did not; it cannot be undone (a column was "
                "dropped): a person must act");
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
