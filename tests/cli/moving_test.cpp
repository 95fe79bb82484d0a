#include "ripcord/moving.hpp"

#include "store/sqlite_journal.hpp"
#include "store/state_lock.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <string>

namespace ripcord::cli {
namespace {

using testing::HasSubstr;

const Instant now = parse_instant("2026-11-22T19:00:00Z").value();

class MovingTest : public testing::Test {
 protected:
  MovingTest() {
    const auto journal = store::open_journal(state() / "journal.db").value();
    Deployment deployment;
    deployment.id = "b-1";
    deployment.service = "backend";
    deployment.version = "v2";
    deployment.started_at = now - std::chrono::days(1);
    deployment.phase = Succeeded{};
    deployment.ended_at = now;
    store::Commit commit;
    commit.deployments = {deployment};
    EXPECT_TRUE(journal->commit(commit));
  }

  [[nodiscard]] std::filesystem::path state() const { return directory_.path(); }

  /// What is written, or the message of the failure.
  std::string exported(const std::string& since, const std::filesystem::path& from) {
    std::FILE* out = std::tmpfile();
    moved_ = export_history({.state_dir = from.string(), .since = since}, now, out);
    std::rewind(out);
    std::array<char, 4096> bytes{};
    const std::string text(bytes.data(), std::fread(bytes.data(), 1, bytes.size(), out));
    (void)std::fclose(out);
    return text;
  }

  ExitCode import(const std::string& text, const std::filesystem::path& into) {
    std::istringstream in(text);
    moved_ = import_history({.file = "-", .state_dir = into.string()}, in);
    return moved_.exit_code;
  }

  test::TempDir directory_;
  test::TempDir other_;
  Moved moved_;
};

TEST_F(MovingTest, MovesAHistoryAndSaysHowMuch) {
  const std::string history = exported("", state());
  EXPECT_EQ(moved_.message, "exported 1 deployment, 0 records, 0 runs");
  EXPECT_EQ(import(history, other_.path()), ExitCode::succeeded);
  EXPECT_EQ(moved_.message, "imported 1 deployment, 0 records, 0 runs; 0 lines known already");
  EXPECT_EQ(exported("", other_.path()), history);
  EXPECT_EQ(import(history, other_.path()), ExitCode::succeeded);
  EXPECT_EQ(moved_.message, "imported 0 deployments, 0 records, 0 runs; 1 line known already");
}

TEST_F(MovingTest, TakesTheTimeAsPeopleSayIt) {
  EXPECT_THAT(exported("2d", state()), HasSubstr("b-1"));
  EXPECT_THAT(exported("2026-11-22", state()), testing::Not(HasSubstr("b-1")));
  EXPECT_EQ(exported("soon", state()), "");
  EXPECT_EQ(moved_.exit_code, ExitCode::usage);
  EXPECT_THAT(moved_.message, HasSubstr("--since is \"soon\""));
}

TEST_F(MovingTest, DoesNotImportBehindADaemonsBack) {
  const std::string history = exported("", state());
  const auto daemon = store::StateLock::take(other_.path());
  ASSERT_TRUE(daemon);
  EXPECT_EQ(import(history, other_.path()), ExitCode::try_later);
  EXPECT_THAT(moved_.message, HasSubstr("another ripcordd (pid "));
  EXPECT_THAT(moved_.message, HasSubstr("stop it first"));
  EXPECT_FALSE(std::filesystem::exists(other_.path() / "journal.db"));
}

TEST_F(MovingTest, SaysThatNothingWasImported) {
  EXPECT_EQ(import("nonsense\n", other_.path()), ExitCode::failed);
  EXPECT_THAT(moved_.message, HasSubstr("line 1: this is no history"));
  EXPECT_THAT(moved_.message, HasSubstr("nothing was imported"));
}

TEST_F(MovingTest, SaysWhereItLooked) {
  EXPECT_EQ(exported("", "/nowhere"), "");
  EXPECT_EQ(moved_.exit_code, ExitCode::failed);
  EXPECT_THAT(moved_.message, HasSubstr("no state of ripcordd in /nowhere: say where with"));
  EXPECT_EQ(import("", "/nowhere"), ExitCode::failed);
}

}  // namespace
}  // namespace ripcord::cli
