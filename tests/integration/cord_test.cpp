#include "tests/integration/cord.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Cord, RollsABadDeploymentBackOnceAndVerifies) {
  Cord cord;
  cord.start();
  const std::string id = cord.deploy();
  cord.turn_bad();
  EXPECT_EQ(cord.end(), "rolled_back") << cord.daemon.log();
  EXPECT_EQ(cord.daemon.read("rollbacks"), "v2 v1\n");

  const std::string story = cord.daemon.ripcord({"show", id}).out;
  EXPECT_THAT(story, HasSubstr("3 of 3 failures in a row: status 500, expected 200-299"));
  EXPECT_THAT(story, HasSubstr("v1 is back and verified"));
}

TEST(Cord, LetsAGoodDeploymentSucceed) {
  Cord cord;
  std::string text = cord.daemon.read("ripcord.toml");
  text.replace(text.find("bake = \"1h\""), 11, "bake = \"2s\"");
  text.replace(0, text.find("[service.shop]"), "");
  cord.daemon.configure(text);
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  EXPECT_EQ(cord.end(), "succeeded") << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 0U);
}

TEST(Cord, DoesNotRollBackWithoutADeployment) {
  Cord cord;
  cord.start();
  cord.turn_bad();
  EXPECT_TRUE(eventually(
      [&] { return cord.daemon.ripcord({"status"}).out.find("tripped") != std::string::npos; }));
  EXPECT_EQ(cord.rollbacks(), 0U);
}

TEST(Cord, DoesNotRollBackForTroubleThatWasThereBefore) {
  Cord cord;
  cord.turn_bad();
  cord.start();
  ASSERT_TRUE(eventually(
      [&] { return cord.daemon.ripcord({"status"}).out.find("tripped") != std::string::npos; }));
  EXPECT_NE(cord.deploy(), "");
  const int answered = cord.target.answered();
  ASSERT_TRUE(eventually([&] { return cord.target.answered() > answered + 10; }));
  EXPECT_EQ(cord.phase(), "baking");
  EXPECT_EQ(cord.rollbacks(), 0U);
}

TEST(Cord, APersonCanRollBackAndAbort) {
  Cord cord;
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  EXPECT_EQ(cord.daemon.ripcord({"rollback", "shop", "--reason", "data corruption"}).code, 0);
  EXPECT_EQ(cord.end(), "rolled_back");
  EXPECT_EQ(cord.rollbacks(), 1U);

  EXPECT_NE(cord.deploy(), "");
  EXPECT_EQ(cord.daemon.ripcord({"abort", "shop", "--reason", "my own hands"}).code, 0);
  EXPECT_EQ(cord.end(), "aborted");
  EXPECT_EQ(cord.rollbacks(), 1U);
}

TEST(Cord, WaitTellsTheVerdictByItsExitCode) {
  Cord cord;
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  cord.turn_bad();
  // The waiting command sees the whole rollback; a second one cures the target meanwhile.
  std::thread cure([&] {
    (void)eventually([&] {
      cord.cure_when_rolled_back();
      return std::filesystem::exists(cord.daemon.path("cured"));
    });
    cord.cure_when_rolled_back();
  });
  const Printed waited = cord.daemon.ripcord({"wait", "shop"});
  cure.join();
  EXPECT_EQ(waited.code, 1) << waited.out;
  EXPECT_THAT(waited.out, HasSubstr("rolled"));
}

TEST(Cord, AScriptThatFailsPagesAndIsNotTriedAgain) {
  Cord cord("", "exit 3");
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  cord.turn_bad();
  EXPECT_EQ(cord.end(), "rollback_failed");
  EXPECT_EQ(cord.rollbacks(), 1U);
  EXPECT_THAT(cord.daemon.log(), HasSubstr("exited 3"));
}

TEST(Cord, ARollbackThatDoesNotHelpIsNotCalledASuccess) {
  Cord cord;
  std::string text = cord.daemon.read("ripcord.toml");
  text.replace(0, text.find("[service.shop]"), "");
  text.replace(text.find("timeout = \"20s\"\n\n"), 15, "timeout = \"2s\"");
  cord.daemon.configure(text);
  cord.start();
  EXPECT_NE(cord.deploy(), "");
  cord.turn_bad();
  ASSERT_TRUE(eventually([&] { return cord.phase() == "rollback_failed"; }))
      << cord.phase() << cord.daemon.log();
  EXPECT_EQ(cord.rollbacks(), 1U);
}

}  // namespace
}  // namespace ripcord::test
