#include "tests/cli/commands_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace ripcord::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// `deploy run` with a shell script in place of a pipeline.
class RunCommandTest : public CommandsTest {
 protected:
  ExitCode run_script(const std::string& script, bool wait = false) {
    std::vector<std::string> words{"deploy", "run", "backend", "--version", "v2"};
    if (wait) words.emplace_back("--wait");
    words.insert(words.end(), {"--", "sh", "-c", script, mark()});
    return run(std::move(words));
  }
  [[nodiscard]] std::string mark() const { return (directory_.path() / "mark").string(); }
  [[nodiscard]] bool has_run() const { return std::filesystem::exists(mark()); }
};

TEST_F(RunCommandTest, FinishesWhenTheCommandSucceeds) {
  listen();
  EXPECT_EQ(run_script(R"(echo "$RIPCORD_DEPLOYMENT $RIPCORD_SERVICE $RIPCORD_VERSION" > "$0")"),
            ExitCode::succeeded);
  EXPECT_THAT(backend_.asked,
              ElementsAre(HasSubstr("start v2"), HasSubstr("finish backend-20261122-190000")));
  std::string written;
  std::getline(std::ifstream(mark()), written);
  EXPECT_EQ(written, "backend-20261122-190000 backend v2");
  EXPECT_EQ(out_.text(), "") << "that is the command's";
}

TEST_F(RunCommandTest, FailsWithTheCommandAndKeepsItsExitCode) {
  listen();
  EXPECT_EQ(static_cast<int>(run_script("exit 42", true)), 42);
  EXPECT_THAT(backend_.asked,
              ElementsAre(HasSubstr("start v2"),
                          HasSubstr("fail backend-20261122-190000: sh exited with 42")));
}

TEST_F(RunCommandTest, FailsWhenItIsInterrupted) {
  listen();
  EXPECT_EQ(
      static_cast<int>(run_script("trap 'exit 0' TERM; kill -TERM $PPID; while :; do :; done")),
      143);
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("start v2"),
                                          HasSubstr("interrupted by SIGTERM; sh exited with 0")));
}

TEST_F(RunCommandTest, WaitsForTheEndOfTheDeployment) {
  listen();
  EXPECT_EQ(run_script("exit 0", true), ExitCode::failed);
  EXPECT_THAT(out_.text(), HasSubstr("rolled_back: v1 is back and verified"));
}

TEST_F(RunCommandTest, RunsNothingWhenTheDaemonIsAway) {
  EXPECT_EQ(run_script("touch \"$0\""), ExitCode::unavailable);
  EXPECT_FALSE(has_run());
}

TEST_F(RunCommandTest, RunsNothingWhenTheDeploymentIsRefused) {
  backend_.answer.kind = AnswerKind::conflict;
  backend_.answer.message = "another deployment is open";
  listen();
  EXPECT_EQ(run_script("touch \"$0\""), ExitCode::try_later);
  EXPECT_FALSE(has_run());
}

TEST_F(RunCommandTest, AnnouncesNothingWithoutAProgram) {
  listen();
  EXPECT_EQ(run({"deploy", "run", "backend", "--version", "v2", "--", "no-such-program-here"}),
            ExitCode::usage);
  EXPECT_THAT(backend_.asked, IsEmpty());
  EXPECT_THAT(message_, HasSubstr("nothing has been announced"));
}

TEST_F(RunCommandTest, TellsWhenTheDeploymentHasEndedMeanwhile) {
  listen();
  backend_.on_command = [this] {
    if (backend_.asked.size() < 2) return;
    backend_.answer.kind = AnswerKind::conflict;
    backend_.answer.message = "deployment backend-20261122-190000 is not open; none is";
  };
  backend_.view->deployment.deployed_at.reset();
  EXPECT_EQ(run_script("exit 0"), ExitCode::try_later);
  EXPECT_THAT(message_, HasSubstr("is not open"));
}

TEST_F(RunCommandTest, TakesItAsToldWhenTheAnswerWasLost) {
  listen();
  backend_.on_command = [this] {
    if (backend_.asked.size() < 2) return;
    backend_.answer.kind = AnswerKind::conflict;
  };
  EXPECT_EQ(run_script("exit 0"), ExitCode::succeeded) << "it has been deployed, says the daemon";
}

TEST_F(RunCommandTest, TellsTheDaemonOnceItIsBack) {
  listen();
  backend_.on_command = [this] {
    const bool is_restarting = backend_.asked.size() == 2;
    backend_.answer.kind = is_restarting ? AnswerKind::unrecorded : AnswerKind::accepted;
  };
  EXPECT_EQ(run_script("exit 0"), ExitCode::succeeded);
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("start v2"), HasSubstr("finish"),
                                          HasSubstr("finish backend-20261122-190000")));
  EXPECT_THAT(talk_.text(), HasSubstr("the daemon is back"));
  EXPECT_THAT(talk_.text(), Not(HasSubstr("HAS NOT BEEN TOLD")));
}

TEST_F(RunCommandTest, SaysLoudlyWhenTheDaemonStaysAway) {
  listen();
  patience_ = std::chrono::milliseconds(300);
  backend_.on_command = [this] {
    if (backend_.asked.size() > 1) backend_.answer.kind = AnswerKind::unrecorded;
  };
  EXPECT_EQ(run_script("exit 0"), ExitCode::try_later);
  EXPECT_THAT(message_, HasSubstr("THE DAEMON HAS NOT BEEN TOLD that the command has succeeded"));
  EXPECT_THAT(message_, HasSubstr("type \"ripcord deploy finish backend\""));
}

TEST_F(RunCommandTest, KeepsTheCommandsExitCodeWhenTheDaemonStaysAway) {
  listen();
  patience_ = std::chrono::milliseconds(300);
  backend_.on_command = [this] {
    if (backend_.asked.size() > 1) backend_.answer.kind = AnswerKind::unrecorded;
  };
  EXPECT_EQ(static_cast<int>(run_script("exit 9")), 9);
  EXPECT_THAT(talk_.text(), HasSubstr("THE DAEMON HAS NOT BEEN TOLD that the command has failed"));
}

}  // namespace
}  // namespace ripcord::cli
