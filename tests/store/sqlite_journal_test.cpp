#include "store/sqlite_journal.hpp"

#include "tests/store/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <SQLiteCpp/Database.h>
#include <csignal>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <vector>

namespace ripcord::store {
namespace {

using namespace ripcord::test;  // NOLINT(google-build-using-namespace)
using namespace std::string_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr StepId first_step{StepKind::rollback, 0, 0};

class SqliteJournalTest : public testing::Test {
 protected:
  void reopen() {
    journal.reset();
    journal = opened(file);
  }

  [[nodiscard]] std::string commit(const Commit& commit) const {
    return outcome(journal->commit(commit));
  }

  [[nodiscard]] std::string stored(const std::string& id) const {
    const Result<Deployment> found = journal->deployment(id);
    return found ? text_of(*found) : outcome(found);
  }

  [[nodiscard]] std::vector<std::string> ids(const DeploymentQuery& query) const {
    std::vector<std::string> found;
    const auto rows = journal->deployments(query).value();
    for (const Deployment& deployment : rows) {
      found.push_back(deployment.id);
    }
    return found;
  }

  TempDir directory;
  std::filesystem::path file = directory.path() / "journal.db";
  std::unique_ptr<Journal> journal = opened(file);
};

TEST_F(SqliteJournalTest, KeepsADeploymentWithAllItsOptionalParts) {
  Deployment full = in_phase("backend-1", Baking{at(10), at(20), true});
  full.commit_time = at(900);
  full.deployed_at = at(1'050);
  full.ended_at = at(1'060);
  full.cause = Cause{"unhealthy", "3 of 3", "ripcord", at(1'055), at(1'050)};
  full.preexisting = {"errors", "slow"};
  full.manual_rollback = true;
  full.way = Way::driven;
  full.begun_at = at(905);
  full.held = Held{"odd", "uid 1000 (ana)", at(1'056)};
  full.irreversible = "a column was dropped";
  full.rework = true;
  full.drill = true;
  full.verdict = "it ended";
  full.baselines = {
      {"slower",
       {.count = 3, .mean = 0.2, .quantiles = {0.1, 0.3, 0.4, 0.5}, .sample = {0.1, 0.2, 0.3}}},
      {"busier", {.count = 1, .mean = -7, .quantiles = {}, .sample = {-7}}}};
  full.confirmations = {{"backup is tested", "uid 1000 (ana)"}, {"", ""}};
  full.overrides = {{"hours", "uid 1000 (ana)", "a fix"}};
  ASSERT_EQ(commit(commit_of(full, begun("backend-2"))), "ok");
  reopen();
  EXPECT_EQ(stored("backend-1"), text_of(full));
  EXPECT_EQ(stored("backend-2"), text_of(begun("backend-2")));
}

TEST_F(SqliteJournalTest, KeepsEveryPhase) {
  for (const Phase phase :
       {Phase(Gating{}), Phase(Deploying{1, 1}), Phase(Shifting{2, 1}), Phase(Refused{}),
        Phase(Baking{at(1), at(2), false, 2, true}), Phase(RollingBack{3, 1}),
        Phase(Verifying{at(4), at(5), VerifyScript::passed, 2}), Phase(Succeeded{}),
        Phase(Failed{}), Phase(RolledBack{}), Phase(RollbackFailed{}), Phase(Aborted{})}) {
    const Deployment deployment = in_phase(std::string(name(phase)), phase);
    ASSERT_EQ(commit(commit_of(deployment)), "ok");
    EXPECT_EQ(stored(deployment.id), text_of(deployment));
  }
}

TEST_F(SqliteJournalTest, OverwritesTheRowOfAnOpenDeployment) {
  ASSERT_EQ(commit(commit_of(begun("backend-1"))), "ok");
  const Deployment later = in_phase("backend-1", RollingBack{1, 0});
  ASSERT_EQ(commit(commit_of(later)), "ok");
  EXPECT_EQ(texts_of(journal->all_deployments().value()), std::vector{text_of(later)});
}

TEST_F(SqliteJournalTest, NeverOverwritesHowADeploymentEnded) {
  const Deployment ended = in_phase("backend-1", RolledBack{});
  ASSERT_EQ(commit(commit_of(ended)), "ok");
  for (const Phase phase : {Phase(Deploying{}), Phase(Verifying{}), Phase(Succeeded{})}) {
    EXPECT_THAT(commit(commit_of(in_phase("backend-1", phase))),
                AllOf(StartsWith("refused: "), HasSubstr("stays as it ended")));
  }
  EXPECT_EQ(stored("backend-1"), text_of(ended));
  EXPECT_EQ(commit(commit_of(ended)), "ok") << "the same end again is no change";
}

TEST_F(SqliteJournalTest, SaysWhichDeploymentIsMissing) {
  EXPECT_EQ(stored("no\nsuch"), R"(missing: there is no deployment "no such")");
}

TEST_F(SqliteJournalTest, ListsByOrderOfCommitAndNotByTime) {
  for (const auto& [id, start] : {std::pair{"a", 300}, {"b", 100}, {"c", 200}}) {
    Deployment deployment = begun(id);
    deployment.started_at = at(start);
    deployment.service = std::string(id) == "b" ? "web" : "backend";
    ASSERT_EQ(commit(commit_of(deployment)), "ok");
  }
  ASSERT_EQ(commit(commit_of(in_phase("a", Aborted{}))), "ok");
  EXPECT_THAT(ids({}), ElementsAre("c", "b", "a"));
  EXPECT_THAT(ids({.service = "", .limit = 2}), ElementsAre("c", "b"));
  EXPECT_THAT(ids({.service = "backend"}), ElementsAre("c", "a"));
  EXPECT_THAT(ids({.service = "backend", .limit = 0}), ElementsAre());
  EXPECT_EQ(ids({.service = "web", .limit = std::numeric_limits<std::size_t>::max()}).size(), 1U);
  EXPECT_EQ(journal->all_deployments().value().front().id, "a");
}

TEST_F(SqliteJournalTest, AppendsTheHistoryInOrder) {
  ASSERT_EQ(commit(commit_of(record_of("a", "one"), record_of("b", "other"))), "ok");
  ASSERT_EQ(commit(commit_of(record_of("a", "two"), record_of("", "daemon"))), "ok");
  reopen();
  const auto rows = journal->history("a").value();
  EXPECT_EQ(texts_of(rows),
            (std::vector{text_of(record_of("a", "one")), text_of(record_of("a", "two"))}));
  EXPECT_LT(rows[0].sequence, rows[1].sequence);
  EXPECT_EQ(journal->history("").value().size(), 1U);
  EXPECT_EQ(journal->history("nobody").value().size(), 0U);
}

TEST_F(SqliteJournalTest, KeepsARunFromItsIntentToItsEnd) {
  const RunIntent intent = intent_of("a", first_step);
  ASSERT_EQ(commit(commit_of(begun("a"), intent)), "ok");
  EXPECT_EQ(texts_of(journal->runs("a").value()),
            std::vector{text_of(RunRow{intent, std::nullopt})});
  const RunEnd end = end_of("a", first_step, 3);
  ASSERT_EQ(commit(commit_of(end)), "ok");
  reopen();
  EXPECT_EQ(texts_of(journal->runs("a").value()), std::vector{text_of(RunRow{intent, end.result})});
}

TEST_F(SqliteJournalTest, KeepsARunThatNeverBegan) {
  RunEnd end = end_of("a", first_step);
  end.result = {RunOutcome::refused, -1, std::nullopt, at(7), "permission denied"};
  ASSERT_EQ(commit(commit_of(begun("a"), intent_of("a", first_step))), "ok");
  ASSERT_EQ(commit(commit_of(end)), "ok");
  EXPECT_EQ(texts_of(journal->runs("a").value()),
            std::vector{text_of(RunRow{intent_of("a", first_step), end.result})});
}

TEST_F(SqliteJournalTest, ASecondIntentOfOneStepUndoesItsWholeCommit) {
  ASSERT_EQ(commit(commit_of(begun("a"), intent_of("a", first_step))), "ok");
  EXPECT_EQ(commit(commit_of(in_phase("a", Aborted{}), begun("b"), record_of("a", "again"),
                             intent_of("a", first_step))),
            "exists: step rollback.1 of a has been started before: each runs at most once");
  EXPECT_EQ(stored("a"), text_of(begun("a")));
  EXPECT_EQ(ids({}).size(), 1U);
  EXPECT_EQ(journal->history("a").value().size(), 0U);
}

TEST_F(SqliteJournalTest, OtherStepsAttemptsAndDeploymentsAreOtherRuns) {
  ASSERT_EQ(commit(commit_of(begun("a"), begun("b"))), "ok");
  const std::vector<StepId> steps{first_step,
                                  {StepKind::rollback, 1, 0},
                                  {StepKind::rollback, 0, 1},
                                  {StepKind::verify, 0, 0},
                                  {StepKind::verify, 0, 2}};
  for (const StepId step : steps) {
    ASSERT_EQ(commit(commit_of(intent_of("a", step), intent_of("b", step))), "ok");
  }
  std::vector<StepId> found;
  const auto runs = journal->runs("a").value();
  for (const RunRow& run : runs) found.push_back(run.intent.step);
  EXPECT_EQ(found, steps);
}

TEST_F(SqliteJournalTest, ARunEndsOnce) {
  ASSERT_EQ(commit(commit_of(begun("a"), intent_of("a", first_step))), "ok");
  ASSERT_EQ(commit(commit_of(end_of("a", first_step, 0))), "ok");
  EXPECT_THAT(commit(commit_of(end_of("a", first_step, 1))), StartsWith("refused: "));
  EXPECT_EQ(journal->runs("a").value().at(0).result->code, 0);
}

TEST_F(SqliteJournalTest, RecordsTheEndOfARunWhoseIntentCouldNotBeWritten) {
  ASSERT_EQ(commit(commit_of(begun("a"), end_of("a", first_step, 4))), "ok");
  const auto runs = journal->runs("a").value();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].intent.step, first_step);
  EXPECT_EQ(runs[0].intent.at, at(1'101));
  EXPECT_EQ(runs[0].result->code, 4);
  EXPECT_THAT(commit(commit_of(intent_of("a", first_step))), StartsWith("exists: "));
}

TEST_F(SqliteJournalTest, RefusesARunOfADeploymentThatIsNotThere) {
  EXPECT_THAT(commit(commit_of(intent_of("ghost", first_step))), StartsWith("refused: "));
}

TEST_F(SqliteJournalTest, KeepsAnyBytes) {
  const std::string hostile = "'; DROP TABLE deployments; --\xff\xfe\0\x1b[2J"s;
  Deployment deployment = begun(hostile);
  deployment.verdict = hostile;
  deployment.preexisting = {hostile};
  deployment.cause = Cause{hostile, hostile, hostile, at(-5), std::nullopt};
  ASSERT_EQ(commit(commit_of(deployment, record_of(hostile, hostile))), "ok");
  reopen();
  EXPECT_EQ(stored(hostile), text_of(deployment));
  EXPECT_EQ(texts_of(journal->history(hostile).value()),
            std::vector{text_of(record_of(hostile, hostile))});
}

TEST_F(SqliteJournalTest, KeepsTimesToTheEndsOfTheTimeLine) {
  Deployment deployment = begun("a");
  deployment.started_at = Instant::min();
  deployment.deadline = Instant::max();
  ASSERT_EQ(commit(commit_of(deployment)), "ok");
  EXPECT_EQ(stored("a"), text_of(deployment));
}

TEST_F(SqliteJournalTest, AnEmptyCommitTouchesNothing) {
  const std::string before = bytes_of(file.native() + "-wal");
  EXPECT_EQ(commit({}), "ok");
  EXPECT_EQ(bytes_of(file.native() + "-wal"), before);
}

TEST_F(SqliteJournalTest, ItsLogHasItsSpaceFromTheStartAndDoesNotGrow) {
  const std::filesystem::path log = file.native() + "-wal";
  const std::uintmax_t reserved = std::filesystem::file_size(log);
  EXPECT_GE(reserved, 1U << 20U);
  for (int i = 0; i < 200; ++i) {
    const std::string id = fmt::format("backend-{}", i);
    ASSERT_EQ(commit(commit_of(begun(id), record_of(id, std::string(2'000, 'x')))), "ok");
  }
  EXPECT_EQ(std::filesystem::file_size(log), reserved);
}

TEST_F(SqliteJournalTest, CanBeReadByItsGroupAndNobodyElse) {
  for (const char* part : {"", "-wal", "-shm"}) {
    struct stat found{};
    ASSERT_EQ(::stat((file.native() + part).c_str(), &found), 0) << part;
    EXPECT_EQ(found.st_mode & 07777U, 0640U) << part;
  }
}

TEST_F(SqliteJournalTest, AnotherProgramsLockIsAnErrorAndPasses) {
  {
    SQLite::Database other(file.native(), SQLite::OPEN_READWRITE);
    other.exec("BEGIN IMMEDIATE");
    EXPECT_THAT(commit(commit_of(begun("a"))),
                AllOf(StartsWith("busy: "), HasSubstr(file.native())));
    EXPECT_TRUE(journal->all_deployments()) << "readers are not kept out";
  }
  EXPECT_EQ(commit(commit_of(begun("a"))), "ok");
}

TEST_F(SqliteJournalTest, TellsThatItWasRemovedUnderneath) {
  std::filesystem::remove(file);
  EXPECT_THAT(commit(commit_of(begun("a"))),
              AllOf(StartsWith("internal: "), HasSubstr("removed or replaced")));
  EXPECT_THAT(outcome(journal->all_deployments()), HasSubstr("removed or replaced"));
}

TEST_F(SqliteJournalTest, TellsThatItsLogWasRemovedUnderneath) {
  std::filesystem::remove(file.native() + "-wal");
  EXPECT_THAT(commit(commit_of(begun("a"))), HasSubstr("removed or replaced"));
}

TEST_F(SqliteJournalTest, SurvivesAFailingWrite) {
  ASSERT_EQ(commit(commit_of(begun("a"))), "ok");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit tight{.rlim_cur = 16, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  const std::string failed = commit(commit_of(begun("b")));
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(failed, AllOf(StartsWith("too_large: "), HasSubstr("File too large")));
  EXPECT_EQ(commit(commit_of(begun("c"))), "ok");
  reopen();
  EXPECT_THAT(ids({}), ElementsAre("c", "a"));
}

}  // namespace
}  // namespace ripcord::store
