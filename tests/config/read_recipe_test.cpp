#include "deploy/recipe.hpp"
#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string deploy_step = "[[service.a.deploy.step]]\nrun = ['/d']\n";
const std::string shift = "[service.a.shift]\nrun = ['/s']\n";

std::string stage(const std::string& lines) {
  return "[[service.a.stage]]\n" + lines + "\n";
}

deploy::Recipe recipe(const std::string& text) {
  const Configuration read = good(text);
  return read.services.empty() ? deploy::Recipe() : read.services[0].engine.recipe;
}

TEST(ReadDeploy, ReadsItsStepsInOrder) {
  const deploy::Recipe read = recipe(R"(
    [[service.a.deploy.step]]
    run = ["/build"]
    [[service.a.deploy.step]]
    name = "start"
    run = ["/start", "now"]
    timeout = "1m"
    grace = "2s"
    idempotent = true
  )");
  const std::vector<deploy::RecipeStep> expected{{.name = "deploy 1"}, {"start", 1min, 2s, true}};
  EXPECT_EQ(read.deploy, expected);
  EXPECT_THAT(read.rollback, IsEmpty());
}

TEST(ReadDeploy, RefusesWhatARollbackRefuses) {
  EXPECT_THAT(
      mistakes_in(deploy_step + "nme = 'x'\n[[service.a.deploy.step]]\nname = 'deploy 1'\n"),
      ElementsAre("ripcord.toml:3:1: service.a.deploy.step[1].nme: unknown key; did you mean "
                  "\"name\"?",
                  "ripcord.toml:4:1: service.a.deploy.step[2].run: is missing",
                  "ripcord.toml:5:8: service.a.deploy.step[2].name: \"deploy 1\" is the name of "
                  "another step"));
  EXPECT_THAT(mistakes_in("[service.a.deploy]\nsteps = 1\n"),
              ElementsAre("ripcord.toml:2:1: service.a.deploy.steps: unknown key; did you mean "
                          "\"step\"?"));
}

TEST(ReadStages, ReadsThemWithTheirShift) {
  const deploy::Recipe read =
      recipe("[service.a]\nbake = '20m'\n" + deploy_step +
             stage("traffic = '5%'\nbake = '10m'\napprove = 'manual'") +
             stage("traffic = 0.25\napprove = 'automatic'") + stage("traffic = '100%'") + shift +
             "timeout = '1m'\nidempotent = true\n");
  const std::vector<deploy::Stage> expected{
      {0.05, 10min, true}, {0.25, 20min, false}, {1, 20min, false}};
  EXPECT_EQ(read.stages, expected);
  EXPECT_EQ(read.shift, (deploy::RecipeStep{"shift", 1min, 10s, true}));
}

TEST(ReadStages, MustIncreaseToAllOfTheTraffic) {
  EXPECT_THAT(mistakes_in(deploy_step + shift + stage("traffic = '25%'") +
                          stage("traffic = '25%'") + stage("traffic = '90%'")),
              ElementsAre("ripcord.toml:8:11: service.a.stage[2].traffic: 25 % is not more than "
                          "the 25 % of the stage before",
                          "ripcord.toml:10:11: service.a.stage[3].traffic: 90 % in the last stage: "
                          "it must be 100 %, or the deployment would succeed half-way"));
  EXPECT_THAT(
      mistakes_in(deploy_step + shift + stage("traffic = 0") + stage("traffic = 2") + stage("")),
      ElementsAre("ripcord.toml:6:11: service.a.stage[1].traffic: sends nothing to the new "
                  "version: there would be nothing to watch",
                  "ripcord.toml:8:11: service.a.stage[2].traffic: 2 is outside [0, 1]",
                  "ripcord.toml:9:1: service.a.stage[3].traffic: is missing"));
}

TEST(ReadStages, MustBakeForLongerThanTheySettle) {
  EXPECT_THAT(mistakes_in(deploy_step + shift + stage("traffic = '5%'\nbake = '10s'") +
                          stage("traffic = 1\nbake = '11s'\napprove = 'yes'")),
              ElementsAre("ripcord.toml:7:8: service.a.stage[1].bake: 10s is not longer than "
                          "settle (10s), in which nothing trips",
                          "ripcord.toml:11:11: service.a.stage[2].approve: expected \"automatic\" "
                          "or \"manual\", found \"yes\""));
}

TEST(ReadStages, AllHaveRoomBeforeTheDeadline) {
  const std::string stages = deploy_step + shift + stage("traffic = '5%'\nbake = '1h'") +
                             stage("traffic = 1\nbake = '1h'");
  EXPECT_THAT(mistakes_in("[service.a]\ndeadline = '2h10s'\n" + stages), IsEmpty());
  EXPECT_THAT(mistakes_in("[service.a]\ndeadline = '2h9s'\n" + stages),
              ElementsAre("ripcord.toml:2:12: service.a.deadline: 2h9s is shorter than settle "
                          "(10s) and the bakes of all stages (2h) together: no deployment could "
                          "succeed"));
}

TEST(ReadStages, NeedSomethingThatMovesTheTrafficAndSomethingThatDeploys) {
  EXPECT_THAT(mistakes_in(deploy_step + stage("traffic = '5%'") + stage("traffic = 1")),
              ElementsAre("ripcord.toml:3:1: service.a.stage: there is no [service.a.shift], so "
                          "nothing would move the traffic"));
  EXPECT_THAT(mistakes_in(deploy_step + stage("traffic = 1\napprove = 'manual'")), IsEmpty());
  EXPECT_THAT(mistakes_in(shift),
              ElementsAre("ripcord.toml:1:1: service.a.shift: there is no stage: it would never be "
                          "run"));
  EXPECT_THAT(mistakes_in(shift + stage("traffic = 1")),
              ElementsAre("ripcord.toml:3:1: service.a.stage: there is no "
                          "[[service.a.deploy.step]]: only what ripcord deploys itself goes "
                          "through stages"));
}

TEST(ReadStages, MustLetATriggerTrip) {
  const std::string trigger =
      "[service.a.probe.p]\ntype = 'http'\nurl = 'http://h'\ninterval = '1s'\n"
      "[service.a.trigger.t]\ntype = 'error_ratio'\nprobe = 'p'\nfor = '5m'\n";
  const std::string ends = deploy_step + shift + stage("traffic = '5%'\nbake = '2m'");
  EXPECT_THAT(mistakes_in(ends + stage("traffic = 1\nbake = '10m'") + trigger), IsEmpty());
  EXPECT_THAT(mistakes_in(ends + stage("traffic = 1\nbake = '5m'") + trigger),
              ElementsAre(HasSubstr(".t.for: 5m is not shorter than bake (5m): it can never "
                                    "trip")));
}

TEST(ReadShift, NeedsAProgramAndHasNoName) {
  EXPECT_THAT(mistakes_in(deploy_step + stage("traffic = 1") + "[service.a.shift]\nname = 'x'\n"),
              ElementsAre("ripcord.toml:5:1: service.a.shift.run: is missing",
                          "ripcord.toml:6:1: service.a.shift.name: unknown key"));
}

TEST(ReadAfterBake, RollsBackOnlyWhatCanBeRolledBack) {
  EXPECT_EQ(recipe("[service.a]\nafter_bake = 'alert'\n").after_bake, deploy::AfterBake::alert);
  EXPECT_EQ(recipe("[service.a]\nafter_bake = 'rollback'\n[[service.a.rollback.step]]\n"
                   "run = ['/r']\n")
                .after_bake,
            deploy::AfterBake::rollback);
  EXPECT_THAT(mistakes_in("[service.a]\nafter_bake = 'rollback'\n"),
              ElementsAre("ripcord.toml:2:14: service.a.after_bake: there is no rollback step: "
                          "nothing would be rolled back"));
  EXPECT_THAT(mistakes_in("[service.a]\nafter_bake = 'page'\n"),
              ElementsAre("ripcord.toml:2:14: service.a.after_bake: expected \"alert\" or "
                          "\"rollback\", found \"page\""));
}

}  // namespace
}  // namespace ripcord::config
