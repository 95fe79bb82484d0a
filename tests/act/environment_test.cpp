#include "act/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <unistd.h>

namespace ripcord::act {
namespace {

using testing::Contains;
using testing::ElementsAre;

const Account ana{.name = "ana", .home = "/home/ana", .uid = 1000, .gid = 1000, .groups = {}};

std::string fact(const std::string& reason) {
  RunFacts facts;
  facts.reason = reason;
  return std::string(
      value_of(facts_of({.id = {}, .facts = facts, .configuration = ""}, "/run", "boot"),
               "RIPCORD_REASON")
          .value());
}

TEST(Environment, IsMadeFromScratch) {
  EXPECT_THAT(
      environment_of({}, ana, {}),
      ElementsAre("HOME=/home/ana", "LOGNAME=ana",
                  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "USER=ana"));
}

TEST(Environment, TheStepOverridesTheDefaultsAndTheFactsOverrideTheStep) {
  StepCommand command;
  command.env = {{"PATH", "/opt"}, {"RIPCORD_VERSION", "forged"}, {"A", "1"}, {"A", "2"}};
  const Fields facts{{"RIPCORD_VERSION", "v2"}, {"boot_id", "b"}};
  EXPECT_THAT(environment_of(command, ana, facts),
              ElementsAre("A=2", "HOME=/home/ana", "LOGNAME=ana", "PATH=/opt", "RIPCORD_VERSION=v2",
                          "USER=ana"));
}

TEST(Facts, SayWhatTheStepNeeds) {
  const RunFacts facts{.service = "backend",
                       .deployment = "d",
                       .version = "v2",
                       .previous_version = "v1",
                       .trigger = "",
                       .reason = "a person asked",
                       .stage = "1 of 3",
                       .traffic = 0.05};
  EXPECT_THAT(
      environment_of({}, ana,
                     facts_of({.id = {.deployment = "d", .step = {StepKind::verify, 0}},
                               .facts = facts,
                               .configuration = "",
                               .evidence = "/evidence/d"},
                              "/run/d/verify", "boot")),
      ElementsAre("HOME=/home/ana", "LOGNAME=ana",
                  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                  "RIPCORD_DEPLOYMENT=d", "RIPCORD_EVIDENCE=/evidence/d",
                  "RIPCORD_PREVIOUS_VERSION=v1", "RIPCORD_REASON=a person asked",
                  "RIPCORD_RUN_DIR=/run/d/verify", "RIPCORD_SERVICE=backend",
                  "RIPCORD_STAGE=1 of 3", "RIPCORD_STEP=verify", "RIPCORD_TRAFFIC_PERCENT=5",
                  "RIPCORD_TRIGGER=", "RIPCORD_VERSION=v2", "USER=ana"));
}

TEST(Facts, KeepTheirLinesButNeitherZeroBytesNorExcess) {
  EXPECT_EQ(fact("two\nlines"), "two\nlines");
  EXPECT_EQ(fact(std::string("a\0b", 3)), "a b");
  EXPECT_EQ(fact(std::string(5000, 'x')).size(), 4096U);
}

TEST(Accounts, AreFoundByNameAndByProcess) {
  const Account root = account_named("root").value();
  EXPECT_EQ(root.uid, 0U);
  EXPECT_THAT(root.groups, Contains(0U));
  EXPECT_EQ(own_account().uid, ::geteuid());
  const auto nobody = account_named("no-such-user");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().message, "there is no user \"no-such-user\"");
}

}  // namespace
}  // namespace ripcord::act
