#include "deploy/dora_input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant noon = Instant{} + std::chrono::hours(12);

/// `version` of `backend`, announced at noon + `from` and ended at noon + `to`.
DoraRecord record(std::string version, Phase phase, Duration from, Duration to) {
  DoraRecord made;
  made.deployment.id = version + "@" + to_string(from);
  made.deployment.service = "backend";
  made.deployment.version = std::move(version);
  made.deployment.started_at = noon + from;
  made.deployment.begun_at = made.deployment.started_at;
  made.deployment.deployed_at = noon + from + 1min;
  made.deployment.ended_at = noon + to;
  made.deployment.phase = phase;
  return made;
}

DoraRecord rollback_of(std::string version, Phase phase, Duration from) {
  DoraRecord made = record(std::move(version), phase, from, from + 5min);
  made.deployment.manual_rollback = true;
  made.deployment.deployed_at.reset();
  return made;
}

/// Ids of those that were rolled back later.
std::vector<std::string> taken_back(const std::vector<DoraRecord>& records) {
  std::vector<std::string> ids;
  for (const DoraInput& input : dora_inputs(records)) {
    if (input.rolled_back_later) ids.push_back(input.id);
  }
  return ids;
}

TEST(AnEnding, IsThatOfATerminalPhase) {
  EXPECT_EQ(ending_of(Succeeded{}), Ending::succeeded);
  EXPECT_EQ(ending_of(Failed{}), Ending::failed);
  EXPECT_EQ(ending_of(RolledBack{}), Ending::rolled_back);
  EXPECT_EQ(ending_of(RollbackFailed{}), Ending::rollback_failed);
  EXPECT_EQ(ending_of(Aborted{}), Ending::aborted);
  for (const Phase& phase :
       {Phase(Deploying{}), Phase(Baking{}), Phase(RollingBack{}), Phase(Verifying{})}) {
    EXPECT_EQ(ending_of(phase), std::nullopt) << name(phase);
  }
}

TEST(DoraInputs, TakeEverythingThatIsKnown) {
  DoraRecord given = record("v2", RolledBack{}, 0min, 30min);
  given.deployment.commit_time = noon - 1h;
  given.deployment.cause = Cause{.trigger = "errors",
                                 .reason = "",
                                 .by = "ripcord",
                                 .at = noon + 10min,
                                 .bad_since = noon + 9min};
  given.acting_since = noon + 11min;
  given.acted_until = noon + 20min;
  given.deployment.rework = true;
  DoraInput input;
  input.id = "v2@0s";
  input.ending = Ending::rolled_back;
  input.commit_time = noon - 1h;
  input.started_at = noon;
  input.deployed_at = noon + 1min;
  input.ended_at = noon + 30min;
  input.bad_since = noon + 9min;
  input.tripped_at = noon + 10min;
  input.acting_since = noon + 11min;
  input.acted_until = noon + 20min;
  input.rework = true;
  EXPECT_THAT(dora_inputs({given}), ElementsAre(input));
}

TEST(DoraInputs, LeaveOutWhatNeverTouchedTheService) {
  DoraRecord aborted = record("v2", Aborted{}, 0min, 1min);
  aborted.deployment.begun_at.reset();
  EXPECT_THAT(dora_inputs({aborted, record("v2", Refused{}, 0min, 1min)}), IsEmpty());
}

TEST(DoraInputs, LeaveOutWhatIsOpen) {
  DoraRecord open = record("v2", Baking{}, 0min, 0min);
  open.deployment.ended_at.reset();
  EXPECT_THAT(dora_inputs({open}), IsEmpty());
  EXPECT_EQ(dora_inputs({open, record("v3", Succeeded{}, 1h, 2h)}).size(), 1U);
}

TEST(DoraInputs, MarkWhatAManualRollbackTakesBack) {
  const DoraRecord first = record("v2", Succeeded{}, 0min, 30min);
  const DoraRecord second = record("v2", Succeeded{}, 1h, 2h);
  EXPECT_THAT(taken_back({first, second}), IsEmpty());
  for (const Phase& phase : {Phase(RolledBack{}), Phase(RollbackFailed{})}) {
    const DoraRecord rollback = rollback_of("v2", phase, 3h);
    EXPECT_THAT(taken_back({first, second, rollback}), ElementsAre("v2@1h"));
    EXPECT_THAT(taken_back({rollback, second, first}), ElementsAre("v2@1h"));
  }
  EXPECT_THAT(taken_back({first, second, rollback_of("v2", RolledBack{}, 50min)}),
              ElementsAre("v2@0s"));
}

TEST(DoraInputs, MarkNothingElse) {
  const DoraRecord rollback = rollback_of("v2", RolledBack{}, 3h);
  EXPECT_THAT(taken_back({record("v1", Succeeded{}, 0min, 1h), rollback}), IsEmpty());
  DoraRecord elsewhere = record("v2", Succeeded{}, 0min, 1h);
  elsewhere.deployment.service = "frontend";
  EXPECT_THAT(taken_back({elsewhere, rollback}), IsEmpty());
  DoraRecord never_there = record("v2", Failed{}, 0min, 1h);
  never_there.deployment.deployed_at.reset();
  EXPECT_THAT(taken_back({never_there, rollback}), IsEmpty());
  EXPECT_THAT(taken_back({record("v2", Succeeded{}, 0min, 1h), rollback_of("v2", Aborted{}, 3h)}),
              IsEmpty());
}

TEST(DoraInputs, LeaveDrillsOutOfIt) {
  const DoraRecord good = record("v2", Succeeded{}, 0min, 1h);
  DoraRecord exercise = rollback_of("v2", RolledBack{}, 3h);
  exercise.deployment.drill = true;
  EXPECT_THAT(taken_back({good, exercise}), IsEmpty());
  DoraRecord tried = record("v2", Succeeded{}, 90min, 2h);
  tried.deployment.drill = true;
  EXPECT_THAT(taken_back({good, tried, rollback_of("v2", RolledBack{}, 3h)}), ElementsAre("v2@0s"));
}

}  // namespace
}  // namespace ripcord::deploy
