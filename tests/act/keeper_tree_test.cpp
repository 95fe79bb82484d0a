#include "act/process.hpp"
#include "tests/act/run_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX
#include <sstream>
#include <string>
#include <vector>

namespace ripcord::test {
namespace {

using testing::EndsWith;
using testing::IsEmpty;

class KeeperTreeTest : public RunTest {
 protected:
  /// Of the pids that scripts have appended to the file `pids`, those that are still there.
  [[nodiscard]] std::vector<pid_t> alive() const {
    std::istringstream pids(text_of(path("pids")));
    std::vector<pid_t> found;
    for (pid_t pid = 0; pids >> pid;) {
      const auto stat = act::stat_of(pid);
      if (stat && stat->state != 'Z') found.push_back(pid);
    }
    return found;
  }
  [[nodiscard]] long noted() const {
    const std::string pids = text_of(path("pids"));
    return std::count(pids.begin(), pids.end(), '\n');
  }
  [[nodiscard]] std::string note_pid() const { return "echo $$ >> " + path("pids") + "\n"; }
  /// Shell for a grandchild that runs `body` in a session of its own, in the background.
  [[nodiscard]] std::string escapee(const std::string& body) const {
    return "setsid sh -c '" + note_pid() + body + "' &\n";
  }
};

act::StepCommand with_timeout(act::StepCommand command, Duration timeout) {
  command.timeout = timeout;
  return command;
}

TEST_F(KeeperTreeTest, ATimeoutEndsACommandThatHearsTermBeforeItsGraceIsOver) {
  act::StepCommand command = with_timeout(
      sh("trap 'echo bye; exit 0' TERM; echo on; while :; do sleep 0.01; done"), 500ms);
  command.grace = 15s;
  const RunResult result = run(command);
  EXPECT_EQ(result.outcome, RunOutcome::timed_out);
  EXPECT_EQ(result.message, "");
  EXPECT_THAT(output(), EndsWith("bye\n"));  // the shell may say that its sleep was terminated
  EXPECT_GE(result.ended_at - *result.started_at, 500ms);
  EXPECT_LT(result.ended_at - *result.started_at, 10s);
}

TEST_F(KeeperTreeTest, ATimeoutEndsWhatIgnoresTermAndWhatHasEscaped) {
  const std::string deaf = "trap \"\" TERM; while :; do sleep 1; done";
  const RunResult result = run(with_timeout(sh("trap '' TERM\n" + note_pid() + escapee(deaf) +
                                               escapee(deaf) + "while :; do sleep 1; done"),
                                            1s));
  EXPECT_EQ(result.outcome, RunOutcome::timed_out);
  EXPECT_EQ(result.message, "killed after a grace of 200ms");
  EXPECT_GE(result.ended_at - *result.started_at, 1200ms);
  EXPECT_LT(result.ended_at - *result.started_at, 5s);
  EXPECT_EQ(noted(), 3);
  EXPECT_THAT(alive(), IsEmpty());
}

TEST_F(KeeperTreeTest, AnOrphanOfAnOrphanIsEndedToo) {
  // The command dies of TERM; the double-forked daemon, deaf to it, has us as its parent then.
  const std::string daemon = "setsid sh -c \"trap : TERM; echo \\$\\$ >> " + path("pids") +
                             "; while :; do sleep 1; done\" &";
  (void)run(with_timeout(sh("setsid sh -c '" + daemon + "'; sleep 60"), 1s));
  EXPECT_FALSE(text_of(path("pids")).empty());
  EXPECT_THAT(alive(), IsEmpty());
}

TEST_F(KeeperTreeTest, AStoppedProcessHearsTermToo) {
  const RunResult result = run(with_timeout(sh("kill -STOP $$; sleep 60"), 100ms));
  EXPECT_EQ(result.outcome, RunOutcome::timed_out);
  EXPECT_EQ(result.message, "");
}

TEST_F(KeeperTreeTest, StoppingEndsTheWholeTree) {
  const Meeting meeting(path("meeting"));
  start(sh(note_pid() + escapee("sleep 60") + meeting.say("on") + "sleep 60"));
  EXPECT_EQ(meeting.hear(), "on");
  runner_.stop(id_);
  const RunResult result = wait_for_end();
  EXPECT_EQ(result.outcome, RunOutcome::stopped);
  EXPECT_TRUE(result.started_at);
  EXPECT_THAT(alive(), IsEmpty());
}

TEST_F(KeeperTreeTest, StoppingBeforeTheBeginningIsHeard) {
  start(sh("sleep 60"));
  runner_.stop(id_);  // the keeper has hardly been executed
  EXPECT_EQ(wait_for_end().outcome, RunOutcome::stopped);
}

TEST_F(KeeperTreeTest, WhatACommandLeavesRunningIsLeftAloneAndCounted) {
  const Meeting meeting(path("meeting"));
  const RunResult result =
      run(sh("(" + meeting.say("service") + "exec sleep 60) &\n" + "echo $! >> " + path("pids") +
             "\n" + "(sleep 60) & echo $! >> " + path("pids")));
  EXPECT_EQ(result.outcome, RunOutcome::exited);
  EXPECT_EQ(result.message, "2 processes left running");
  EXPECT_EQ(alive().size(), 2U);
  EXPECT_EQ(meeting.hear(), "service");
  for (const pid_t pid : alive()) (void)::kill(pid, SIGKILL);
}

TEST_F(KeeperTreeTest, WhatIsLeftRunningMayGoOnPrinting) {
  const Meeting meeting(path("meeting"));
  const Meeting answer(path("answer"));
  const RunResult result = run(
      sh("(trap 'echo broken > " + path("broken") + "' PIPE\n" + "read go < " + path("meeting") +
         "\nfor i in $(seq 1 20000); do echo xxxxxxxxxxxxxxxx; done\n" + answer.say("$?") + ") &"));
  EXPECT_EQ(result.message, "1 process left running");
  std::ofstream(path("meeting")) << "go\n";
  EXPECT_EQ(answer.hear(), "0");
  EXPECT_EQ(text_of(path("broken")), "");
}

TEST_F(KeeperTreeTest, TheLogOfACommandMayOutliveItForAMoment) {
  // What `exec > >(tee log)` does: the pipe is still open when the command has ended.
  const RunResult result = run(sh("(sleep 0.01; echo late) & echo early"));
  EXPECT_EQ(result.message, "");
  EXPECT_EQ(output(), "early\nlate\n");
}

}  // namespace
}  // namespace ripcord::test
