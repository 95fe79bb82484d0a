// What goes wrong around the daemon: bad input, read-only and full disks, a second daemon.

#include "tests/integration/cord.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// A small file system of its own; needs root, as the whole integration suite does.
class Tmpfs {
 public:
  Tmpfs(std::filesystem::path where, const char* size) : where_(std::move(where)) {
    std::filesystem::create_directories(where_);
    const std::string options = std::string("size=") + size;
    mounted_ = mount("tmpfs", where_.c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  ~Tmpfs() { umount2(where_.c_str(), MNT_DETACH); }
  Tmpfs(const Tmpfs&) = delete;
  Tmpfs& operator=(const Tmpfs&) = delete;

  [[nodiscard]] bool is_mounted() const { return mounted_; }
  [[nodiscard]] bool remount_read_only() const {
    return mount("tmpfs", where_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "") == 0;
  }
  /// Leaves not a byte free.
  void fill() const {
    std::ofstream file(where_ / "filler", std::ios::binary);
    const std::string block(4096, 'x');
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  void free() const { std::filesystem::remove(where_ / "filler"); }

 private:
  std::filesystem::path where_;
  bool mounted_ = false;
};

TEST(BadConfiguration, IsRefusedWithEveryMistakeAndExit78) {
  DaemonProcess daemon;
  daemon.configure_alone(
      "[service.shop]\nbaek = \"1m\"\n[service.shop.probe.p]\ntype = \"http\"\n"
      "url = \"http://localhost/\"\ninterval = \"soon\"\n");
  const Printed printed = daemon.run_to_end();
  EXPECT_EQ(printed.code, 78);
  EXPECT_THAT(
      printed.out,
      AllOf(HasSubstr("ripcord.toml:8:"), HasSubstr("service.shop.baek"), HasSubstr("did you mean"),
            HasSubstr("bake"), HasSubstr("service.shop.probe.p.interval"), HasSubstr("\"soon\"")));
}

TEST(TheLog, SaysOfWhichZoneItsTimesAre) {
  Cord cord;
  cord.daemon.start({{"TZ", "HERE-5:30"}});
  EXPECT_THAT(cord.daemon.log(), ContainsRegex("20..-..-..T..:..:..[.]...[+]05:30 info "));
}

TEST(AMissingScript, IsRefusedWithItsPlaceAndExit78) {
  Cord cord;
  std::filesystem::remove(cord.daemon.path("rollback.sh"));
  const Printed printed = cord.daemon.run_to_end();
  EXPECT_EQ(printed.code, 78);
  EXPECT_THAT(printed.out, AllOf(HasSubstr("rollback.sh"), HasSubstr("ripcord.toml:")));
}

TEST(AMissingScript, DoesNotBlindADaemonWithADeploymentOpen) {
  Cord cord;
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  cord.daemon.kill();
  std::filesystem::remove(cord.daemon.path("rollback.sh"));
  cord.start();
  cord.turn_bad();
  EXPECT_EQ(cord.end(), "rollback_failed") << cord.daemon.log();
  EXPECT_THAT(cord.daemon.log(), HasSubstr("rollback.sh"));
}

TEST(AHostThatDoesNotResolve, IsUnknownAndNeverRollsBack) {
  Cord cord;
  std::string text = cord.daemon.read("ripcord.toml");
  text.replace(0, text.find("[service.shop]"), "");
  const std::string host = "127.0.0.1:" + std::to_string(cord.target.port());
  text.replace(text.find(host), host.size(), "no-such-host.invalid");
  cord.daemon.configure(text);
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  ASSERT_TRUE(eventually([&] {
    return cord.daemon.ripcord({"status", "shop"}).out.find("no-such-host.invalid") !=
           std::string::npos;
  }));
  EXPECT_THAT(cord.daemon.ripcord({"status", "shop"}).out, HasSubstr("unknown"));
  EXPECT_EQ(cord.phase(), "baking");
  EXPECT_EQ(cord.rollbacks(), 0U);
}

TEST(AReadOnlyStateDirectory, IsRefusedWithExit78) {
  Cord cord;
  const Tmpfs disk(cord.daemon.path("disk"), "1m");
  ASSERT_TRUE(disk.is_mounted());
  ASSERT_TRUE(disk.remount_read_only());
  const std::string text = cord.daemon.read("ripcord.toml");
  cord.daemon.set_state_dir(cord.daemon.path("disk") / "state");
  cord.daemon.configure(text.substr(text.find("[service.shop]")));
  const Printed printed = cord.daemon.run_to_end();
  EXPECT_EQ(printed.code, 78);
  EXPECT_THAT(printed.out, AllOf(HasSubstr("disk/state"), HasSubstr("ead-only")));
}

TEST(ASecondDaemon, IsRefusedWithThePidOfTheFirst) {
  Cord cord;
  cord.start();
  const Printed second = cord.daemon.run_to_end();
  EXPECT_EQ(second.code, 75);
  EXPECT_THAT(second.out, HasSubstr(std::to_string(cord.daemon.pid())));
  EXPECT_EQ(cord.daemon.ripcord({"status"}).code, 0);
}

TEST(AFullDisk, DoesNotStopTheRollbackAndIsReported) {
  Cord cord;
  const Tmpfs disk(cord.daemon.path("disk"), "2m");
  ASSERT_TRUE(disk.is_mounted());
  const std::string text = cord.daemon.read("ripcord.toml");
  cord.daemon.set_state_dir(cord.daemon.path("disk") / "state");
  cord.daemon.configure(text.substr(text.find("[service.shop]")));
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  disk.fill();
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] {
    cord.cure_when_rolled_back();
    return cord.daemon.log().find("v1 is back and verified") != std::string::npos;
  })) << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
  EXPECT_THAT(cord.daemon.log(),
              AllOf(HasSubstr("the journal cannot be written"), HasSubstr("evidence.incomplete")));
  EXPECT_EQ(cord.daemon.ripcord({"deploy", "start", "shop", "--version", "v3"}).code, 75);

  disk.free();
  ASSERT_TRUE(eventually([&] {
    return cord.daemon.log().find("the journal can be written again") != std::string::npos;
  })) << cord.daemon.log();
  EXPECT_EQ(cord.phase(), "rolled_back");
}

TEST(AFullDisk, AndAKilledDaemonStillRunTheScriptOnce) {
  Cord cord("", "sleep 0.5");
  const Tmpfs disk(cord.daemon.path("disk"), "2m");
  ASSERT_TRUE(disk.is_mounted());
  const std::string text = cord.daemon.read("ripcord.toml");
  cord.daemon.set_state_dir(cord.daemon.path("disk") / "state");
  cord.daemon.configure(text.substr(text.find("[service.shop]")));
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  disk.fill();
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] { return cord.rollbacks() == 1; })) << cord.daemon.log();
  cord.daemon.kill();
  disk.free();
  cord.start();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
}

TEST(AFullDisk, AndADaemonKilledAfterAWholeRollbackLoseNothingOfIt) {
  Cord cord(R"([[service.shop.rollback.step]]
name = "and look"
run = ["/bin/true"]
timeout = "5s"
)");
  const Tmpfs disk(cord.daemon.path("disk"), "2m");
  ASSERT_TRUE(disk.is_mounted());
  const std::string text = cord.daemon.read("ripcord.toml");
  cord.daemon.set_state_dir(cord.daemon.path("disk") / "state");
  cord.daemon.configure(text.substr(text.find("[service.shop]")));
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  disk.fill();
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] {
    cord.cure_when_rolled_back();
    return cord.daemon.log().find("v1 is back and verified") != std::string::npos;
  })) << cord.daemon.log();
  cord.daemon.kill();
  disk.free();
  cord.start();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
  EXPECT_THAT(cord.daemon.log(), Not(HasSubstr("a commit is lost")));
  EXPECT_EQ(cord.daemon.ripcord({"deploy", "start", "shop", "--version", "v3"}).code, 0)
      << "the journal takes new ones";
}

TEST(ATermSignal, EndsTheDaemonAndLeavesTheScriptToItsKeeper) {
  Cord cord("", "sleep 1");
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] { return cord.rollbacks() == 1; }));
  EXPECT_EQ(cord.daemon.stop(), 0) << cord.daemon.log();
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(cord.daemon.path("cured")); }));
  cord.start();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
}

TEST(AStoppedDaemon, DoesNotMistakeItsOwnSleepForTrouble) {
  Cord cord;
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  cord.daemon.signal(SIGSTOP);
  (void)eventually([] { return false; }, 3s);
  cord.daemon.signal(SIGCONT);
  const int answered = cord.target.answered();
  ASSERT_TRUE(eventually([&] { return cord.target.answered() > answered + 10; }));
  EXPECT_EQ(cord.phase(), "baking");
  EXPECT_EQ(cord.rollbacks(), 0U);
}

TEST(AReload, TakesAGoodConfigurationAndKeepsTheOldOneOnAMistake) {
  Cord cord;
  cord.start();
  const std::string good = cord.daemon.read("ripcord.toml");
  std::ofstream(cord.daemon.path("ripcord.toml"), std::ios::app) << "\n[service.shop.nonsense]\n";
  const Printed refused = cord.daemon.ripcord({"reload"});
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.out, HasSubstr("nonsense"));
  EXPECT_EQ(cord.daemon.ripcord({"status"}).code, 0);

  std::ofstream(cord.daemon.path("ripcord.toml"))
      << good
      << "\n[service.blog]\n[service.blog.probe.p]\ntype = \"http\"\nurl = \"http://127.0.0.1:"
      << cord.target.port() << "/\"\n";
  cord.daemon.signal(SIGHUP);
  EXPECT_TRUE(eventually([&] {
    return cord.daemon.ripcord({"status"}).out.find("blog") != std::string::npos;
  })) << cord.daemon.log();
}

TEST(AReload, LeavesAnOpenDeploymentTheConfigurationItBeganWith) {
  Cord cord;
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  std::string text = cord.daemon.read("ripcord.toml");
  const std::string other = cord.daemon.script("other.sh", "exit 9");
  const std::string script = cord.daemon.path("rollback.sh");
  text.replace(text.find(script), script.size(), other);
  std::ofstream(cord.daemon.path("ripcord.toml")) << text;
  EXPECT_EQ(cord.daemon.ripcord({"reload"}).code, 0);
  cord.daemon.kill();
  cord.start();
  cord.turn_bad();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
}

TEST(ABrokenFile, DoesNotStopARollbackThatBeganWithAGoodOne) {
  Cord cord;
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  std::ofstream(cord.daemon.path("ripcord.toml")) << "this is = = not toml";
  cord.turn_bad();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
}

}  // namespace
}  // namespace ripcord::test
