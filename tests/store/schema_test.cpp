#include "store/schema.hpp"

#include "store/journal_json.hpp"
#include "store/sqlite_journal.hpp"
#include "tests/store/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <SQLiteCpp/Database.h>
#include <filesystem>
#include <string>
#include <vector>

namespace ripcord::store {
namespace {

using namespace ripcord::test;  // NOLINT(google-build-using-namespace)
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class SchemaTest : public testing::Test {
 protected:
  /// What opening says, having checked that a refused file is left as it was.
  [[nodiscard]] std::string open() const {
    const std::string before = bytes_of(file);
    const auto journal = open_journal(file);
    EXPECT_TRUE(journal || bytes_of(file) == before) << "a refused file was changed";
    return outcome(journal);
  }

  void write_version(int version) const {
    SQLite::Database database(file.native(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    migrate(database, version);
  }

  [[nodiscard]] int version() const {
    SQLite::Database database(file.native());
    return database.execAndGet("PRAGMA user_version").getInt();
  }

  TempDir directory;
  std::filesystem::path file = directory.path() / "journal.db";
};

TEST_F(SchemaTest, ANewFileGetsThePresentVersion) {
  EXPECT_EQ(open(), "ok");
  EXPECT_EQ(version(), schema_version);
}

TEST_F(SchemaTest, AnEmptyFileCountsAsNew) {
  put_bytes(file, "");
  EXPECT_EQ(open(), "ok");
  EXPECT_EQ(version(), schema_version);
}

TEST_F(SchemaTest, MigratesTheFirstVersionWithItsRows) {
  write_version(1);
  ASSERT_EQ(version(), 1);
  edit(file,
       "INSERT INTO deployments VALUES (1, 'a', 'backend', 'v2', 'v1', '5f2c', NULL, 1000000000, "
       "NULL, NULL, 8200000000, 'deploying', '{}', NULL, '[]', 0, '');"
       "INSERT INTO history VALUES (1, 1001000000, 'backend', 'a', 'deployment.started', "
       "'it began', 'uid 1000 (ana)', 'warning')");
  const auto journal = opened(file);
  EXPECT_EQ(version(), schema_version);
  EXPECT_EQ(texts_of(journal->all_deployments().value()), std::vector{text_of(begun("a"))});
  EXPECT_EQ(texts_of(journal->history("a").value()),
            std::vector{text_of(record_of("a", "it began"))});
  EXPECT_EQ(outcome(journal->commit(commit_of(intent_of("a", {})))), "ok");
  EXPECT_EQ(journal->runs("a").value().size(), 1U);
}

TEST_F(SchemaTest, MigratesWhatBakedBeforeThereWereStages) {
  write_version(2);
  edit(file,
       "INSERT INTO deployments VALUES (1, 'a', 'backend', 'v2', 'v1', '5f2c', NULL, 1000000000, "
       "NULL, NULL, 8200000000, 'baking', "
       "'{\"settled_at\":10000000,\"until\":20000000,\"overdue\":true}', NULL, '[]', 0, '');"
       "INSERT INTO runs VALUES ('a', 'rollback.1', 'database', 1, 1100000000, 'c3d1', 'backend', "
       "'v2', 'v1', 'unhealthy', 'bad', NULL, NULL, NULL, NULL, NULL)");
  const auto journal = opened(file);
  const Deployment kept = journal->deployment("a").value();
  EXPECT_EQ(kept.way, Way::announced);
  EXPECT_EQ(kept.begun_at, kept.started_at);
  EXPECT_EQ(store::phase_detail(kept.phase),
            store::phase_detail(Baking{Instant(std::chrono::seconds(10)),
                                       Instant(std::chrono::seconds(20)), true}));
  EXPECT_EQ(journal->runs("a").value().at(0).intent.facts.traffic, std::nullopt);
}

TEST_F(SchemaTest, MigratesWhatBeganBeforePeopleSpokeToTheGate) {
  write_version(4);
  edit(file,
       "INSERT INTO deployments VALUES (1, 'a', 'backend', 'v2', 'v1', '5f2c', NULL, 1000000000, "
       "NULL, NULL, 8200000000, 'gating', '{}', NULL, '[]', 0, '', 'driven', NULL, NULL, '', 0, "
       "0, '[]')");
  const Deployment kept = opened(file)->deployment("a").value();
  EXPECT_EQ(kept.confirmations, std::vector<Confirmation>{});
  EXPECT_EQ(kept.overrides, std::vector<GateOverride>{});
}

TEST_F(SchemaTest, AMigratedFileHasTheSchemaOfANewOne) {
  write_version(1);
  ASSERT_EQ(open(), "ok");
  const std::filesystem::path fresh = directory.path() / "fresh.db";
  static_cast<void>(opened(fresh));
  const auto schema = [](const std::filesystem::path& of) {
    SQLite::Database database(of.native());
    return database.execAndGet("SELECT group_concat(sql, ';') FROM sqlite_schema").getString();
  };
  EXPECT_EQ(schema(file), schema(fresh));
}

TEST_F(SchemaTest, RefusesANewerVersion) {
  static_cast<void>(opened(file));
  edit(file, "PRAGMA user_version = 7");
  EXPECT_EQ(open(),
            fmt::format("malformed: {} has schema 7, this ripcordd knows up to 6: it was "
                        "written by a newer version; install that version again or move the "
                        "file aside",
                        file.native()));
}

TEST_F(SchemaTest, RefusesTheDatabaseOfAnotherProgram) {
  edit(file, "CREATE TABLE bookmarks (url TEXT)");
  EXPECT_THAT(open(), AllOf(StartsWith("malformed: "), HasSubstr(file.native()),
                            HasSubstr("of another program")));
}

TEST_F(SchemaTest, RefusesAVersionThatNeverWas) {
  static_cast<void>(opened(file));
  edit(file, "PRAGMA user_version = 0");
  EXPECT_THAT(open(), HasSubstr("is damaged (it has schema 0)"));
}

TEST_F(SchemaTest, RefusesAJournalWithoutItsTables) {
  static_cast<void>(opened(file));
  edit(file, "DROP TABLE runs");
  EXPECT_THAT(open(), AllOf(HasSubstr("no such table: runs"), HasSubstr("untouched")));
}

TEST_F(SchemaTest, AFailedMigrationLeavesTheOlderVersion) {
  write_version(1);
  edit(file, "CREATE TABLE runs (surprise TEXT)");
  EXPECT_THAT(outcome(open_journal(file)), HasSubstr("table runs already exists"));
  EXPECT_EQ(version(), 1);
}

}  // namespace
}  // namespace ripcord::store
