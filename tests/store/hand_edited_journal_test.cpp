#include "tests/store/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

namespace ripcord::store {
namespace {

using namespace ripcord::test;  // NOLINT(google-build-using-namespace)
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// A journal with one row in each table, edited by hand while it is open.
class HandEditedJournalTest : public testing::Test {
 protected:
  void SetUp() override {
    const StepId step{StepKind::verify, 0, 0};
    ASSERT_EQ(outcome(journal->commit(
                  commit_of(begun("backend-1"), record_of("backend-1", "it began"),
                            intent_of("backend-1", step), end_of("backend-1", step)))),
              "ok");
  }

  [[nodiscard]] std::string deployment_after(const std::string& assignment) const {
    edit(file, "UPDATE deployments SET " + assignment);
    return outcome(journal->deployment("backend-1"));
  }

  [[nodiscard]] std::string run_after(const std::string& assignment) const {
    edit(file, "DROP TRIGGER IF EXISTS runs_end_once; UPDATE runs SET " + assignment);
    return outcome(journal->runs("backend-1"));
  }

  TempDir directory;
  std::filesystem::path file = directory.path() / "journal.db";
  std::unique_ptr<Journal> journal = opened(file);
};

TEST_F(HandEditedJournalTest, NamesFileTableRowAndColumn) {
  EXPECT_EQ(
      deployment_after("phase = 'bakin'"),
      fmt::format("malformed: cannot read {}: table deployments, row backend-1, column phase: "
                  "\"bakin\" is not a phase",
                  file.native()));
}

TEST_F(HandEditedJournalTest, NamesEachColumnOfJson) {
  EXPECT_THAT(deployment_after("cause = '7'"), HasSubstr("column cause: \"7\" is not a JSON obj"));
  EXPECT_THAT(deployment_after("cause = NULL, preexisting = '{'"),
              HasSubstr("column preexisting: \"{\" is not JSON"));
  EXPECT_THAT(deployment_after("preexisting = '[]', phase = 'baking'"),
              HasSubstr("column phase_detail: it has no integer \"settled_at\""));
}

TEST_F(HandEditedJournalTest, OneUnreadableRowFailsTheWholeList) {
  EXPECT_THAT(deployment_after("phase = 'x'"), StartsWith("malformed: "));
  EXPECT_THAT(outcome(journal->all_deployments()), HasSubstr("row backend-1, column phase"));
  EXPECT_THAT(outcome(journal->deployments({})), HasSubstr("row backend-1, column phase"));
}

TEST_F(HandEditedJournalTest, NamesTheColumnsOfARun) {
  EXPECT_THAT(run_after("outcome = 'gone'"),
              HasSubstr("table runs, row backend-1/verify, column outcome: \"gone\""));
  EXPECT_THAT(run_after("outcome = 'lost', code = 1 << 40"),
              HasSubstr("column code: it is out of range"));
  EXPECT_THAT(run_after("code = NULL"), HasSubstr("column code: it is no integer"));
  EXPECT_THAT(run_after("code = 0, ended_at = NULL"), HasSubstr("column ended_at: it is no int"));
  EXPECT_THAT(run_after("ended_at = 1, message = NULL"),
              HasSubstr("column message: it is no text"));
  EXPECT_THAT(run_after("message = '', step = 'rollback.0'"),
              HasSubstr("row backend-1/rollback.0, column step"));
}

TEST_F(HandEditedJournalTest, NamesTheColumnsOfTheHistory) {
  edit(file, "DROP TRIGGER history_is_never_changed; UPDATE history SET severity = 'dire'");
  EXPECT_THAT(outcome(journal->history("backend-1")),
              HasSubstr("table history, row 1, column severity: \"dire\" is not a severity"));
}

TEST_F(HandEditedJournalTest, HistoryCannotBeChangedOrDeleted) {
  for (const char* sql : {"UPDATE history SET text = 'nothing happened'", "DELETE FROM history"}) {
    EXPECT_THROW(edit(file, sql), std::exception) << sql;
  }
  EXPECT_EQ(texts_of(journal->history("backend-1").value()),
            std::vector{text_of(record_of("backend-1", "it began"))});
}

TEST_F(HandEditedJournalTest, ATableThatIsGoneIsAnError) {
  edit(file, "PRAGMA foreign_keys = OFF; DROP TABLE deployments");
  EXPECT_THAT(outcome(journal->all_deployments()),
              AllOf(StartsWith("malformed: cannot read "), HasSubstr("no such table")));
  EXPECT_THAT(outcome(journal->commit(commit_of(begun("b")))), HasSubstr("no such table"));
}

}  // namespace
}  // namespace ripcord::store
