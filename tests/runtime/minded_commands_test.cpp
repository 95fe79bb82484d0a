#include "runtime/minded_commands.hpp"

#include "probe/exec/exec_probe.hpp"
#include "tests/support/health_target.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/real_part.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using probe::CommandEnd;
using probe::CommandOutcome;
using testing::AllOf;
using testing::Gt;
using testing::HasSubstr;
using testing::Lt;
using testing::Optional;
using testing::StartsWith;

const std::string plugins = "/usr/lib/nagios/plugins/";

/// A pipe whose writing end every process of a command inherits by name: its end is theirs.
class Witness {
 public:
  explicit Witness(std::string path) : path_(std::move(path)) {
    if (::mkfifo(path_.c_str(), 0600) != 0) std::abort();
    reader_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  }
  ~Witness() { ::close(reader_); }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  /// What a script begins with.
  [[nodiscard]] std::string shell() const { return "exec 9>" + path_ + "; echo here >&9\n"; }

  /// Whether somebody came, and all who came are gone, soon.
  [[nodiscard]] bool sees_all_gone() const {
    std::array<char, 256> buffer{};
    bool came = false;
    for (;;) {
      pollfd event{.fd = reader_, .events = POLLIN, .revents = 0};
      if (::poll(&event, 1, 10'000) != 1) return false;
      const ssize_t n = ::read(reader_, buffer.data(), buffer.size());
      if (n == 0) return came;
      came = came || n > 0;
    }
  }
  /// Returns once somebody came.
  void await() const {
    pollfd event{.fd = reader_, .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&event, 1, 10'000), 1);
  }

 private:
  std::string path_;
  int reader_;
};

class MindedCommandsTest : public testing::Test {
 protected:
  CommandEnd run(std::vector<std::string> words, Duration timeout = 10s) {
    probe::Command command;
    command.run = std::move(words);
    return run_command(std::move(command), timeout);
  }
  CommandEnd sh(const std::string& script, Duration timeout = 10s) {
    return run({"/bin/sh", "-c", script}, timeout);
  }
  CommandEnd run_command(probe::Command command, Duration timeout = 10s) {
    Result<CommandEnd> end = loop_.wait_for(runner_.run(std::move(command), timeout));
    if (end) return *std::move(end);
    ADD_FAILURE() << end.error().message;
    return {};
  }

  Sample taken(std::vector<std::string> words, std::vector<probe::PerformanceName> values = {}) {
    probe::ExecProbeSettings settings;
    settings.command.run = std::move(words);
    settings.values = std::move(values);
    settings.timeout = 10s;
    probe::ExecProbe probe(loop_.clock, runner_, std::move(settings));
    return loop_.wait_for(probe.take());
  }
  static std::string verdict(const Sample& sample) {
    return std::string(to_string(sample.outcome)) + ": " + sample.reason;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return dir_.path() / name; }

  test::TempDir dir_;
  test::Loop loop_;
  MindedCommands runner_{loop_.context.get_executor(), loop_.clock, RIPCORD_TEST_SHIM};
};

TEST_F(MindedCommandsTest, TellsHowACommandEndsAndWhatItPrints) {
  const CommandEnd end = sh("echo out; echo err >&2; exit 3");
  EXPECT_EQ(end.outcome, CommandOutcome::exited);
  EXPECT_EQ(end.code, 3);
  EXPECT_EQ(end.output, "out\nerr\n");
  EXPECT_EQ(end.note, "");
  const CommandEnd killed = sh("kill -9 $$");
  EXPECT_EQ(killed.outcome, CommandOutcome::signalled);
  EXPECT_EQ(killed.code, SIGKILL);
}

TEST_F(MindedCommandsTest, GivesItAnEnvironmentOfItsOwnAndNoInput) {
  ASSERT_EQ(setenv("SECRET_OF_THE_DAEMON", "x", 1), 0);
  probe::Command command;
  command.run = {"/bin/sh", "-c", "echo $NAME $SECRET_OF_THE_DAEMON; pwd; cat; id -un"};
  command.env = {{"NAME", "value"}};
  command.workdir = "/usr";
  EXPECT_EQ(run_command(std::move(command)).output, "value\n/usr\nroot\n");
}

TEST_F(MindedCommandsTest, RunsItAsAnotherUser) {
  RIPCORD_NEEDS(::geteuid() == 0, "only root may become another user");
  probe::Command command;
  command.run = {"/usr/bin/id", "-un"};
  command.user = "nobody";
  EXPECT_EQ(run_command(std::move(command)).output, "nobody\n");
  command.run = {"/usr/bin/id"};
  command.user = "nobody-at-all";
  EXPECT_EQ(run_command(std::move(command)).note, "there is no user \"nobody-at-all\"");
}

TEST_F(MindedCommandsTest, SaysWhyItCannotBeStarted) {
  const CommandEnd missing = run({"/no/such/plugin"});
  EXPECT_EQ(missing.outcome, CommandOutcome::refused);
  EXPECT_THAT(missing.note, HasSubstr("cannot execute /no/such/plugin: No such file"));
  std::ofstream(path("plugin")) << "exit 0\n";
  EXPECT_THAT(run({path("plugin")}).note, HasSubstr("Permission denied"));
}

TEST_F(MindedCommandsTest, AtTheTimeoutTheWholeTreeIsKilled) {
  const Witness witness(path("witness"));
  const Instant begun = loop_.clock.now();
  const CommandEnd end = sh(witness.shell() +
                                "trap '' TERM\n"
                                "setsid sh -c 'trap \"\" TERM; sleep 600' &\n"
                                "( sleep 600 & )\n"
                                "echo waiting\nsleep 600",
                            300ms);
  EXPECT_EQ(end.outcome, CommandOutcome::timed_out);
  EXPECT_EQ(end.output, "waiting\n");
  EXPECT_LT(loop_.clock.now() - begun, 5s);
  EXPECT_TRUE(witness.sees_all_gone());
}

TEST_F(MindedCommandsTest, WhatItLeavesBehindIsKilled) {
  const Witness witness(path("witness"));
  const CommandEnd end = sh(witness.shell() + "setsid sleep 600 &\necho done");
  EXPECT_EQ(end.outcome, CommandOutcome::exited);
  EXPECT_EQ(end.output, "done\n");
  EXPECT_TRUE(witness.sees_all_gone());
}

TEST_F(MindedCommandsTest, NobodyWhoWaitsMeansNobodyWhoRuns) {
  const Witness witness(path("witness"));
  net::TaskGroup tasks(loop_.context.get_executor(),
                       [](const std::string& name, const std::exception_ptr& /*failure*/) {
                         ADD_FAILURE() << name << " threw";
                       });
  struct Wait {
    static boost::asio::awaitable<void> forever(MindedCommands& runner, std::string script) {
      probe::Command command;
      command.run = {"/bin/sh", "-c", std::move(script)};
      (void)co_await runner.run(std::move(command), 600s);
    }
  };
  tasks.spawn("probe", Wait::forever(runner_, witness.shell() + "setsid sleep 600 & sleep 600"));
  loop_.run_for(1ms);
  witness.await();
  loop_.end(tasks);
  EXPECT_TRUE(witness.sees_all_gone());
}

TEST_F(MindedCommandsTest, OutputIsBoundedAtBothEnds) {
  const CommandEnd end = sh("echo first; yes | head -c 3000000; echo last");
  EXPECT_EQ(end.outcome, CommandOutcome::exited);
  EXPECT_THAT(end.output, AllOf(StartsWith("first\n"), testing::EndsWith("last\n")));
  EXPECT_LT(end.output.size(), 270'000U);
  EXPECT_THAT(end.note, HasSubstr("of 3000011 bytes of its output were left out"));
}

TEST_F(MindedCommandsTest, LeavesNoDescriptorsBehind) {
  (void)sh("exit 0");
  const std::size_t before = test::open_descriptors();
  for (int i = 0; i < 5; ++i) (void)sh("exit 0");
  EXPECT_EQ(test::open_descriptors(), before);
}

class PluginTest : public MindedCommandsTest {
 protected:
  void SetUp() override {
    RIPCORD_NEEDS(::access((plugins + "check_http").c_str(), X_OK) == 0,
                  "needs Debian's monitoring-plugins-basic");
  }
};

TEST_F(PluginTest, CheckHttp) {
  test::HealthTarget target;
  const std::vector<std::string> command{plugins + "check_http", "-I", "127.0.0.1", "-p",
                                         std::to_string(target.port())};
  const Sample good =
      taken(command, {{.value = "time", .label = "time"}, {.value = "size", .label = "size"}});
  EXPECT_EQ(verdict(good), "good: ");
  EXPECT_THAT(good.number(0), Optional(AllOf(Gt(0.0), Lt(5.0))));
  EXPECT_THAT(good.number(1), Optional(Gt(10.0)));
  EXPECT_EQ(good.latency_kind, LatencyKind::measured);
  target.answer(503);
  EXPECT_THAT(verdict(taken(command)), StartsWith("bad: HTTP CRITICAL: HTTP/1.1 503"));
  EXPECT_THAT(verdict(taken({plugins + "check_http", "--nonsense"})), StartsWith("unknown: "));
}

TEST_F(PluginTest, CheckHttpAndNobodyThere) {
  EXPECT_THAT(verdict(taken({plugins + "check_http", "-I", "127.0.0.1", "-p", "1"})),
              AllOf(StartsWith("bad: "), HasSubstr("onnect")));
}

TEST_F(PluginTest, CheckLoad) {
  const std::string high = "10000,10000,10000";
  const std::vector<probe::PerformanceName> load{{.value = "load", .label = "load1"}};
  const Sample good = taken({plugins + "check_load", "-w", high, "-c", high}, load);
  EXPECT_EQ(verdict(good), "good: ");
  EXPECT_THAT(good.number(0), Optional(testing::Ge(0.0)));
}

TEST_F(PluginTest, CheckDisk) {
  const std::vector<probe::PerformanceName> used{{.value = "used", .label = "/"}};
  const Sample good = taken({plugins + "check_disk", "-w", "0", "-c", "0", "-p", "/"}, used);
  EXPECT_EQ(verdict(good), "good: ");
  EXPECT_THAT(good.number(0), Optional(Gt(1e6)));
  const Sample full = taken({plugins + "check_disk", "-w", "100%", "-c", "100%", "-p", "/"}, used);
  EXPECT_THAT(verdict(full), StartsWith("bad: DISK CRITICAL"));
  EXPECT_THAT(full.number(0), Optional(Gt(1e6)));
  const Sample warned = taken({plugins + "check_disk", "-w", "100%", "-c", "0", "-p", "/"}, used);
  EXPECT_EQ(verdict(warned), "good: ");
}

}  // namespace
}  // namespace ripcord::runtime
