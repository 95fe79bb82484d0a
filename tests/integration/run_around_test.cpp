// `ripcord deploy run` as a process: what it does with the signals that come after its command.

#include "tests/integration/cord.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// `ripcord deploy run shop --version v2 …` beside the test.
class RunAround {
 public:
  /// `script` is what it runs. Borrows `daemon`.
  RunAround(const DaemonProcess& daemon, const std::string& script)
      : daemon_(daemon), thread_([this, script] {
          const std::string caller = daemon_.path("caller").string();
          printed_ = daemon_.ripcord({"deploy", "run", "shop", "--version", "v2", "--wait", "--",
                                      "sh", "-c", script + "; echo $PPID > " + caller});
          has_ended_ = true;
        }) {}
  ~RunAround() {
    if (thread_.joinable()) (void)ended_by(SIGKILL);
  }
  RunAround(const RunAround&) = delete;
  RunAround& operator=(const RunAround&) = delete;

  /// Sends the signal until it has ended, after 5 s SIGKILL. Call it when the script has run, or is
  /// about to end.
  Printed ended_by(int signal) {
    (void)eventually([this] { return has_ended_ || daemon_.lines("caller") == 1; });
    const auto is_over = [&] {
      send(signal);
      return has_ended_.load();
    };
    if (!eventually(is_over, 5s)) send(SIGKILL);
    thread_.join();
    return std::move(printed_);
  }

 private:
  void send(int signal) const {
    const int pid = std::atoi(daemon_.read("caller").c_str());
    if (pid > 0 && !has_ended_) (void)::kill(pid, signal);
  }

  const DaemonProcess& daemon_;
  Printed printed_;
  std::atomic<bool> has_ended_ = false;
  std::thread thread_;
};

class ASignalAfterTheCommand : public testing::TestWithParam<int> {};

TEST_P(ASignalAfterTheCommand, EndsTheWaitingAndTheDeploymentGoesOn) {
  Cord cord;
  cord.start();
  RunAround run(cord.daemon, "true");
  ASSERT_TRUE(eventually([&] { return cord.phase() == "baking"; })) << cord.daemon.log();
  const Printed printed = run.ended_by(GetParam());
  EXPECT_EQ(printed.code, 128 + GetParam()) << printed.out;
  EXPECT_THAT(printed.out, HasSubstr("interrupted: "));
  EXPECT_EQ(cord.phase(), "baking");
}

TEST_P(ASignalAfterTheCommand, EndsTheTellingAndSaysWhatIsToBeTyped) {
  Cord cord;
  cord.start();
  RunAround run(cord.daemon, "kill -STOP " + std::to_string(cord.daemon.pid()));
  const Printed printed = run.ended_by(GetParam());
  cord.daemon.signal(SIGCONT);
  EXPECT_EQ(printed.code, 128 + GetParam()) << printed.out;
  EXPECT_THAT(printed.out, HasSubstr("the daemon may not have been told that the command has"));
  EXPECT_THAT(printed.out, HasSubstr("type \"ripcord deploy f"));
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, ASignalAfterTheCommand, testing::Values(SIGINT, SIGTERM));

}  // namespace
}  // namespace ripcord::test
