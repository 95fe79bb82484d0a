// Driven deployments on the daemon as a process, with real scripts: the gate, the deploy steps, the
// stages.

#include "base/text.hpp"
#include "tests/integration/canary.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string gate = "[service.shop.gate.";

TEST(DrivenDeployment, GoesThroughItsGateItsStepAndEveryStage) {
  Canary canary({5, 25, 100}, gate + "healthy]\ntype = \"healthy\"\n" + gate +
                                  "way_back]\ntype = \"ready\"\ndisk_min = 1\n");
  canary.start();
  ASSERT_TRUE(eventually([&] { return canary.target.answered() > 3; }));
  const Printed started = canary.deploy();
  EXPECT_EQ(started.code, 0) << started.out;
  EXPECT_EQ(canary.end(), "succeeded") << canary.verdict() << canary.daemon.log();
  EXPECT_EQ(canary.story(), "deploy v2\nshift 5 1 of 3\nshift 25 2 of 3\nshift 100 3 of 3\n");
  EXPECT_THAT(canary.history(),
              AllOf(HasSubstr("gate.passed by ripcord: healthy passed: 1 of 1 trigger pass"),
                    HasSubstr("way_back passed: 1 program in place, back to v1"),
                    HasSubstr("stage 1 of 3: 5 % of the traffic goes to v2"),
                    HasSubstr("stage 3 of 3: 100 % of the traffic goes to v2")));
}

TEST(DrivenDeployment, IsStoppedAtItsFirstStageAndRolledBack) {
  Canary canary;
  canary.start();
  EXPECT_EQ(canary.deploy().code, 0);
  ASSERT_TRUE(eventually([&] { return canary.daemon.lines("story") == 2; }));
  canary.turn_bad();
  EXPECT_EQ(canary.end(), "rolled_back") << canary.daemon.log();
  EXPECT_EQ(canary.story(), "deploy v2\nshift 5 1 of 3\nrollback v2 v1\n");
}

TEST(DrivenDeployment, IsUndoneWhenItsStepFails) {
  Canary canary({100}, "", "exit 3");
  canary.start();
  EXPECT_EQ(canary.deploy().code, 0);
  EXPECT_EQ(canary.end(), "rolled_back") << canary.daemon.log();
  EXPECT_EQ(canary.story(), "deploy v2\nrollback v2 v1\n");
}

TEST(DrivenDeployment, WhoseStepCannotBeUndoneCallsAPersonInstead) {
  Canary canary({5, 100}, "", "echo 'ripcord: irreversible: column email is dropped'");
  canary.start();
  EXPECT_EQ(canary.deploy().code, 0);
  ASSERT_TRUE(eventually([&] { return canary.daemon.lines("story") == 2; }));
  canary.turn_bad();
  ASSERT_TRUE(eventually([&] { return canary.history().contains("deployment.held"); }))
      << canary.daemon.log();
  EXPECT_EQ(canary.phase(), "baking");
  EXPECT_THAT(canary.history(),
              AllOf(HasSubstr("deployment.irreversible by step deploy.1: from now on a trip only "
                              "pages: column email is dropped"),
                    HasSubstr("it cannot be undone (column email is dropped): a person must act")));
  EXPECT_EQ(canary.story(), "deploy v2\nshift 5 1 of 2\n");

  canary.daemon.kill();
  canary.daemon.start();  // looks at the way back at once
  EXPECT_TRUE(eventually([&] {
    return canary.daemon.ripcord({"status", "shop"})
        .out.contains("what runs cannot be undone: column email is dropped");
  })) << canary.daemon.ripcord({"status", "shop"}).out;
}

TEST(DrivenDeployment, WhoseStepFailsAfterItCannotBeUndoneIsNotRolledBack) {
  Canary canary({100}, "", "echo 'ripcord: irreversible: column email is dropped'\nexit 1");
  canary.start();
  EXPECT_EQ(canary.deploy().code, 0);
  EXPECT_EQ(canary.end(), "failed") << canary.daemon.log();
  EXPECT_THAT(canary.verdict(), HasSubstr("it cannot be undone (column email is dropped)"));
  EXPECT_EQ(canary.story(), "deploy v2\n");
}

/// Six gates of which each has something to say against v2.
std::string gates_that_refuse(const Canary& canary) {
  const std::string script =
      canary.daemon.script("check.sh", "echo 'two users lack a role'\nexit 1");
  return fmt::format(R"([service.shop.gate.backup]
type = "backup"
files = "{}/*.dump"
[service.shop.gate.check]
type = "exec"
run = ["{}"]
[service.shop.gate.healthy]
type = "healthy"
[service.shop.gate.hours]
type = "window"
timezone = "Europe/Madrid"
deny = ["Mon-Sun 00:00-24:00"]
[service.shop.gate.lab]
type = "staging"
file = "{}"
[service.shop.gate.people]
type = "checklist"
items = ["release notes read"]
[service.shop.gate.quiet]
type = "quiet"
probe = "health"
value = "total_seconds"
below = -1
[service.shop.gate.way_back]
type = "ready"
disk_min = "8000000GiB"
)",
                     canary.daemon.path("").string(), script,
                     canary.daemon.path("staging.json").string());
}

/// A canary with all of these gates, whose service is ill already.
class AtTheGate : public testing::Test {
 protected:
  AtTheGate() {
    std::ofstream(canary_.daemon.path("ripcord.toml"), std::ios::app) << gates_that_refuse(canary_);
    canary_.turn_bad();
    canary_.start();
    EXPECT_TRUE(eventually([&] { return canary_.target.answered() > 3; }));
  }

  Canary canary_{{100}};
};

TEST_F(AtTheGate, EveryReasonIsToldAtOnceAndNothingIsTouched) {
  (void)canary_.deploy();
  EXPECT_EQ(canary_.end(), "refused") << canary_.daemon.log();
  EXPECT_THAT(
      canary_.verdict(),
      AllOf(HasSubstr("backup refused: there is no backup"),
            HasSubstr("check refused: the script: exited 1"), HasSubstr("two users lack a role"),
            HasSubstr("healthy refused: unhealthy is tripped ("),
            HasSubstr("hours refused: it is "), HasSubstr("denied by"),
            HasSubstr("lab refused: what happened in staging is not known: cannot read")));
  EXPECT_THAT(canary_.verdict(),
              AllOf(HasSubstr("people refused: 1 of 1 item not confirmed: \"release notes read\""),
                    HasSubstr("quiet refused: total_seconds of health is "),
                    HasSubstr("way_back refused: "), HasSubstr("of the disk are free, at least")));
  EXPECT_FALSE(std::filesystem::exists(canary_.daemon.path("story")));
}

TEST_F(AtTheGate, OverridesAndConfirmationsPassWithWhoAndWhyInTheHistory) {
  std::vector<std::string> words{"--confirm", "release notes read"};
  for (const char* name : {"backup", "check", "healthy", "hours", "lab", "quiet", "way_back"}) {
    for (const char* word : {"--override", name, "--reason", "the house is on fire"}) {
      words.emplace_back(word);
    }
  }
  const Printed started = canary_.deploy(words);
  EXPECT_EQ(started.code, 0) << started.out;
  canary_.target.answer(200);
  EXPECT_EQ(canary_.end(), "succeeded") << canary_.verdict() << canary_.daemon.log();
  EXPECT_THAT(canary_.history(),
              AllOf(HasSubstr("gate.overridden by uid 0 (root): whatever gate hours says, it is "
                              "passed over: the house is on fire"),
                    HasSubstr("hours overridden: it is "),
                    HasSubstr("people passed: 1 of 1 item confirmed: \"release notes read\" by uid "
                              "0 (root)")));
}

TEST(TheGate, IsAskedAgainWhenTheDaemonWasKilledMeanwhile) {
  const std::string wait = "while [ ! -e \"$(dirname \"$0\")/open\" ]; do sleep 0.05; done";
  Canary canary({100});
  const std::string script = canary.daemon.script(
      "check.sh", "echo \"$RIPCORD_GATE $RIPCORD_VERSION $RIPCORD_PREVIOUS_VERSION\" >> " +
                      canary.daemon.path("asked").string() + "\n" + wait);
  std::ofstream(canary.daemon.path("ripcord.toml"), std::ios::app)
      << gate << "check]\ntype = \"exec\"\nrun = [\"" << script << "\"]\n";
  canary.start();
  EXPECT_EQ(canary.deploy().code, 0);
  ASSERT_TRUE(eventually([&] { return canary.daemon.lines("asked") == 1; }));
  EXPECT_EQ(canary.phase(), "gating");
  canary.daemon.kill();
  canary.start();
  ASSERT_TRUE(eventually([&] { return canary.daemon.lines("asked") == 2; })) << canary.daemon.log();
  EXPECT_EQ(canary.phase(), "gating");
  EXPECT_FALSE(std::filesystem::exists(canary.daemon.path("story")));
  std::ofstream(canary.daemon.path("open")) << "";
  EXPECT_EQ(canary.end(), "succeeded") << canary.verdict() << canary.daemon.log();
  EXPECT_EQ(canary.daemon.read("asked"), "check v2 v1\ncheck v2 v1\n");
  EXPECT_EQ(canary.story(), "deploy v2\nshift 100 1 of 1\n");
}

TEST(TheGate, LetsItsProgramsGoWhenTheDeploymentIsAborted) {
  Canary canary({100});
  const std::string script = canary.daemon.script(
      "check.sh", "echo $$ >> " + canary.daemon.path("asked").string() + "\nsleep 600");
  std::ofstream(canary.daemon.path("ripcord.toml"), std::ios::app)
      << gate << "check]\ntype = \"exec\"\nrun = [\"" << script << "\"]\ntimeout = \"10m\"\n";
  canary.start();
  EXPECT_EQ(canary.deploy().code, 0);
  ASSERT_TRUE(eventually([&] { return canary.daemon.lines("asked") == 1; }));
  const std::string process = "/proc/" + std::string(trim(canary.daemon.read("asked")));
  ASSERT_TRUE(std::filesystem::exists(process));
  EXPECT_EQ(canary.daemon.ripcord({"abort", "shop", "--reason", "too late today"}).code, 0);
  EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(process); }));
  EXPECT_EQ(canary.end(), "aborted") << canary.verdict();
  EXPECT_EQ(canary.deploy().code, 0) << "the next one is asked about as if nothing had been";
  EXPECT_TRUE(eventually([&] { return canary.daemon.lines("asked") == 2; }));
  EXPECT_EQ(canary.daemon.ripcord({"abort", "shop", "--reason", "still too late"}).code, 0);
}

TEST(TheGate, WaitsForTheFirstSamplesAfterARestart) {
  Canary canary({100});
  const std::string script = canary.daemon.script(
      "check.sh", "echo asked >> " + canary.daemon.path("asked").string() +
                      "\nwhile [ ! -e \"$(dirname \"$0\")/open\" ]; do sleep 0.05; done");
  std::ofstream(canary.daemon.path("ripcord.toml"), std::ios::app)
      << gate << "check]\ntype = \"exec\"\nrun = [\"" << script << "\"]\n"
      << gate << "quiet]\ntype = \"quiet\"\nprobe = \"health\"\nvalue = \"total_seconds\"\n"
      << "below = 60\n";
  canary.start();
  ASSERT_TRUE(eventually([&] { return canary.target.answered() > 0; }));
  EXPECT_EQ(canary.deploy().code, 0);
  ASSERT_TRUE(eventually([&] { return canary.daemon.lines("asked") == 1; }));
  canary.daemon.kill();
  std::ofstream(canary.daemon.path("open")) << "";
  canary.start();
  EXPECT_EQ(canary.end(), "succeeded") << canary.verdict() << canary.daemon.log();
}

TEST(TheWayBack, IsLookedAtBeforeItIsNeeded) {
  Canary canary({100});
  canary.start();
  std::filesystem::remove(canary.daemon.path("rollback.sh"));
  canary.daemon.stop();
  const Printed refused = canary.daemon.run_to_end();
  EXPECT_EQ(refused.code, 78) << refused.out;
  EXPECT_THAT(refused.out, HasSubstr("rollback.sh\" does not exist"));
  const std::string script = canary.daemon.script("rollback.sh", "exit 0");
  std::filesystem::permissions(script, std::filesystem::perms::all);
  canary.start();
  EXPECT_TRUE(eventually([&] {
    return canary.daemon.log().contains("a rollback would not be possible now: " + script +
                                        " is not fit to be run: everyone may change it");
  })) << canary.daemon.log();
}

}  // namespace
}  // namespace ripcord::test
