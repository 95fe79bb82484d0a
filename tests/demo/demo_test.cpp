#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/wait.h>
#include <system_error>
#include <vector>

// The demo is the first thing that anybody sees of ripcord, and it is the whole way in one piece.
namespace ripcord {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class Demo : public ::testing::Test {
 protected:
  /// Runs the demo with these words, in a temporary directory of its own, behind `wrapper`.
  void run(const std::string& words, const std::string& wrapper = "") {
    const std::filesystem::path said = directory_.path() / "said";
    const auto began = std::chrono::system_clock::now();
    const std::string command = "TMPDIR=" + temporary().string() + " RIPCORD_BIN=" RIPCORD_BIN " " +
                                wrapper + " " RIPCORD_DEMO " " + words + " > " + said.string() +
                                " 2>&1 < /dev/null";
    // One thread only; the child is waited for.
    const int status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe)
    took_ = std::chrono::system_clock::now() - began;
    exit_code_ = WEXITSTATUS(status);
    said_ = content_of(said);
  }

  /// Whatever belongs to the demo has our directory in its environment or in its command line.
  [[nodiscard]] std::vector<std::string> processes_left() const {
    std::vector<std::string> left;
    std::error_code error;
    for (const auto& process : std::filesystem::directory_iterator("/proc", error)) {
      const std::string command = content_of(process.path() / "cmdline");
      const std::string all = content_of(process.path() / "environ") + command;
      if (all.find(temporary().string()) != std::string::npos) left.push_back(command);
    }
    return left;
  }

  void expect_rollback_after(const std::string& how) {
    run("--break " + how);
    EXPECT_EQ(exit_code_, 0) << said_;
    EXPECT_LT(took_, 60s);
    EXPECT_THAT(said_, AllOf(HasSubstr("PASSED: v2 went bad, and v1 is back"),
                             ContainsRegex("detection +[0-9]+\\.[0-9] s"),
                             ContainsRegex("recovery +[0-9]+\\.[0-9] s"),
                             ContainsRegex("ran +.*/rollback\\.sh, once"),
                             ContainsRegex("/version +says v1"), Not(HasSubstr("unknown"))));
    expect_nothing_left();
  }

  void expect_nothing_left() const {
    EXPECT_THAT(processes_left(), IsEmpty());
    EXPECT_TRUE(std::filesystem::is_empty(temporary()));
  }

  [[nodiscard]] std::filesystem::path temporary() const {
    const std::filesystem::path path = directory_.path() / "tmp";
    std::filesystem::create_directories(path);
    return path;
  }

  std::string said_;
  int exit_code_ = -1;
  std::chrono::system_clock::duration took_{};

 private:
  test::TempDir directory_;
};

TEST_F(Demo, AFailingVersionIsRolledBack) {
  expect_rollback_after("failing");
}

TEST_F(Demo, ASlowVersionIsRolledBack) {
  expect_rollback_after("slow");
  EXPECT_THAT(said_, ContainsRegex("p95 9[0-9]+ms over 5s"));
}

TEST_F(Demo, ACrashingVersionIsRolledBack) {
  expect_rollback_after("crashing");
}

TEST_F(Demo, LeavesNothingBehindWhenItIsInterrupted) {
  run("", "timeout --preserve-status --signal=INT 4");
  EXPECT_EQ(exit_code_, 130) << said_;
  EXPECT_THAT(said_, Not(HasSubstr("PASSED")));
  expect_nothing_left();
}

TEST_F(Demo, SaysHowItIsCalled) {
  run("--help");
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(said_, HasSubstr("--break failing|slow|crashing"));
}

TEST_F(Demo, RefusesWhatItDoesNotKnow) {
  for (const char* words : {"--brake slow", "--break hard", "--break"}) {
    run(words);
    EXPECT_EQ(exit_code_, 64) << words;
    expect_nothing_left();
  }
}

TEST_F(Demo, SaysWhenItHasNotBeenBuilt) {
  run("", "env RIPCORD_BIN=/nonexistent");
  EXPECT_EQ(exit_code_, 1);
  EXPECT_THAT(said_, HasSubstr("/nonexistent/ripcordd is not there"));
}

}  // namespace
}  // namespace ripcord
