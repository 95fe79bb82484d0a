// The daemon is killed (SIGKILL) between any two of its deeds; after a restart the rollback script
// must have run exactly once, and the deployment must end as it does without the kill.

#include "tests/integration/cord.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;

class Kill : public testing::TestWithParam<std::string> {};

TEST_P(Kill, AtThisPointChangesNothing) {
  Cord cord;
  cord.start({{"RIPCORD_CRASH_AT", GetParam()}});
  (void)cord.deploy();
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] {
    cord.cure_when_rolled_back();
    return !cord.daemon.is_running();
  })) << "the crash point was never reached: "
      << cord.daemon.log();

  cord.start();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.daemon.read("rollbacks"), "v2 v1\n");
}

std::string test_name(const testing::TestParamInfo<std::string>& point) {
  std::string name = point.param;
  std::ranges::replace(name, '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(EveryPoint, Kill,
                         testing::Values("before_commit.rolling_back", "before_intent.rollback.1",
                                         "after_commit.rolling_back", "after_intent.rollback.1",
                                         "in_capture", "after_capture", "after_claim.rollback.1",
                                         "after_launch.rollback.1", "after_end.rollback.1",
                                         "before_commit.verifying", "after_commit.verifying",
                                         "before_commit.rolled_back", "after_commit.rolled_back"),
                         test_name);

class KillInVerification : public testing::TestWithParam<std::string> {};

TEST_P(KillInVerification, AtThisPointChangesNothing) {
  Cord cord;
  const std::string verify =
      cord.daemon.script("verify.sh", "echo x >> " + cord.daemon.path("verified").string());
  const std::string text = cord.daemon.read("ripcord.toml");
  cord.daemon.configure(text.substr(text.find("[service.shop]")) + "run = [\"" + verify + "\"]\n");
  cord.start({{"RIPCORD_CRASH_AT", GetParam()}});
  (void)cord.deploy();
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] {
    cord.cure_when_rolled_back();
    return !cord.daemon.is_running();
  })) << "the crash point was never reached: "
      << cord.daemon.log();

  cord.start();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
  EXPECT_EQ(cord.daemon.lines("verified"), 1U);
}

INSTANTIATE_TEST_SUITE_P(EveryPoint, KillInVerification,
                         testing::Values("before_intent.verify", "after_intent.verify",
                                         "after_claim.verify", "after_launch.verify",
                                         "after_end.verify"),
                         test_name);

TEST(KillWhileTheScriptRuns, ChangesNothing) {
  Cord cord("", "while [ ! -e \"$RIPCORD_RUN_DIR/../../../go\" ]; do sleep 0.05; done");
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] { return cord.rollbacks() == 1; })) << cord.daemon.log();
  cord.daemon.kill();
  cord.start();
  EXPECT_EQ(cord.phase(), "rolling_back");
  ASSERT_TRUE(std::filesystem::is_directory(cord.daemon.state_dir()));
  std::filesystem::create_directory(cord.daemon.state_dir() / "go");
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
}

TEST(KillAtRandomInstants, NeverRunsTheScriptTwice) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 8; ++round) {
    Cord cord("", "sleep 0.2");
    cord.start();
    EXPECT_NE(cord.deploy(), "");
    cord.turn_bad();
    for (int kill = 0; kill < 4; ++kill) {
      (void)eventually(
          [&] {
            cord.cure_when_rolled_back();
            return false;
          },
          std::chrono::milliseconds(random() % 500));
      cord.daemon.kill();
      cord.start();
    }
    EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
    EXPECT_EQ(cord.rollbacks(), 1U) << cord.daemon.log();
  }
}

}  // namespace
}  // namespace ripcord::test
