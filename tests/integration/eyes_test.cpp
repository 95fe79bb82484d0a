// Probes in the daemon as a process: what they see over its death, and what they leave behind.

#include "tests/integration/cord.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

/// A cord whose service also writes a log.
class LogCordTest : public testing::Test {
 protected:
  LogCordTest() {
    DaemonProcess& daemon = cord_.daemon;
    log_ = daemon.path("app.log");
    std::ofstream config(daemon.path("ripcord.toml"), std::ios::app);
    config << fmt::format(R"([service.shop.probe.log]
type = "log"
file = "{}"
interval = "100ms"
stale_after = "5s"
pattern.error = "ERROR"
[service.shop.trigger.errors]
type = "occurrences"
probe = "log"
occurrence = "error"
more_than = 3
within = "10m"
)",
                          log_.string());
    write("ERROR of the version before\n");
  }
  void write(const std::string& text) const { std::ofstream(log_, std::ios::app) << text; }
  /// How many lines the probe has seen, as its values say.
  [[nodiscard]] std::string probed() const {
    return cord_.daemon.ripcord({"status", "shop", "--json"}).out;
  }
  /// When it was last kept how far the log is read; long ago when it never was.
  [[nodiscard]] std::filesystem::file_time_type marked_at() const {
    const std::filesystem::path folder = cord_.daemon.state_dir() / "logs";
    if (!std::filesystem::exists(folder)) return std::filesystem::file_time_type::min();
    for (const auto& marks : std::filesystem::directory_iterator(folder)) {
      if (marks.path().filename().string().ends_with("app.log")) return marks.last_write_time();
    }
    return std::filesystem::file_time_type::min();
  }

  Cord cord_;
  std::filesystem::path log_;
};

TEST_F(LogCordTest, LinesBeforeAndBesideTheDeathOfTheDaemonCountOnce) {
  cord_.start();
  ASSERT_NE(cord_.deploy(), "");
  ASSERT_TRUE(eventually([&] { return cord_.phase() == "baking"; }));
  const auto baking = std::filesystem::file_time_type::clock::now();
  // Far enough into the bake that no mark of before the epoch dates them.
  ASSERT_TRUE(eventually([&] {
    write("fine\n");
    return marked_at() > baking + 200ms;
  }));
  write("ERROR one\nERROR two\n");
  ASSERT_TRUE(eventually([&] { return probed().find("2 error") != std::string::npos; }))
      << probed();
  for (int life = 0; life < 3; ++life) {
    cord_.daemon.kill();
    cord_.start();
    ASSERT_TRUE(eventually([&] { return probed().find("2 error") != std::string::npos; }))
        << probed();
  }
  EXPECT_EQ(cord_.phase(), "baking") << "two are not more than three, however often it dies";
  cord_.daemon.kill();
  write("ERROR three\nERROR four\n");
  cord_.start();
  EXPECT_EQ(cord_.end(), "rolled_back") << cord_.daemon.log();
  EXPECT_EQ(cord_.rollbacks(), 1U);
}

TEST(ExecProbe, LeavesNothingRunningWhenTheDaemonIsKilled) {
  Cord cord;
  const std::string script = cord.daemon.script(
      "check.sh",
      fmt::format("sleep 4242 & echo $! > {}\nsleep 4343\n", cord.daemon.path("child").string()));
  std::ofstream(cord.daemon.path("ripcord.toml"), std::ios::app) << fmt::format(
      "[service.shop.probe.check]\ntype = \"exec\"\nrun = [\"{}\"]\ninterval = \"100ms\"\n"
      "timeout = \"5m\"\nstale_after = \"1h\"\n",
      script);
  cord.start();
  ASSERT_TRUE(eventually([&] { return cord.daemon.lines("child") == 1; })) << cord.daemon.log();
  const pid_t child = std::stoi(cord.daemon.read("child"));
  ASSERT_EQ(::kill(child, 0), 0);
  cord.daemon.kill();
  EXPECT_TRUE(eventually([&] { return ::kill(child, 0) != 0; })) << "the whole tree";
}

TEST(ProbeCommand, TellsWhatOneProbeSeesAndNoSecret) {
  Cord cord;
  std::ofstream(cord.daemon.path("ripcord.toml"), std::ios::app) << fmt::format(
      "[service.shop.probe.deep]\ntype = \"http\"\n"
      "url = \"http://127.0.0.1:{}/health?access_token=s3cr3t\"\n",
      cord.target.port());
  cord.start();
  const Printed seen = cord.daemon.ripcord({"probe", "shop", "deep"});
  EXPECT_EQ(seen.code, 0) << seen.out;
  EXPECT_THAT(seen.out, AllOf(HasSubstr("access_token=***"), HasSubstr("200"),
                              testing::Not(HasSubstr("s3cr3t"))));
  cord.turn_bad();
  EXPECT_EQ(cord.daemon.ripcord({"probe", "shop", "deep"}).code, 1);
  const Printed unknown = cord.daemon.ripcord({"probe", "shop", "depe"});
  EXPECT_NE(unknown.code, 0);
  EXPECT_THAT(unknown.out, HasSubstr("did you mean \"deep\"?"));
}

}  // namespace
}  // namespace ripcord::test
