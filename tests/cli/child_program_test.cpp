#include "ripcord/child_program.hpp"

#include "tests/api/ask.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace ripcord::cli {
namespace {

using testing::HasSubstr;

class ChildProgramTest : public testing::Test {
 protected:
  ProgramEnd run(const std::string& script,
                 const std::vector<std::pair<std::string, std::string>>& variables = {}) {
    const Result<ProgramEnd> end =
        test::run(run_in_foreground(signals_, "/bin/sh", {"sh", "-c", script, file()}, variables));
    EXPECT_TRUE(end) << end.error().message;
    return end.value_or(ProgramEnd{});
  }
  [[nodiscard]] std::string file() const { return (directory_.path() / "out").string(); }
  [[nodiscard]] std::string written() const {
    std::ifstream stream(file());
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }

  HeldSignals signals_;
  test::TempDir directory_;
};

TEST_F(ChildProgramTest, TellsTheExitCode) {
  EXPECT_TRUE(run("exit 0").succeeded());
  const ProgramEnd end = run("exit 7");
  EXPECT_FALSE(end.succeeded());
  EXPECT_EQ(end.exit_code(), 7);
  EXPECT_EQ(describe("deploy.sh", end), "deploy.sh exited with 7");
}

TEST_F(ChildProgramTest, TellsWhatKilledIt) {
  const ProgramEnd end = run("kill -KILL $$");
  EXPECT_EQ(end.exit_code(), 137);
  EXPECT_EQ(describe("deploy.sh", end), "deploy.sh was killed by SIGKILL");
}

TEST_F(ChildProgramTest, AddsVariablesToOurEnvironment) {
  ::setenv("RIPCORD_TEST_OURS", "ours", 1);
  ::setenv("RIPCORD_TEST_BOTH", "ours", 1);
  (void)run(R"(echo "$RIPCORD_TEST_OURS $RIPCORD_TEST_BOTH $RIPCORD_TEST_THEIRS" > "$0")",
            {{"RIPCORD_TEST_BOTH", "theirs"}, {"RIPCORD_TEST_THEIRS", "a b"}});
  EXPECT_EQ(written(), "ours theirs a b\n");
  ::unsetenv("RIPCORD_TEST_OURS");
  ::unsetenv("RIPCORD_TEST_BOTH");
}

TEST_F(ChildProgramTest, PassesASignalOnAndKeepsThatWeWereAskedToEnd) {
  // The child signals us, and ends only by what is passed on to it.
  const ProgramEnd end =
      run(R"(trap 'echo passed on > "$0"; exit 0' TERM; kill -TERM $PPID; while :; do :; done)");
  EXPECT_EQ(written(), "passed on\n");
  EXPECT_EQ(end.asked_to_end_by, SIGTERM);
  EXPECT_FALSE(end.succeeded()) << "it may have stopped half-way";
  EXPECT_EQ(end.exit_code(), 143);
  EXPECT_EQ(describe("deploy.sh", end), "interrupted by SIGTERM; deploy.sh exited with 0");
}

TEST_F(ChildProgramTest, PassesOnWhatPeopleMakeUpWithoutBeingAskedToEnd) {
  const ProgramEnd end = run(R"(trap 'exit 0' USR1; kill -USR1 $PPID; while :; do :; done)");
  EXPECT_TRUE(end.succeeded());
}

TEST_F(ChildProgramTest, HoldsNoSignalInTheChild) {
  const ProgramEnd end = run("kill -TERM $$; exit 0");
  EXPECT_TRUE(end.was_killed);
  EXPECT_EQ(end.code, SIGTERM);
  EXPECT_EQ(end.asked_to_end_by, 0);
}

TEST_F(ChildProgramTest, SaysWhenItCannotBeRun) {
  const auto end = test::run(run_in_foreground(signals_, file(), {"x"}, {}));
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().fault, Fault::missing);
}

TEST_F(ChildProgramTest, IsFoundAsAShellWouldFindIt) {
  EXPECT_EQ(find_program("/bin/sh").value(), "/bin/sh");
  EXPECT_THAT(find_program("sh").value(), HasSubstr("/sh"));
  EXPECT_EQ(find_program("no-such-program-here").error().fault, Fault::missing);
  EXPECT_EQ(find_program("").error().fault, Fault::missing);
  EXPECT_EQ(find_program(file()).error().fault, Fault::missing);
  std::ofstream(file()) << "text";
  EXPECT_EQ(find_program(file()).error().fault, Fault::denied);
  EXPECT_EQ(find_program(directory_.path().string()).error().fault, Fault::denied);
}

}  // namespace
}  // namespace ripcord::cli
