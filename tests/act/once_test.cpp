#include "act/process.hpp"
#include "act/shim_process.hpp"
#include "tests/act/run_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <poll.h>
#include <random>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

// glibc 2.36 forgot to say that this is a C function.
extern "C" {
#include <sys/pidfd.h>
}

namespace ripcord::test {
namespace {

using act::RunState;
using testing::AnyOf;
using testing::Eq;

class OnceTest : public RunTest {
 protected:
  /// A command that leaves a line in the file `starts`.
  [[nodiscard]] act::StepCommand counted(const std::string& rest = "") const {
    return sh("echo started >> " + path("starts") + "\n" + rest);
  }
  [[nodiscard]] long starts() const {
    const std::string text = text_of(path("starts"));
    return std::count(text.begin(), text.end(), '\n');
  }
  [[nodiscard]] pid_t spawn(const act::RunOrder& order) const {
    return act::spawn_keeper(act::to_command_line(keeper, {.configuration = order.configuration,
                                                           .service = order.facts.service,
                                                           .step = order.id.step,
                                                           .run_directory = run_directory()}))
        .value();
  }
};

int exit_code_of(pid_t pid) {
  int status = 0;
  (void)::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_F(OnceTest, TwentyKeepersOfOneRunStartItOnce) {
  const act::RunOrder order = order_of(counted("sleep 0.05"));
  ASSERT_TRUE(runner_.claim(order));
  std::vector<pid_t> keepers;
  for (int i = 0; i < 20; ++i) keepers.push_back(spawn(order));
  int winners = 0;
  for (const pid_t pid : keepers) {
    const int code = exit_code_of(pid);
    EXPECT_THAT(code, AnyOf(0, 75));
    if (code == 0) ++winners;
  }
  EXPECT_GE(winners, 1);  // one that comes when all is over exits 0 too
  EXPECT_EQ(starts(), 1);
  EXPECT_TRUE(wait_for_end().succeeded());
}

TEST_F(OnceTest, TwentyLaunchesAreOneRun) {
  const act::RunOrder order = order_of(counted("sleep 0.05"));
  ASSERT_TRUE(runner_.claim(order));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(runner_.launch(order));
  EXPECT_TRUE(wait_for_end().succeeded());
  EXPECT_EQ(starts(), 1);
}

TEST_F(OnceTest, WhatHasAResultIsNotStartedAgain) {
  const act::RunOrder order = order_of(counted());
  ASSERT_TRUE(runner_.claim(order));
  EXPECT_EQ(exit_code_of(spawn(order)), 0);
  EXPECT_EQ(exit_code_of(spawn(order)), 0);
  EXPECT_EQ(starts(), 1);
}

TEST_F(OnceTest, WhatHasStartedOnceIsNeverStartedAgain) {
  const Meeting meeting(path("meeting"));
  const act::RunOrder order = order_of(counted(meeting.say("on") + "sleep 60"));
  ASSERT_TRUE(runner_.claim(order));
  const pid_t first = spawn(order);
  EXPECT_EQ(meeting.hear(), "on");
  EXPECT_EQ(exit_code_of(spawn(order)), 75);  // its keeper has the lock
  (void)::kill(first, SIGKILL);
  EXPECT_EQ(exit_code_of(first), 128 + SIGKILL);
  EXPECT_EQ(exit_code_of(spawn(order)), 75);  // nobody has, but it has begun
  EXPECT_EQ(starts(), 1);
  EXPECT_EQ(runner_.inspect(id_), RunState::lost);
}

TEST_F(OnceTest, ACommandDiesWithItsKeeper) {
  const Meeting meeting(path("meeting"));
  start(counted(meeting.say("$$") + "exec sleep 60"));
  const act::ProcessMark command = act::mark_of(std::stoi(meeting.hear()));
  EXPECT_TRUE(act::is_alive(command));
  const act::Descriptor process(::pidfd_open(command.pid, 0));
  const auto directory = act::RunDirectory::open(run_directory());
  (void)::kill(directory->lock_holder().value().value(), SIGKILL);
  const RunResult result = wait_for_end();
  EXPECT_EQ(result.outcome, RunOutcome::lost);
  EXPECT_TRUE(result.started_at);
  pollfd death{process.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&death, 1, 10'000), 1);
}

TEST_F(OnceTest, AKeeperKilledAtAnyInstantLeavesOneStartAtMost) {
  const auto seed = static_cast<unsigned>(::getpid());
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int trial = 0; trial < 30; ++trial) {
    id_.deployment = "backend-" + std::to_string(trial);
    std::filesystem::remove(path("starts"));
    const act::RunOrder order = order_of(counted("sleep 0.002"));
    ASSERT_TRUE(runner_.claim(order));
    const pid_t first = spawn(order);
    const timespec instant{0, static_cast<long>(random() % 8'000'000)};
    (void)::nanosleep(&instant, nullptr);
    (void)::kill(first, SIGKILL);
    (void)exit_code_of(first);

    const RunState state = runner_.inspect(id_);
    ASSERT_THAT(state, AnyOf(RunState::claimed, RunState::lost, RunState::ended));
    const long before = starts();
    ASSERT_EQ(before <= 1 && (state != RunState::claimed || before == 0), true) << before;
    ASSERT_TRUE(runner_.launch(order));  // what a daemon may do by mistake
    const RunResult result = wait_for_end();
    EXPECT_EQ(starts(), state == RunState::claimed ? 1 : before);
    EXPECT_EQ(result.outcome, state == RunState::lost ? RunOutcome::lost : RunOutcome::exited);
  }
}

}  // namespace
}  // namespace ripcord::test
