#include "tests/act/run_test.hpp"
#include "tests/support/real_part.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace ripcord::test {
namespace {

using testing::AllOf;
using testing::Field;
using testing::HasSubstr;

class KeeperTest : public RunTest {
 protected:
  std::string script(const std::string& name, const std::string& text, mode_t mode) const {
    std::ofstream(path(name)) << text;
    RIPCORD_CONTRACT(::chmod(path(name).c_str(), mode) == 0);
    return path(name);
  }
};

auto ended_with(RunOutcome outcome, int code) {
  return AllOf(Field("outcome", &RunResult::outcome, outcome),
               Field("code", &RunResult::code, code));
}

auto refused_because(const std::string& why) {
  return AllOf(Field("outcome", &RunResult::outcome, RunOutcome::refused),
               Field("message", &RunResult::message, HasSubstr(why)),
               Field("started_at", &RunResult::started_at, testing::Eq(std::nullopt)));
}

TEST_F(KeeperTest, AnExitCodeIsPassedOn) {
  const RunResult result = run(sh("exit 7"));
  EXPECT_THAT(result, ended_with(RunOutcome::exited, 7));
  EXPECT_EQ(result.message, "");
  ASSERT_TRUE(result.started_at);
  EXPECT_GT(*result.started_at, clock_.now() - 30s);
  EXPECT_GE(result.ended_at, *result.started_at);
}

TEST_F(KeeperTest, ASignalIsPassedOn) {
  EXPECT_THAT(run(sh("kill -SEGV $$")), ended_with(RunOutcome::signalled, SIGSEGV));
}

TEST_F(KeeperTest, BothStreamsAreKeptInTheirOrder) {
  (void)run(sh("echo one; echo two >&2; echo three"));
  EXPECT_EQ(output(), "one\ntwo\nthree\n");
  EXPECT_EQ(result_record().output.bytes, 14U);
}

TEST_F(KeeperTest, OutputCanBeFollowedLive) {
  const Meeting meeting(path("meeting"));
  start(sh("echo begun; sleep 0.05; " + meeting.say("now") + "sleep 0.05; echo over"));
  EXPECT_EQ(meeting.hear(), "now");
  EXPECT_EQ(output(), "begun\n");
  (void)wait_for_end();
  EXPECT_EQ(output(), "begun\nover\n");
}

TEST_F(KeeperTest, AFloodIsCappedAndBlocksNothing) {
  EXPECT_THAT(run(sh("yes | head -c 50000000; echo last")), ended_with(RunOutcome::exited, 0));
  EXPECT_EQ(result_record().output.bytes, 50'000'005U);
  EXPECT_EQ(result_record().output.left_out, 50'000'005U - 256 * 1024);
  EXPECT_LT(output().size(), 257U * 1024);
  EXPECT_THAT(output(), testing::EndsWith("y\nlast\n"));
}

TEST_F(KeeperTest, ACommandMayCloseItsOutput) {
  EXPECT_THAT(run(sh("exec >&- 2>&-; sleep 0.05; exit 3")), ended_with(RunOutcome::exited, 3));
}

TEST_F(KeeperTest, ThereIsNoInput) {
  EXPECT_THAT(run(sh("read line; echo \"$? <$line>\"")), ended_with(RunOutcome::exited, 0));
  EXPECT_EQ(output(), "1 <>\n");
}

TEST_F(KeeperTest, WhatCannotBeExecutedIsRefusedWithItsReason) {
  const std::string plain = script("plain", "#!/bin/sh\n", 0644);
  const std::string lost = script("lost", "#!/no/such/interpreter\n", 0755);
  const std::string bare = script("bare", "exit 0\n", 0755);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"/no/such/program", "cannot execute /no/such/program: No such file or directory"},
      {plain, "cannot execute " + plain + ": Permission denied"},
      {"/tmp", "cannot execute /tmp: Permission denied (it is a directory)"},
      {lost, "(it exists, but the interpreter in its first line does not)"},
      {bare, "Exec format error (a script needs a first line such as #!/bin/sh)"},
      {"sh", "its command does not begin with an absolute path"}};
  for (const auto& [file, why] : cases) {
    id_.deployment += "x";
    EXPECT_THAT(run(program({file})), refused_because(why));
  }
}

TEST_F(KeeperTest, AWorkdirThatIsNotThereRefuses) {
  act::StepCommand command = sh("true");
  command.workdir = "/no/such/place";
  EXPECT_THAT(run(command), refused_because("cannot enter the workdir /no/such/place: No such"));
}

TEST_F(KeeperTest, AConfigurationThatCannotBeReadRefuses) {
  act::RunOrder order = order_of(sh("true"));
  order.configuration = "/no/such/file";
  ASSERT_TRUE(runner_.claim(order));
  ASSERT_TRUE(runner_.launch(order));
  EXPECT_THAT(wait_for_end(), refused_because("no such configuration"));
}

TEST_F(KeeperTest, TheWorkdirIsTheRootUnlessTold) {
  (void)run(sh("pwd"));
  EXPECT_EQ(output(), "/\n");
  id_.deployment = "other";
  act::StepCommand command = sh("pwd");
  command.workdir = "/usr/bin";
  (void)run(command);
  EXPECT_EQ(output(), "/usr/bin\n");
}

TEST_F(KeeperTest, TheEnvironmentIsExact) {
  ::setenv("LEAKED", "from the daemon", 1);  // NOLINT(concurrency-mt-unsafe)
  act::StepCommand command = program({"/usr/bin/env", "-0"});
  command.env = {{"COMPOSE_FILE", "/srv/a b.yml"}, {"LINES", "one\ntwo"}};
  (void)run(command);
  std::string variables = output();
  std::replace(variables.begin(), variables.end(), '\0', '|');
  EXPECT_EQ(variables,
            "COMPOSE_FILE=/srv/a b.yml|HOME=/root|LINES=one\ntwo|LOGNAME=root|"
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin|"
            "RIPCORD_DEPLOYMENT=backend-1|RIPCORD_EVIDENCE=|RIPCORD_PREVIOUS_VERSION=v1|RIPCORD_"
            "REASON=3 failures|"
            "RIPCORD_RUN_DIR=" +
                run_directory() +
                "|RIPCORD_SERVICE=backend|RIPCORD_STAGE=|RIPCORD_STEP=rollback.1|"
                "RIPCORD_TRAFFIC_PERCENT=|RIPCORD_TRIGGER=unhealthy|"
                "RIPCORD_VERSION=v2|USER=root|");
}

TEST_F(KeeperTest, NothingElseOfTheDaemonLeaks) {
  const act::Descriptor open_in_daemon(::dup(STDERR_FILENO));
  const mode_t before = ::umask(0077);
  (void)run(
      sh("ls /proc/self/fd | wc -l; umask; cat /proc/self/oom_score_adj;"
         "grep -E '^Sig(Blk|Ign)' /proc/self/status; ps -o sid= -p $$ | grep -cw $$"));
  (void)::umask(before);
  // 0, 1, 2 and the directory that ls reads.
  EXPECT_EQ(output(), "4\n0022\n0\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n1\n");
}

TEST_F(KeeperTest, AnotherUserIsBecomeInEveryRespect) {
  RIPCORD_NEEDS(::geteuid() == 0, "only root may");
  act::StepCommand command = sh("id -u; id -g; id -G; echo $USER $HOME; touch /root/x 2>&1");
  command.user = "nobody";
  EXPECT_THAT(run(command), ended_with(RunOutcome::exited, 1));
  EXPECT_EQ(output(),
            "65534\n65534\n65534\nnobody /nonexistent\n"
            "touch: cannot touch '/root/x': Permission denied\n");
}

TEST_F(KeeperTest, AnUnknownUserRefuses) {
  act::StepCommand command = sh("true");
  command.user = "no-such-user";
  EXPECT_THAT(run(command), refused_because("there is no user \"no-such-user\""));
}

}  // namespace
}  // namespace ripcord::test
