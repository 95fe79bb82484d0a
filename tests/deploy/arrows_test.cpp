// What each arrow of the diagram asks for, and what it writes down.

#include "deploy/machine.hpp"
#include "tests/deploy/situations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;
using namespace ripcord::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr StepId deploy_1{.kind = StepKind::deploy, .index = 0, .attempt = 0};

Step happen(const Deployment& deployment, const MachineEvent& event, Instant now = at(150),
            const Health& health = unhealthy) {
  return step(deployment, recipe(), event, now, health);
}

Step happen_idempotent(const Deployment& deployment, const MachineEvent& event) {
  return step(deployment, idempotent(), event, at(150), unhealthy);
}

MachineEvent step_ended(StepId step, RunResult result) {
  return StepEnded{.step = step, .result = std::move(result)};
}

TEST(Finished, SettlesAndBakesFromNowOn) {
  const Step step = happen(deploying(), Finished{.by = "ana"}, at(30));
  const auto& baking = std::get<Baking>(step.next.phase);
  EXPECT_EQ(baking.settled_at, at(130));
  EXPECT_EQ(baking.until, at(230)) << "the settle is a part of the bake";
  EXPECT_FALSE(baking.overdue);
  EXPECT_EQ(step.next.deployed_at, at(30));
  EXPECT_EQ(step.next.ended_at, std::nullopt);
  ASSERT_THAT(in_words(step.effects), ElementsAre("record deployment.deployed"));
  const Record& record = record_of(step.effects, "deployment.deployed");
  EXPECT_EQ(record.text, "v2 is in place after 30s; watching it for 3m 20s");
  EXPECT_EQ(record.by, "ana");
  EXPECT_EQ(record.service, "backend");
  EXPECT_EQ(record.deployment, step.next.id);
  EXPECT_EQ(record.at, at(30));
  EXPECT_EQ(record.severity, Severity::info);
}

TEST(PipelineFailed, EndsTheDeploymentWithItsReason) {
  const Step step = happen(deploying(), PipelineFailed{.reason = "no disk", .by = "ana"}, at(30));
  EXPECT_THAT(in_words(step.effects), ElementsAre("record deployment.failed"));
  EXPECT_EQ(step.next.verdict, "no disk");
  EXPECT_EQ(step.next.ended_at, at(30));
  EXPECT_EQ(record_of(step.effects, "deployment.failed").severity, Severity::warning);
}

TEST(ATrip, StartsTheFirstStepWithAllThatItMustKnow) {
  const Step step = happen(baking(), Tripped{trip(at(150))});
  EXPECT_THAT(
      in_words(step.effects),
      ElementsAre("record rollback.started", "record rollback.step_started", "start rollback.1"));
  EXPECT_EQ(record_of(step.effects, "rollback.started").text,
            "rolling backend back from v2 to v1: 3 of 3 failures in a row: status 500");
  EXPECT_EQ(record_of(step.effects, "rollback.started").severity, Severity::critical);
  EXPECT_EQ(record_of(step.effects, "rollback.step_started").text,
            "starting rollback.1 (database)");

  const StartRun& start = start_of(step.effects);
  EXPECT_EQ(start.deployment, step.next.id);
  EXPECT_EQ(start.step, rollback_1);
  EXPECT_EQ(start.step_name, "database");
  EXPECT_FALSE(start.idempotent);
  EXPECT_EQ(start.facts.service, "backend");
  EXPECT_EQ(start.facts.deployment, step.next.id);
  EXPECT_EQ(start.facts.version, "v2");
  EXPECT_EQ(start.facts.previous_version, "v1");
  EXPECT_EQ(start.facts.trigger, "unhealthy");
  EXPECT_EQ(start.facts.reason, "3 of 3 failures in a row: status 500");
  ASSERT_TRUE(step.next.cause);
  EXPECT_EQ(step.next.cause->trigger, "unhealthy");
  EXPECT_EQ(step.next.cause->bad_since, at(140));
}

TEST(ATrip, ActsFromTheInstantOfSettlingOnAndNotBefore) {
  EXPECT_THAT(happen(baking(), Tripped{trip()}, settled - 1us).effects, IsEmpty());
  EXPECT_FALSE(happen(baking(), Tripped{trip()}, settled).effects.empty());
  EXPECT_FALSE(is_armed(baking(), settled - 1us));
  EXPECT_TRUE(is_armed(baking(), settled));
  EXPECT_TRUE(is_armed(baking(true), at(500)));
  EXPECT_FALSE(is_armed(deploying(), settled));
  EXPECT_FALSE(is_armed(rolling_back(0), settled));
}

TEST(ATrip, WithNoStepConfiguredPagesAtOnce) {
  const Step step = deploy::step(baking(), without_steps(), Tripped{trip()}, at(150), unhealthy);
  EXPECT_THAT(in_words(step.effects),
              ElementsAre("record rollback.started", "record rollback.failed"));
  EXPECT_EQ(step.next.verdict, "no rollback step is configured; a person must act");
  EXPECT_EQ(name(step.next.phase), "rollback_failed");
  EXPECT_EQ(record_of(step.effects, "rollback.failed").severity, Severity::critical);
}

TEST(ATrip, DuringTheRollbackIsOnlyNoted) {
  for (const Deployment& deployment : {rolling_back(0), verifying(VerifyScript::running)}) {
    const Step step = happen(deployment, Tripped{trip()});
    EXPECT_THAT(in_words(step.effects), ElementsAre("record trigger.contributing"));
    EXPECT_EQ(record_of(step.effects, "trigger.contributing").text,
              "trigger unhealthy has tripped as well: 3 of 3 failures in a row: status 500");
    EXPECT_EQ(fingerprint(step.next), fingerprint(deployment));
  }
}

TEST(ARollbackByHand, IsAPersonsWord) {
  const Step step = happen(deploying(), RollbackAsked{order(at(150))});
  EXPECT_EQ(record_of(step.effects, "rollback.started").by, "uid 1000 (ana)");
  EXPECT_EQ(start_of(step.effects).facts.trigger, "");
  EXPECT_EQ(start_of(step.effects).facts.reason, "data corruption");
}

TEST(ARollbackByHand, KnowsWhatToCallAVersionThatIsNotKnown) {
  Deployment nameless = deployment(Deploying{});
  nameless.version.clear();
  nameless.previous_version.clear();
  const Step step = begin_manual_rollback(nameless, recipe(), order(), noon);
  EXPECT_EQ(record_of(step.effects, "rollback.started").text,
            "rolling backend back from an unknown version to an unknown version: data corruption");
  EXPECT_THAT(
      in_words(step.effects),
      ElementsAre("record rollback.started", "record rollback.step_started", "start rollback.1"));
}

TEST(ARollbackStep, IsFollowedByTheNextOne) {
  const Step step = happen(rolling_back(0), step_ended(rollback_1, exited(0)));
  EXPECT_THAT(in_words(step.effects),
              ElementsAre("record rollback.step_ended", "record rollback.step_started",
                          "start rollback.2"));
  EXPECT_EQ(record_of(step.effects, "rollback.step_ended").text,
            "rollback.1 (database) exited 0 after 2s");
  EXPECT_EQ(record_of(step.effects, "rollback.step_ended").severity, Severity::info);
  EXPECT_EQ(start_of(step.effects).step_name, "release");
}

TEST(TheLastRollbackStep, IsFollowedByTheVerification) {
  const Step step = happen(rolling_back(1), step_ended(rollback_2, exited(0)), at(150));
  EXPECT_THAT(in_words(step.effects),
              ElementsAre("record rollback.step_ended", "record rollback.verifying"));
  const auto& verifying = std::get<Verifying>(step.next.phase);
  EXPECT_EQ(verifying.settled_at, at(250));
  EXPECT_EQ(verifying.until, at(550));
  EXPECT_EQ(verifying.script, VerifyScript::waiting);
  EXPECT_EQ(record_of(step.effects, "rollback.verifying").text,
            "every rollback step has succeeded; settling for 1m 40s, then the service must be "
            "healthy for 10s");
}

TEST(TheLastRollbackStep, NeedsNoScriptToBeVerified) {
  Recipe bare = recipe();
  bare.verify.reset();
  const Step step =
      deploy::step(rolling_back(1), bare, step_ended(rollback_2, exited(0)), at(150), unhealthy);
  EXPECT_EQ(std::get<Verifying>(step.next.phase).script, VerifyScript::passed);
}

TEST(ARollbackStep, ThatFailsEndsTheRollbackForGood) {
  for (const RunResult& result :
       {exited(3), ended(RunOutcome::signalled), ended(RunOutcome::timed_out),
        ended(RunOutcome::stopped), ended(RunOutcome::refused), ended(RunOutcome::lost)}) {
    const Step step = happen(rolling_back(0), step_ended(rollback_1, result));
    EXPECT_THAT(in_words(step.effects),
                ElementsAre("record rollback.step_ended", "record rollback.failed"));
    EXPECT_EQ(record_of(step.effects, "rollback.step_ended").severity, Severity::warning);
    EXPECT_EQ(step.next.verdict, "rollback.1 " + describe(result) + "; a person must act");
    EXPECT_EQ(step.next.ended_at, at(150));
  }
}

TEST(ALostStep, IsStartedAgainOnceUnderAnotherNameIfItIsIdempotent) {
  const Step first =
      happen_idempotent(rolling_back(0), step_ended(rollback_1, ended(RunOutcome::lost)));
  EXPECT_THAT(in_words(first.effects),
              ElementsAre("record rollback.step_ended", "record rollback.step_started",
                          "start rollback.1+1"));
  EXPECT_TRUE(start_of(first.effects).idempotent);
  const Step second =
      happen_idempotent(first.next, step_ended(again(rollback_1), ended(RunOutcome::lost)));
  EXPECT_EQ(name(second.next.phase), "rollback_failed");
}

TEST(TheFirstDeployStep, ThatNeverBeganLeavesNothingToUndo) {
  const Step step = happen(driven(Deploying{}), step_ended(deploy_1, ended(RunOutcome::refused)));
  EXPECT_THAT(in_words(step.effects),
              ElementsAre("record deployment.step_ended", "record deployment.failed"));
  EXPECT_EQ(step.next.verdict, "deploy.1 not started; nothing was changed");
  EXPECT_EQ(record_of(step.effects, "deployment.failed").severity, Severity::warning);
  EXPECT_EQ(step.next.begun_at, std::nullopt) << "no version and no figure learns from it";
}

TEST(TheFirstDeployStep, ThatNeverBeganLeavesNothingToUndoAtTheDeadlineEither) {
  const Deployment late = happen(driven(Deploying{}), LookAgain{}, deadline).next;
  for (const Deployment& deployment : {irreversible(driven(Deploying{})), late}) {
    const Step step = happen(deployment, step_ended(deploy_1, ended(RunOutcome::refused)));
    EXPECT_EQ(step.next.verdict, "deploy.1 not started; nothing was changed");
    EXPECT_EQ(step.next.begun_at, std::nullopt);
  }
}

TEST(TheFirstDeployStep, ThatMayHaveBegunIsUndone) {
  for (const RunOutcome outcome :
       {RunOutcome::signalled, RunOutcome::timed_out, RunOutcome::stopped}) {
    const Step step = happen(driven(Deploying{}), step_ended(deploy_1, ended(outcome)));
    EXPECT_EQ(name(step.next.phase), "rolling_back");
  }
  const Deployment repeated = driven(Deploying{.step = 0, .attempt = 1});
  const Step step = happen(repeated, step_ended(again(deploy_1), ended(RunOutcome::refused)));
  EXPECT_EQ(name(step.next.phase), "rolling_back") << "its first run was lost";
  EXPECT_EQ(step.next.begun_at, noon);
}

TEST(TheFirstDeployStep, ThatNeverBeganIsFollowedByTheRollbackThatAPersonHasOrdered) {
  const Step step =
      happen(turning_back(driven(Deploying{})), step_ended(deploy_1, ended(RunOutcome::refused)));
  EXPECT_EQ(name(step.next.phase), "rolling_back");
}

TEST(ALaterDeployStep, ThatNeverBeganIsUndone) {
  const StepId deploy_2{.kind = StepKind::deploy, .index = 1, .attempt = 0};
  const Step step =
      happen(driven(Deploying{.step = 1}), step_ended(deploy_2, ended(RunOutcome::refused)));
  EXPECT_EQ(name(step.next.phase), "rolling_back") << "of the first one's work";
}

TEST(AnIdempotentStep, IsNotStartedAgainWhenItIsKnownToHaveFailed) {
  for (const RunResult& result : {exited(3), ended(RunOutcome::timed_out)}) {
    const Step step = happen_idempotent(rolling_back(0), step_ended(rollback_1, result));
    EXPECT_EQ(name(step.next.phase), "rollback_failed");
  }
}

TEST(AStepEndedOfAFormerAttempt, ChangesNothing) {
  EXPECT_THAT(happen(rolling_back(0, 1), step_ended(rollback_1, exited(0))).effects, IsEmpty());
  EXPECT_THAT(happen(rolling_back(1), step_ended(rollback_1, exited(0))).effects, IsEmpty());
  EXPECT_THAT(happen(verifying(VerifyScript::running, 1), step_ended(verify, exited(0))).effects,
              IsEmpty());
}

TEST(TheVerificationScript, BeginsWhenTheServiceHasSettled) {
  const Deployment waiting = verifying(VerifyScript::waiting);
  EXPECT_THAT(happen(waiting, LookAgain{}, settled - 1us).effects, IsEmpty());
  const Step step = happen(waiting, LookAgain{}, settled);
  EXPECT_THAT(in_words(step.effects), ElementsAre("record rollback.step_started", "start verify"));
  EXPECT_EQ(start_of(step.effects).step_name, "validate");
  EXPECT_EQ(std::get<Verifying>(step.next.phase).script, VerifyScript::running);
}

TEST(TheVerificationScript, IsNotEnoughWithoutHealth) {
  const Step step = happen(verifying(VerifyScript::running), step_ended(verify, exited(0)));
  EXPECT_THAT(in_words(step.effects), ElementsAre("record rollback.step_ended"));
  EXPECT_EQ(std::get<Verifying>(step.next.phase).script, VerifyScript::passed);
}

TEST(TheVerificationScript, VerifiesAServiceThatHasBeenHealthyForLongEnough) {
  const Step step = happen(verifying(VerifyScript::running), step_ended(verify, exited(0)), at(110),
                           healthy_since(noon));
  EXPECT_THAT(in_words(step.effects),
              ElementsAre("record rollback.step_ended", "record rollback.succeeded"));
  EXPECT_EQ(step.next.verdict, "v1 is back and verified; it took 1m 50s from the trip on");
  EXPECT_EQ(record_of(step.effects, "rollback.succeeded").severity, Severity::warning);
}

TEST(TheVerificationScript, ThatFailsFailsTheRollback) {
  const Step step = happen(verifying(VerifyScript::running), step_ended(verify, exited(2)));
  EXPECT_THAT(in_words(step.effects),
              ElementsAre("record rollback.step_ended", "record rollback.failed"));
  EXPECT_EQ(step.next.verdict,
            "the verification after the rollback failed: verify exited 2 after 2s; a person must "
            "act");
}

TEST(TheVerificationScript, IsStartedAgainOnceWhenItsRunIsLostAndItIsIdempotent) {
  const Step step = happen_idempotent(verifying(VerifyScript::running),
                                      step_ended(verify, ended(RunOutcome::lost)));
  EXPECT_THAT(
      in_words(step.effects),
      ElementsAre("record rollback.step_ended", "record rollback.step_started", "start verify+1"));
}

TEST(AnAbort, StopsWhatIsRunning) {
  const MachineEvent abort = AbortAsked{.reason = "mine", .by = "ana"};
  EXPECT_THAT(in_words(happen(deploying(), abort).effects),
              ElementsAre("record deployment.aborted"));
  EXPECT_THAT(in_words(happen(baking(), abort).effects), ElementsAre("record deployment.aborted"));
  EXPECT_THAT(in_words(happen(rolling_back(1, 1), abort).effects),
              ElementsAre("stop rollback.2+1", "record deployment.aborted"));
  EXPECT_THAT(in_words(happen(verifying(VerifyScript::running, 1), abort).effects),
              ElementsAre("stop verify+1", "record deployment.aborted"));
  for (const VerifyScript script : {VerifyScript::waiting, VerifyScript::passed}) {
    EXPECT_THAT(in_words(happen(verifying(script), abort).effects),
                ElementsAre("record deployment.aborted"));
  }
  const Step step = happen(baking(), abort);
  EXPECT_EQ(step.next.verdict, "mine");
  EXPECT_EQ(record_of(step.effects, "deployment.aborted").by, "ana");
  EXPECT_EQ(record_of(step.effects, "deployment.aborted").severity, Severity::warning);
}

TEST(ABake, EndsWell) {
  const Step step = happen(baking(), LookAgain{}, bake_over, healthy_since(at(199)));
  EXPECT_THAT(in_words(step.effects), ElementsAre("record deployment.succeeded"));
  EXPECT_EQ(step.next.verdict, "v2 has been healthy to the end of its bake of 3m 20s");
  EXPECT_EQ(step.next.ended_at, bake_over);
}

TEST(ABake, SaysOnceThatItIsOverdue) {
  const Step step = happen(baking(), LookAgain{}, bake_over);
  EXPECT_THAT(in_words(step.effects), ElementsAre("record deployment.overdue"));
  EXPECT_THAT(happen(step.next, LookAgain{}, bake_over).effects, IsEmpty());
}

TEST(ABake, BeginsAnewWhenItsEndWasNotSeenToBeHealthy) {
  const Deployment overdue = happen(baking(), LookAgain{}, bake_over).next;
  EXPECT_THAT(happen(overdue, LookAgain{}, at(500), healthy_since(at(500))).effects, IsEmpty());
  EXPECT_EQ(wake_at(overdue, recipe(), at(500), healthy_since(at(500))), at(700));
  EXPECT_THAT(happen(overdue, LookAgain{}, at(699), healthy_since(at(500))).effects, IsEmpty());
  EXPECT_THAT(in_words(happen(overdue, LookAgain{}, at(700), healthy_since(at(500))).effects),
              ElementsAre("record deployment.succeeded"));
}

TEST(ABake, HoldsInsteadOfGoingBackToNobodyKnowsWhere) {
  Deployment unknown = baking();
  unknown.previous_version.clear();
  const Step step = happen(unknown, Tripped{trip()}, at(100));
  EXPECT_THAT(in_words(step.effects), ElementsAre("record deployment.held"));
  EXPECT_EQ(record_of(step.effects, "deployment.held").severity, Severity::critical);
  EXPECT_THAT(step.next.held->reason, HasSubstr("no good version is known to go back to"));
}

TEST(AStepFound, IsAdoptedAndGoneOnFrom) {
  const Step step = happen(baking(), StepFound{rollback_2});
  EXPECT_THAT(in_words(step.effects), ElementsAre("record rollback.adopted"));
  EXPECT_EQ(record_of(step.effects, "rollback.adopted").text,
            "found rollback.2 (release) begun without a record of it (the journal could not be "
            "written): going on from there");
  EXPECT_EQ(record_of(step.effects, "rollback.adopted").severity, Severity::critical);
  ASSERT_TRUE(step.next.cause);
  EXPECT_EQ(step.next.cause->reason, "a rollback had begun that the journal could not record");

  const Step verified = happen(step.next, step_ended(rollback_2, exited(0)));
  EXPECT_EQ(name(verified.next.phase), "verifying");
}

TEST(AStepFound, KeepsTheCauseThatIsKnown) {
  const Step step = happen(rolling_back(0), StepFound{rollback_2});
  EXPECT_EQ(step.next.cause->trigger, "unhealthy");
  EXPECT_EQ(step.next.deadline, deadline);
}

TEST(AStepFound, MayBeTheVerificationItself) {
  const Step step = happen(verifying(VerifyScript::waiting), StepFound{again(verify)}, at(150));
  const auto& phase = std::get<Verifying>(step.next.phase);
  EXPECT_EQ(phase.settled_at, at(150));
  EXPECT_EQ(phase.until, at(450));
  EXPECT_EQ(phase.script, VerifyScript::running);
  EXPECT_EQ(phase.attempt, 1U);
}

TEST(APerson, IsToldWhyNot) {
  const MachineEvent finish = Finished{.by = "ana"};
  const MachineEvent fail = PipelineFailed{.reason = "", .by = "ana"};
  const MachineEvent rollback = RollbackAsked{order()};
  const MachineEvent abort = AbortAsked{.reason = "", .by = "ana"};
  EXPECT_EQ(happen(baking(), finish).refused, "it has finished deploying already");
  EXPECT_EQ(happen(baking(), fail).refused,
            "it has finished deploying already; use rollback or abort");
  EXPECT_EQ(happen(rolling_back(0), rollback).refused, "it is being rolled back already");
  EXPECT_EQ(happen(verifying(VerifyScript::passed), rollback).refused,
            "it has been rolled back already and is being verified");
  EXPECT_EQ(happen(rolling_back(0), finish).refused, "it is rolling_back");
  EXPECT_EQ(happen(verifying(VerifyScript::passed), fail).refused, "it is verifying");
  EXPECT_EQ(happen(deployment(Succeeded{}), abort).refused, "it is succeeded");
  EXPECT_EQ(happen(deployment(Failed{}), rollback).refused, "it is failed");
}

TEST(ARestoredRollback, OfAStepThatTheRecipeNoLongerHasGoesOnToTheVerification) {
  const StepId ninth{.kind = StepKind::rollback, .index = 8, .attempt = 0};
  EXPECT_EQ(name(happen(rolling_back(8), step_ended(ninth, exited(0))).next.phase), "verifying");
  const Step failed =
      happen_idempotent(rolling_back(8), step_ended(ninth, ended(RunOutcome::lost)));
  EXPECT_EQ(name(failed.next.phase), "rollback_failed");
  EXPECT_EQ(record_of(failed.effects, "rollback.step_ended").text, "rollback.9 lost");
}

}  // namespace
}  // namespace ripcord::deploy
