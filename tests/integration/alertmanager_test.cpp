// A real Alertmanager whose alert pulls the cord of a real ripcordd.

#include "base/time.hpp"
#include "tests/integration/daemon_process.hpp"
#include "tests/support/health_target.hpp"
#include "tests/support/real_part.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace ripcord::test {
namespace {

using testing::HasSubstr;

const std::string program = "/usr/bin/prometheus-alertmanager";

/// What stands in `text` behind `mark`, up to a space or the end of the line; empty without it.
std::string now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return to_rfc3339_ms(Instant(std::chrono::duration_cast<Duration>(since_epoch)));
}

std::string word_behind(const std::string& text, const std::string& mark) {
  const std::size_t place = text.find(mark);
  if (place == std::string::npos) return "";
  const std::size_t begin = place + mark.size();
  return text.substr(begin, text.find_first_of(" \n", begin) - begin);
}

/// On a free port of 127.0.0.1, telling `url` of every alert, again and again. Ended with this.
class Alertmanager {
 public:
  Alertmanager(const std::string& url, const std::string& token) {
    std::ofstream(path("alertmanager.yml")) << fmt::format(
        "route: {{ receiver: ripcord, group_wait: 50ms, group_interval: 200ms,\n"
        "  repeat_interval: 200ms }}\n"
        "receivers:\n- name: ripcord\n  webhook_configs:\n  - url: '{}'\n"
        "    http_config: {{ authorization: {{ credentials: '{}' }} }}\n",
        url, token);
    std::array<std::string, 5> arguments{
        program, "--config.file=" + path("alertmanager.yml"), "--storage.path=" + path("data"),
        "--web.listen-address=127.0.0.1:0", "--cluster.listen-address="};
    std::array<char*, arguments.size() + 1> pointers{};
    for (std::size_t i = 0; i < arguments.size(); ++i) pointers.at(i) = arguments.at(i).data();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, path("log").c_str(),
                                     O_CREAT | O_APPEND | O_WRONLY, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    EXPECT_EQ(posix_spawn(&pid_, program.c_str(), &actions, nullptr, pointers.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    EXPECT_TRUE(eventually([this] { return curl("/-/ready").code == 0; })) << log();
  }
  ~Alertmanager() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Alertmanager(const Alertmanager&) = delete;
  Alertmanager& operator=(const Alertmanager&) = delete;

  /// As a Prometheus would, which has known of it since then.
  [[nodiscard]] int fire(const std::string& labels, const std::string& since) const {
    return curl("/api/v2/alerts",
                fmt::format("[{{\"labels\":{{{}}},\"startsAt\":\"{}\","
                            "\"annotations\":{{\"summary\":\"12 % of the requests fail\"}}}}]",
                            labels, since))
        .code;
  }

  /// How often it has told of what fires, and how often in vain.
  [[nodiscard]] int told() const { return counter("alertmanager_notifications_total"); }
  [[nodiscard]] int failed() const { return counter("alertmanager_notifications_failed_total"); }

  [[nodiscard]] std::string log() const {
    std::ifstream file(path("log"));
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  [[nodiscard]] std::string path(const std::string& name) const {
    return (directory_.path() / name).string();
  }

  [[nodiscard]] Printed curl(const std::string& target, const std::string& body = "") const {
    const std::string address = word_behind(log(), "msg=\"Listening on\" address=");
    std::vector<std::string> command{"/usr/bin/curl", "-sSf", "-m", "5"};
    if (!body.empty()) {
      command.insert(command.end(), {"-H", "Content-Type: application/json", "-d", body});
    }
    command.push_back("http://" + address + target);
    return run_program(command);
  }

  [[nodiscard]] int counter(const std::string& name) const {
    return std::atoi(
        word_behind(curl("/metrics").out, "\n" + name + "{integration=\"webhook\"} ").c_str());
  }

  TempDir directory_;
  pid_t pid_ = 0;
};

/// A service that watches alerts, in a daemon that lets the token "one" in.
class AlertmanagerTest : public testing::Test {
 protected:
  void SetUp() override {
    RIPCORD_NEEDS(access(program.c_str(), X_OK) == 0, program + " is not installed");
    // printf one | sha256sum
    std::ofstream(daemon_.path("tokens"))
        << "alertmanager 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\n";
    chmod();
    daemon_.configure(fmt::format(
        "tokens_file = \"{}\"\n[service.shop]\nprevious_version = \"v1\"\nsettle = \"0s\"\n"
        "bake = \"1h\"\n[service.shop.probe.health]\ntype = \"http\"\n"
        "url = \"http://127.0.0.1:{}/\"\ninterval = \"100ms\"\ntimeout = \"1s\"\n"
        "[service.shop.trigger.alerts]\ntype = \"occurrences\"\nsignal = \"HighErrorRate\"\n"
        "more_than = 1\nwithin = \"10m\"\n"
        "[[service.shop.rollback.step]]\nname = \"back\"\nrun = [\"/bin/true\"]\n"
        "timeout = \"20s\"\n[service.shop.verify]\nhealthy_for = \"200ms\"\ntimeout = \"20s\"\n",
        daemon_.path("tokens").string(), target_.port()));
    daemon_.start();
    url_ = "http://" + daemon_.address() + "/api/v1/alerts";
  }

  void chmod() const {
    std::filesystem::permissions(daemon_.path("tokens"), std::filesystem::perms::owner_read);
  }

  /// How many signals the last deployment has in its story.
  [[nodiscard]] std::size_t reported() const {
    const std::string story = daemon_.ripcord({"show", id_}).out;
    std::size_t count = 0;
    for (std::size_t at = story.find("signal.reported"); at != std::string::npos;
         at = story.find("signal.reported", at + 1)) {
      ++count;
    }
    return count;
  }

  void deploy() {
    const auto started = daemon_.json({"deploy", "start", "shop", "--version", "v2"});
    id_ = std::string(started.at("deployment").as_string());
    (void)daemon_.ripcord({"deploy", "finish", "shop"});
  }

  HealthTarget target_;
  DaemonProcess daemon_;
  std::string url_;
  std::string id_;
};

TEST_F(AlertmanagerTest, PullsTheCordWithItsWebhook) {
  deploy();
  const Alertmanager alertmanager(url_, "one");
  const std::string since = now();
  ASSERT_EQ(alertmanager.fire(R"("alertname":"HighErrorRate","ripcord_service":"shop")", since), 0);
  ASSERT_TRUE(eventually([&] { return alertmanager.told() >= 3; })) << alertmanager.log();
  EXPECT_EQ(alertmanager.failed(), 0) << alertmanager.log();
  EXPECT_EQ(reported(), 1U) << "however often it is told of";
  EXPECT_THAT(daemon_.ripcord({"show", id_}).out,
              AllOf(HasSubstr("HighErrorRate reported: alert "),
                    HasSubstr("12 % of the requests fail"), HasSubstr("by token alertmanager")));

  // Nor is it counted again by the next daemon, which knows it from the journal.
  daemon_.kill();
  daemon_.start();
  const Alertmanager other("http://" + daemon_.address() + "/api/v1/alerts?service=shop", "one");
  ASSERT_EQ(other.fire(R"("alertname":"HighErrorRate","ripcord_service":"shop")", since), 0);
  ASSERT_TRUE(eventually([&] { return other.told() >= 2; })) << other.log();
  EXPECT_EQ(other.failed(), 0) << other.log();
  EXPECT_EQ(reported(), 1U);

  // Two others are more than one within ten minutes.
  ASSERT_EQ(other.fire(R"("alertname":"HighErrorRate","instance":"two")", now()), 0);
  ASSERT_EQ(other.fire(R"("alertname":"HighErrorRate","instance":"three")", now()), 0);
  EXPECT_TRUE(eventually([&] {
    return daemon_.ripcord({"history", "shop"}).out.find("rolled_back") != std::string::npos;
  })) << daemon_.ripcord({"show", id_}).out
      << daemon_.log();
}

TEST_F(AlertmanagerTest, WhatFiredBeforeTheDeploymentRollsNothingBack) {
  const std::string before = now();
  deploy();
  const Alertmanager alertmanager(url_, "one");
  for (const std::string instance : {"one", "two", "three"}) {
    ASSERT_EQ(
        alertmanager.fire(fmt::format(R"("alertname":"HighErrorRate","ripcord_service":"shop",)"
                                      R"("instance":"{}")",
                                      instance),
                          before),
        0);
  }
  ASSERT_TRUE(eventually([&] { return reported() == 3; })) << alertmanager.log();
  EXPECT_EQ(alertmanager.failed(), 0) << "they are taken";
  EXPECT_THAT(daemon_.ripcord({"show", id_}).out,
              HasSubstr("it began before what runs now did, so it counts for nothing"));
  EXPECT_THAT(daemon_.ripcord({"history", "shop"}).out, HasSubstr("baking"));
}

TEST_F(AlertmanagerTest, HearsOfWhatIsCountedByNobody) {
  const Alertmanager alertmanager(url_, "one");
  ASSERT_EQ(alertmanager.fire(R"("alertname":"DiskFull","ripcord_service":"shop")", now()), 0);
  EXPECT_TRUE(eventually([&] { return alertmanager.failed() > 0; })) << alertmanager.log();
  EXPECT_TRUE(eventually([&] {
    return daemon_.log().find("no trigger of shop counts a signal called \"DiskFull\"") !=
           std::string::npos;
  })) << daemon_.log();
}

TEST_F(AlertmanagerTest, IsTurnedAwayWithoutItsToken) {
  const Alertmanager alertmanager(url_, "two");
  ASSERT_EQ(alertmanager.fire(R"("alertname":"HighErrorRate","ripcord_service":"shop")", now()), 0);
  EXPECT_TRUE(eventually([&] { return alertmanager.failed() > 0; })) << alertmanager.log();
  EXPECT_THAT(alertmanager.log(), HasSubstr("401"));
}

}  // namespace
}  // namespace ripcord::test
