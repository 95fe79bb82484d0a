// Each kind of gate but the window: below, at and above its limit, what is not known, its words.

#include "deploy/gate/backup.hpp"
#include "deploy/gate/checklist.hpp"
#include "deploy/gate/health.hpp"
#include "deploy/gate/ready.hpp"
#include "deploy/gate/staging.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;

constexpr Instant now = Instant{} + std::chrono::days(20'000);

GateCheck passed(std::string text) {
  return {.passed = true, .text = std::move(text)};
}
GateCheck refused(std::string text) {
  return {.passed = false, .text = std::move(text)};
}

RunResult exited(int code) {
  return {.outcome = RunOutcome::exited,
          .code = code,
          .started_at = now - 2s,
          .ended_at = now,
          .message = ""};
}

BackupFact backup(Duration age, std::uint64_t bytes = 4096) {
  return {.newest = BackupFile{.name = "monday.dump", .made_at = now - age, .bytes = bytes},
          .verified = {}};
}

GateCheck judged(const BackupFact& fact, const BackupRule& rule = {}) {
  return check(rule, &fact, now);
}

TEST(TheBackupGate, WantsARecentBackup) {
  EXPECT_EQ(
      judged(backup(3h + 5min + 59s)),
      passed("the newest backup, monday.dump, is 3h 5m old, at most 24h, and has 4096 bytes"));
  EXPECT_TRUE(judged(backup(24h)).passed);
  EXPECT_EQ(judged(backup(24h + 1us)), refused("the newest backup is 24h 1m old, at most 24h"));
  EXPECT_EQ(judged(backup(26h + 10min)), refused("the newest backup is 26h 10m old, at most 24h"));
}

TEST(TheBackupGate, WantsABigOne) {
  const BackupRule rule{.bytes_min = 4096};
  EXPECT_TRUE(judged(backup(1h, 4096), rule).passed);
  EXPECT_EQ(judged(backup(1h, 4095), rule),
            refused("the newest backup has 4095 bytes, at least 4096"));
  EXPECT_EQ(judged(backup(1h, 0)), refused("the newest backup has 0 bytes, at least 1"));
}

TEST(TheBackupGate, WantsAVerifiedOneWhereAsked) {
  const BackupRule rule{.verify = true};
  BackupFact fact = backup(1h);
  EXPECT_EQ(judged(fact, rule), refused("the newest backup is not verified"));
  fact.verified = exited(1);
  EXPECT_EQ(judged(fact, rule), refused("the newest backup is not verified: exited 1 after 2s"));
  EXPECT_TRUE(judged(fact).passed) << "nobody asked";
  fact.verified = exited(0);
  EXPECT_EQ(judged(fact, rule), passed("the newest backup, monday.dump, is 1h old, at most 24h, "
                                       "and has 4096 bytes; it is verified"));
  fact.verified->outcome = RunOutcome::lost;
  EXPECT_FALSE(judged(fact, rule).passed);
}

TEST(TheBackupGate, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(check(BackupRule{}, nullptr, now), refused("it is not known what backups there are"));
  EXPECT_EQ(judged(BackupFact{}), refused("there is no backup"));
  EXPECT_TRUE(judged(backup(-clock_difference_max)).passed);
  EXPECT_EQ(judged(backup(-clock_difference_max - 1us)),
            refused("the newest backup is dated 5m 1s in the future: its age is not known"));
}

TEST(TheBackupGate, GivesEveryObjection) {
  EXPECT_EQ(judged(backup(30h, 0), {.verify = true}),
            refused("the newest backup is 30h old, at most 24h; the newest backup has 0 bytes, at "
                    "least 1; the newest backup is not verified"));
}

GateCheck health(std::vector<TriggerNow> triggers) {
  const HealthyFact fact{std::move(triggers)};
  return check(HealthyRule{}, &fact, now);
}

const TriggerNow good{.name = "errors", .state = FindingState::pass, .reason = ""};
const TriggerNow silent{
    .name = "slow", .state = FindingState::no_data, .reason = "no known latency"};
const TriggerNow silent_and_ignored{
    .name = "slow", .state = FindingState::no_data, .reason = "", .ignores_no_data = true};

TEST(TheHealthyGate, WantsNoTriggerInTrouble) {
  EXPECT_EQ(health({good, good}), passed("2 of 2 triggers pass, none is in trouble"));
  EXPECT_EQ(health({good,
                    {.name = "slow", .state = FindingState::pending, .reason = "p95 6s"},
                    {.name = "down", .state = FindingState::tripped, .reason = ""}}),
            refused("slow is pending (p95 6s); down is tripped"));
}

TEST(TheHealthyGate, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(check(HealthyRule{}, nullptr, now), refused("what the triggers find is not known"));
  EXPECT_EQ(health({good, silent}), refused("slow is without data (no known latency)"));
  EXPECT_EQ(health({good, silent_and_ignored}), passed("1 of 2 triggers pass, none is in trouble"));
  EXPECT_EQ(health({silent_and_ignored}), refused("none of 1 trigger passes: health is not known"));
  EXPECT_EQ(health({}), refused("none of 0 triggers passes: health is not known"));
  const TriggerNow nobody_complains{
      .name = "complaints", .state = FindingState::pass, .reason = "", .counts_signals = true};
  EXPECT_EQ(health({silent_and_ignored, nobody_complains}),
            refused("only triggers that count signals pass, and no probe knows anything: health is "
                    "not known"));
  EXPECT_TRUE(health({good, nobody_complains}).passed);
}

GateCheck quiet(double value, Duration age = 0s) {
  const QuietFact fact{.value = value, .seen_at = now - age};
  return check(QuietRule{.value = "requests", .below = 100}, &fact, now);
}

TEST(TheQuietGate, WantsAValueBelowItsBound) {
  EXPECT_EQ(quiet(99.999999), passed("requests is 99.999999, below 100"));
  EXPECT_EQ(quiet(100), refused("requests is 100, not below 100"));
  EXPECT_EQ(quiet(250.5), refused("requests is 250.5, not below 100"));
}

TEST(TheQuietGate, RefusesWhatItDoesNotKnow) {
  const std::string unknown = "the value of requests is not known";
  EXPECT_EQ(check(QuietRule{.value = "requests", .below = 100}, nullptr, now), refused(unknown));
  EXPECT_EQ(quiet(std::numeric_limits<double>::quiet_NaN()), refused(unknown));
  EXPECT_EQ(quiet(-std::numeric_limits<double>::infinity()), refused(unknown));
  EXPECT_TRUE(quiet(1, 60s).passed);
  EXPECT_EQ(quiet(1, 60s + 1us), refused(unknown + ": 1 was seen 1m 1s ago"));
  EXPECT_TRUE(quiet(1, -clock_difference_max).passed);
  EXPECT_EQ(quiet(1, -6min), refused(unknown + ": 1 was seen 6m in the future"));
}

TEST(TheChecklistGate, WantsEachItemConfirmed) {
  const ChecklistRule rule{.items = {"reviewed", "team notified"}};
  EXPECT_EQ(check(rule, {}),
            refused("2 of 2 items not confirmed: \"reviewed\", \"team notified\""));
  EXPECT_EQ(check(rule, {{.item = "reviewed", .by = "ana"}}),
            refused("1 of 2 items not confirmed: \"team notified\""));
  EXPECT_EQ(check(rule, {{.item = "team notified", .by = "bo"}, {.item = "reviewed", .by = "ana"}}),
            passed("2 of 2 items confirmed: \"reviewed\" by ana, \"team notified\" by bo"));
  EXPECT_FALSE(
      check(rule, {{.item = "reviewed", .by = "ana"}, {.item = "Team", .by = "ana"}}).passed);
}

GateCheck staged(std::vector<StagingRecord> records, const StagingRule& rule = {"staging", {}}) {
  const StagingFact fact{std::move(records)};
  return check(rule, &fact, "v2", now);
}

TEST(TheStagingGate, WantsTheSameVersionToHaveSucceeded) {
  EXPECT_EQ(staged({{"v1", Succeeded{}, now - 2h}, {"v2", Succeeded{}, now - 3h}}),
            passed("v2 succeeded in staging 3h ago"));
  EXPECT_EQ(staged({{"v1", Succeeded{}, now - 2h}}), refused("v2 was never deployed to staging"));
  EXPECT_EQ(staged({{"v2", Baking{}, now - 5min}}),
            refused("the newest deployment of v2 to staging, 5m ago, is baking"));
}

TEST(TheStagingGate, LooksAtTheNewestOnly) {
  const StagingRecord good_one{"v2", Succeeded{}, now - 3h};
  const StagingRecord later{"v2", RolledBack{}, now - 1h};
  const StagingRecord earlier{"v2", Failed{}, now - 4h};
  const StagingRecord as_late{"v2", Aborted{}, now - 3h};
  EXPECT_TRUE(staged({good_one, earlier}).passed && staged({earlier, good_one}).passed);
  EXPECT_FALSE(staged({good_one, later}).passed || staged({later, good_one}).passed);
  EXPECT_FALSE(staged({good_one, as_late}).passed || staged({as_late, good_one}).passed);
}

TEST(TheStagingGate, MayWantItRecently) {
  const StagingRule week{.environment = "staging", .max_age = 168h};
  EXPECT_TRUE(staged({{"v2", Succeeded{}, now - 168h}}, week).passed);
  EXPECT_EQ(staged({{"v2", Succeeded{}, now - 168h - 1us}}, week),
            refused("v2 succeeded in staging 168h 1m ago, at most 168h"));
}

TEST(TheStagingGate, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(check(StagingRule{.environment = "staging", .max_age = {}}, nullptr, "v2", now),
            refused("what happened in staging is not known"));
  EXPECT_EQ(staged({}), refused("v2 was never deployed to staging"));
  EXPECT_EQ(staged({{"v2", Succeeded{}, now + 6min}}),
            refused("the deployment of v2 to staging is dated 6m in the future: its age is not "
                    "known"));
}

const ReadyRule two_steps{
    .programs = {"/srv/db.sh", "/srv/app.sh"}, .image = true, .disk_bytes_min = 1000};

ReadyFact ready_fact() {
  return {.programs = {{.path = "/srv/app.sh", .executable = true, .why_not = ""},
                       {.path = "/srv/db.sh", .executable = true, .why_not = ""}},
          .previous_version = "v1",
          .image_there = true,
          .disk_bytes_free = 1000};
}

GateCheck readiness(const ReadyFact& fact, const ReadyRule& rule = two_steps) {
  return check(rule, &fact);
}

TEST(TheReadyGate, WantsEverythingThatARollbackNeeds) {
  EXPECT_EQ(readiness(ready_fact()),
            passed("2 programs in place, back to v1, 1000 bytes of the disk are free"));
  ReadyFact fact = ready_fact();
  fact.programs[1] = {.path = "/srv/db.sh", .executable = false, .why_not = "no such file"};
  fact.image_there = false;
  fact.disk_bytes_free = 999;
  EXPECT_EQ(readiness(fact),
            refused("/srv/db.sh is not fit to be run: no such file; the image of v1 is gone; 999 "
                    "bytes of the disk are free, at least 1000"));
}

TEST(TheReadyGate, WantsAVersionAndAWayBack) {
  ReadyFact fact = ready_fact();
  fact.previous_version = "";
  EXPECT_EQ(readiness(fact), refused("there is no verified good version to go back to"));
  EXPECT_EQ(readiness(ready_fact(), {.programs = {}, .disk_bytes_min = 0}),
            refused("there is no rollback step"));
}

TEST(TheReadyGate, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(check(two_steps, nullptr), refused("whether a rollback is possible is not known"));
  EXPECT_EQ(readiness(ReadyFact{}),
            refused("whether /srv/db.sh can be executed is not known; whether /srv/app.sh can be "
                    "executed is not known; which version to go back to is not known; how much of "
                    "the disk is free is not known"));
  ReadyFact fact = ready_fact();
  fact.image_there.reset();
  EXPECT_EQ(readiness(fact), refused("the image of v1 is not known to be there"));
  EXPECT_TRUE(readiness(fact, {.programs = {"/srv/db.sh"}, .disk_bytes_min = 1}).passed);
  fact.why_image_unknown = "the engine is away";
  EXPECT_EQ(readiness(fact),
            refused("the image of v1 is not known to be there (the engine is away)"));
}

TEST(TheReadyGate, RefusesWhatCannotBeUndone) {
  ReadyFact fact = ready_fact();
  fact.irreversible = "no way back from migration 0007_drop_ledger";
  EXPECT_EQ(readiness(fact), refused("what runs cannot be undone: no way back from migration "
                                     "0007_drop_ledger"));
}

TEST(TheReadyGate, WantsADatabaseThatCanGoBackWhereOneIsAskedFor) {
  ReadyRule rule = two_steps;
  rule.database = true;
  ReadyFact fact = ready_fact();
  EXPECT_EQ(readiness(fact, rule), refused("whether the database can go back is not known"));
  fact.database = exited(1);
  EXPECT_EQ(readiness(fact, rule),
            refused("the database cannot go back: its script exited 1 after 2s"));
  fact.database = exited(0);
  EXPECT_TRUE(readiness(fact, rule).passed);
}

}  // namespace
}  // namespace ripcord::deploy
