#include "probe/log/log_probe.hpp"
#include "tests/probe/watching.hpp"
#include "tests/support/docker_engine.hpp"
#include "tests/support/real_part.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <optional>
#include <string>

// The log of containers of the real engine.
namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::DockerEngine;
using test::Watching;
using testing::HasSubstr;

class ContainerLogTest : public testing::Test {
 protected:
  void SetUp() override {
    RIPCORD_NEEDS(DockerEngine::is_there(), "no Docker engine, or not root");
    engine_ = &DockerEngine::shared();
    settings_.selector.container = "app";
    settings_.engine.host = engine_->host();
    settings_.patterns = {{"tick", "^tick"}};
    settings_.timeout = 5s;
  }
  void TearDown() override {
    watching_.reset();
    if (engine_ != nullptr) engine_->remove_all();
  }

  Watching& watch() {
    probe_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_, settings_,
                   past_);
    Watching& watching = watching_.emplace(loop_, *probe_, vocabulary_of(settings_));
    EXPECT_TRUE(watching.wait_until([&] { return watching.looks() > 0; }));
    EXPECT_TRUE(comes_to_be(Outcome::good));
    return watching;
  }
  Sample take() { return loop_.wait_for(probe_->take()); }
  bool comes_to_be(Outcome outcome) {
    const Instant deadline = loop_.clock.now() + 10s;
    while (loop_.clock.now() < deadline) {
      if (take().outcome == outcome) return true;
      loop_.run_for(20ms);
    }
    return false;
  }
  /// Runs a container that has said "tick at start" and waits: the engine has that line in its log.
  void run_ticking(const std::string& options) {
    engine_->run(options + " --name app", "sh -c 'echo tick at start; sleep 1000'");
    const Instant deadline = loop_.clock.now() + 10s;
    while (engine_->docker("logs app").empty() && loop_.clock.now() < deadline) {
      loop_.run_for(10ms);
    }
  }
  /// Writes into the log of the container, as its first process would.
  void say(const std::string& text) {
    engine_->docker("exec app sh -c 'echo " + text + " > /proc/1/fd/1'");
  }

  DockerEngine* engine_ = nullptr;
  test::Loop loop_;
  probe::docker::Engines engines_{loop_.context.get_executor(), loop_.clock, loop_.resolver};
  probe::LogProbeSettings settings_;
  probe::log::Past past_;
  std::optional<probe::LogProbe> probe_;
  std::optional<Watching> watching_;
};

TEST_F(ContainerLogTest, LinesFromNowOnCountAndEarlierOnesDoNot) {
  for (const std::string terminal : {"", "-t "}) {
    run_ticking(terminal);
    Watching& watching = watch();
    say("tick one");
    ASSERT_TRUE(watching.wait_for("tick"));
    say("other");
    say("tick two");
    ASSERT_TRUE(watching.wait_for("tick", 2));
    EXPECT_EQ(watching.count("tick"), 2U);
    EXPECT_EQ(watching.heard().at(0).note, "tick one");
    watching_.reset();
    engine_->remove_all();
  }
}

TEST_F(ContainerLogTest, ARestartOfTheContainerLosesNothingAndCountsNothingTwice) {
  run_ticking("--restart always");
  Watching& watching = watch();
  say("tick before");
  engine_->docker("restart -t 0 app");
  ASSERT_TRUE(watching.wait_for("tick", 2));
  engine_->docker("restart -t 0 app");
  ASSERT_TRUE(watching.wait_for("tick", 3));
  EXPECT_TRUE(comes_to_be(Outcome::good));
  say("tick last");
  ASSERT_TRUE(watching.wait_for("tick", 4));
  EXPECT_EQ(watching.count("tick"), 4U);
}

TEST_F(ContainerLogTest, ARestartOfTheEngineLosesNothingAndCountsNothingTwice) {
  run_ticking("--restart always");
  Watching& watching = watch();
  say("tick before");
  ASSERT_TRUE(watching.wait_for("tick"));
  engine_->end(SIGTERM);
  EXPECT_TRUE(comes_to_be(Outcome::unknown));
  engine_->start();
  ASSERT_TRUE(watching.wait_for("tick", 2));
  EXPECT_TRUE(comes_to_be(Outcome::good));
  say("tick after");
  ASSERT_TRUE(watching.wait_for("tick", 3));
  EXPECT_EQ(watching.count("tick"), 3U);
}

TEST_F(ContainerLogTest, OfARecreatedContainerEveryLineCounts) {
  run_ticking("");
  Watching& watching = watch();
  engine_->docker("rm -f app");
  engine_->run("--name app", "sh -c 'echo tick of the new one >&2; exit 1'");
  ASSERT_TRUE(watching.wait_for("tick"));
  EXPECT_EQ(watching.count("tick"), 1U);
  EXPECT_EQ(watching.heard().at(0).note, "tick of the new one");
}

TEST_F(ContainerLogTest, ARestartOfRipcordLosesNothingAndCountsNothingTwice) {
  settings_.look_back = 10min;
  past_.is_recalled = true;
  for (const std::string terminal : {"", "-t "}) {
    engine_->run(terminal + "--name app", "sleep 1000");
    Watching& before = watch();
    say("tick one");
    ASSERT_TRUE(before.wait_for("tick"));
    const Instant heard = before.heard().at(0).at;
    watching_.reset();
    engine_->docker("exec app sleep 1.2");  // those of one second are told as one
    say("tick two");
    Watching& after = watch();
    ASSERT_TRUE(after.wait_for("tick", 2));
    say("tick three");
    ASSERT_TRUE(after.wait_for("tick", 3));
    EXPECT_EQ(after.count("tick"), 3U);
    EXPECT_LE(after.heard().at(0).at, heard) << "when it was written";
    EXPECT_GT(after.heard().at(0).at, heard - 5s);
    EXPECT_GT(after.heard().at(1).at, heard);
    EXPECT_LT(after.heard().at(1).at, after.heard().at(2).at);
    watching_.reset();
    engine_->remove_all();
  }
}

TEST_F(ContainerLogTest, WhatIsOlderThanTriggersRememberDoesNotCount) {
  run_ticking("");
  engine_->docker("exec app sleep 1.5");
  settings_.look_back = 1s;
  past_.is_recalled = true;
  Watching& watching = watch();
  say("tick now");
  ASSERT_TRUE(watching.wait_for("tick"));
  EXPECT_EQ(watching.count("tick"), 1U);
  EXPECT_EQ(watching.heard().at(0).note, "tick now");
}

TEST_F(ContainerLogTest, ARotatedLogIsFollowed) {
  engine_->run("--log-opt max-size=10k --log-opt max-file=2 --name app", "sleep 1000");
  Watching& watching = watch();
  for (int i = 0; i < 5; ++i) {
    engine_->docker("exec app sh -c 'for n in $(seq 100); do echo tick $n; done > /proc/1/fd/1'");
    loop_.run_for(50ms);
  }
  ASSERT_TRUE(watching.wait_for("tick", 500));
  EXPECT_EQ(watching.count("tick"), 500U);
}

TEST_F(ContainerLogTest, ALogThatCannotBeReadIsUnknownWithTheEnginesWords) {
  engine_->run("--log-driver none --name app", "sleep 1000");
  probe_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_, settings_,
                 past_);
  watching_.emplace(loop_, *probe_, vocabulary_of(settings_));
  ASSERT_TRUE(watching_->wait_until([&] { return watching_->looks() > 1; }));
  loop_.run_for(300ms);
  const Sample sample = take();
  EXPECT_EQ(sample.outcome, Outcome::unknown);
  EXPECT_THAT(sample.reason, HasSubstr("configured logging driver does not support reading"));
}

TEST_F(ContainerLogTest, OneGlanceWithoutWatchingShowsTheLastLines) {
  run_ticking("");
  probe_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_, settings_,
                 past_);
  EXPECT_EQ(take().outcome, Outcome::good);
  EXPECT_THAT(probe_->details().back().text, HasSubstr("tick at start"));
}

}  // namespace
}  // namespace ripcord
