// The daemon is killed (SIGKILL) between any two deeds of a driven deployment; after a restart each
// script must have run exactly once, and the deployment must end as it does without the kill.

#include "tests/integration/canary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace ripcord::test {
namespace {

std::string test_name(const testing::TestParamInfo<std::string>& point) {
  std::string name = point.param;
  std::ranges::replace(name, '.', '_');
  return name;
}

class KillDriven : public testing::TestWithParam<std::string> {};

TEST_P(KillDriven, AtThisPointChangesNothing) {
  Canary canary({50, 100});
  canary.start({{"RIPCORD_CRASH_AT", GetParam()}});
  (void)canary.deploy();  // the answer may die with the daemon
  ASSERT_TRUE(eventually([&] { return !canary.daemon.is_running(); }))
      << "the crash point was never reached: " << canary.daemon.log();

  canary.start();
  EXPECT_EQ(canary.end(), "succeeded") << canary.verdict() << canary.daemon.log();
  EXPECT_EQ(canary.story(), "deploy v2\nshift 50 1 of 2\nshift 100 2 of 2\n");
}

INSTANTIATE_TEST_SUITE_P(
    EveryPoint, KillDriven,
    testing::Values("after_commit.gating", "before_commit.deploying", "before_intent.deploy.1",
                    "after_commit.deploying", "after_intent.deploy.1", "after_claim.deploy.1",
                    "after_launch.deploy.1", "after_end.deploy.1", "before_commit.shifting",
                    "before_intent.shift.1", "after_commit.shifting", "after_intent.shift.1",
                    "after_claim.shift.1", "after_launch.shift.1", "after_end.shift.1",
                    "before_commit.baking", "after_commit.baking", "before_intent.shift.2",
                    "after_intent.shift.2", "after_claim.shift.2", "after_launch.shift.2",
                    "after_end.shift.2", "before_commit.succeeded", "after_commit.succeeded"),
    test_name);

/// The same on the way back, from the first stage.
class KillDrivenBack : public testing::TestWithParam<std::string> {};

TEST_P(KillDrivenBack, AtThisPointChangesNothing) {
  Canary canary({50, 100});
  canary.start({{"RIPCORD_CRASH_AT", GetParam()}});
  EXPECT_EQ(canary.deploy().code, 0);
  ASSERT_TRUE(eventually([&] { return canary.daemon.lines("story") == 2; }));
  canary.turn_bad();
  ASSERT_TRUE(eventually([&] { return !canary.daemon.is_running(); }))
      << "the crash point was never reached: " << canary.daemon.log();

  canary.start();
  EXPECT_EQ(canary.end(), "rolled_back") << canary.verdict() << canary.daemon.log();
  EXPECT_EQ(canary.story(), "deploy v2\nshift 50 1 of 2\nrollback v2 v1\n");
}

INSTANTIATE_TEST_SUITE_P(EveryPoint, KillDrivenBack,
                         testing::Values("before_commit.rolling_back", "after_commit.rolling_back",
                                         "after_claim.rollback.1", "after_launch.rollback.1",
                                         "after_end.rollback.1"),
                         test_name);

TEST(KillBeforeTheDeploymentIsRecorded, LeavesNone) {
  Canary canary({100});
  canary.start({{"RIPCORD_CRASH_AT", "before_commit.gating"}});
  EXPECT_NE(canary.deploy().code, 0);
  ASSERT_TRUE(eventually([&] { return !canary.daemon.is_running(); }));
  canary.start();
  EXPECT_EQ(canary.phase(), "");
  EXPECT_EQ(canary.deploy().code, 0);
  EXPECT_EQ(canary.end(), "succeeded") << canary.verdict();
}

}  // namespace
}  // namespace ripcord::test
