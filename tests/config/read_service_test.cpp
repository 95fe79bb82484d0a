#include "deploy/recipe.hpp"
#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

deploy::Recipe recipe(const std::string& text) {
  const Configuration read = good(text);
  return read.services.empty() ? deploy::Recipe() : read.services[0].engine.recipe;
}

std::string step(const std::string& lines) {
  return "[[service.a.rollback.step]]\nrun = ['/r']\n" + lines + "\n";
}

TEST(ReadService, HasTheDocumentedDefaults) {
  EXPECT_EQ(recipe("[service.a]\n"), deploy::Recipe());
  EXPECT_EQ(good("[service.a]\n").services[0].engine.previous_version, "");
}

TEST(ReadService, ReadsEveryKey) {
  const Configuration read = good(R"(
    [service.a]
    previous_version = "v1"
    bake = "1h"
    settle = "1s"
    deadline = "3h"
    [[service.a.rollback.step]]
    name = "back"
    run = ["/r", "x"]
    timeout = "1m"
    grace = "2s"
    idempotent = true
    [[service.a.rollback.step]]
    run = ["/r"]
    [service.a.verify]
    run = ["/v"]
    timeout = "2m"
    healthy_for = "20s"
  )");
  const engine::ServiceSettings& service = read.services.at(0).engine;
  EXPECT_EQ(service.name, "a");
  EXPECT_EQ(service.previous_version, "v1");
  const deploy::Recipe expected{.settle = 1s,
                                .bake = 1h,
                                .deadline = 3h,
                                .deploy = {},
                                .stages = {},
                                .shift = std::nullopt,
                                .rollback = {{"back", 1min, 2s, true}, {"rollback 2"}},
                                .verify = deploy::RecipeStep{"verify", 2min},
                                .verify_timeout = 2min,
                                .healthy_for = 20s};
  EXPECT_EQ(service.recipe, expected);
}

TEST(ReadService, KeepsServicesAndProbesInOrderOfTheirNames) {
  const Configuration read = good(
      "[service.b.probe]\nz = {type = 'http', url = 'http://h'}\n"
      "y = {type = 'http', url = 'http://h'}\n[service.a]\n");
  ASSERT_EQ(read.services.size(), 2U);
  EXPECT_EQ(read.services[0].engine.name, "a");
  EXPECT_EQ(read.services[1].engine.probes.at(0).name, "y");
  EXPECT_EQ(read.services[1].engine.probes.at(1).name, "z");
}

TEST(ReadService, TakesTheTimeOfHealthFromSettle) {
  EXPECT_EQ(recipe("[service.a]\nsettle = '3s'\n").healthy_for, 3s);
  EXPECT_EQ(
      recipe("[service.a]\nsettle = '3s'\n[service.a.verify]\ntimeout = '7s'\n").verify_timeout,
      7s);
  EXPECT_FALSE(recipe("[service.a.verify]\ntimeout = '30s'\n").verify.has_value());
}

TEST(ReadService, RefusesABakeWithinSettle) {
  EXPECT_THAT(mistakes_in("[service.a]\nsettle = '1m'\nbake = '1m'\n"),
              ElementsAre("ripcord.toml:3:8: service.a.bake: 1m is not longer than settle (1m), in "
                          "which nothing trips"));
}

TEST(ReadService, RefusesADeadlineBeforeTheEndOfTheBake) {
  EXPECT_THAT(mistakes_in("[service.a]\nbake = '1h'\ndeadline = '1h10s'\n"), IsEmpty());
  EXPECT_THAT(
      mistakes_in("[service.a]\nbake = '1h'\ndeadline = '1h9s'\n"),
      ElementsAre("ripcord.toml:3:12: service.a.deadline: 1h9s is shorter than settle (10s) "
                  "and bake (1h) together"));
  EXPECT_THAT(mistakes_in("[service.a]\nbake = '3h'\n"),
              ElementsAre("ripcord.toml:1:1: service.a.deadline: 2h is shorter than settle (10s) "
                          "and bake (3h) together"));
}

TEST(ReadService, RefusesTimesOutsideTheirRanges) {
  EXPECT_THAT(mistakes_in("[service.a]\nbake = '999ms'\nsettle = '2d'\ndeadline = '0'\n"),
              ElementsAre("ripcord.toml:2:8: service.a.bake: 999ms is outside [1s, 30d]",
                          "ripcord.toml:3:10: service.a.settle: 2d is outside [0s, 1d]",
                          "ripcord.toml:4:12: service.a.deadline: 0s is outside [1s, 60d]"));
}

TEST(ReadService, RefusesALongVersion) {
  EXPECT_THAT(
      mistakes_in("[service.a]\nprevious_version = '" + std::string(129, 'v') + "'\n"),
      ElementsAre("ripcord.toml:2:20: service.a.previous_version: is longer than 128 bytes"));
}

TEST(ReadService, RefusesNamesThatAreNoLabels) {
  EXPECT_THAT(mistakes_in("[service.\"../x\"]\n"),
              ElementsAre("ripcord.toml:1:10: service.../x: \"../x\" is not a name; write 1 to 64 "
                          "letters, digits and \"_.-\", starting with a letter or a digit"));
}

TEST(ReadService, KnowsNoOtherKeys) {
  EXPECT_THAT(
      mistakes_in("[service.a]\nbakes = '1h'\n"),
      ElementsAre("ripcord.toml:2:1: service.a.bakes: unknown key; did you mean \"bake\"?"));
}

TEST(ReadRollback, NeedsAProgramByItsFullPath) {
  EXPECT_THAT(mistakes_in("[[service.a.rollback.step]]\n"),
              ElementsAre("ripcord.toml:1:1: service.a.rollback.step[1].run: is missing"));
  EXPECT_THAT(mistakes_in("[[service.a.rollback.step]]\nrun = []\n"),
              ElementsAre("ripcord.toml:2:7: service.a.rollback.step[1].run: is empty; write "
                          "[\"/path/of/program\", \"argument\"]"));
  EXPECT_THAT(mistakes_in("[[service.a.rollback.step]]\nrun = ['sh', '-c']\n"),
              ElementsAre("ripcord.toml:2:7: service.a.rollback.step[1].run: \"sh\" is not an "
                          "absolute path"));
  EXPECT_THAT(mistakes_in("[[service.a.rollback.step]]\nrun = 'sh -c'\n"),
              ElementsAre("ripcord.toml:2:7: service.a.rollback.step[1].run: expected a list of "
                          "texts, found a text"));
  EXPECT_THAT(
      mistakes_in("[[service.a.rollback.step]]\nrun = ['/r', 5, \"a\\u0000\"]\n"),
      ElementsAre("ripcord.toml:2:14: service.a.rollback.step[1].run: expected a text, found "
                  "a whole number",
                  "ripcord.toml:2:17: service.a.rollback.step[1].run: must not hold a NUL "
                  "character"));
}

TEST(ReadRollback, TakesArgumentsOfSeveralLines) {
  EXPECT_THAT(mistakes_in("[[service.a.rollback.step]]\nrun = ['/r', '', \"a\\nb\"]\n"), IsEmpty());
}

TEST(ReadRollback, RefusesTimesOutsideTheirRanges) {
  EXPECT_THAT(mistakes_in(step("timeout = '0'\ngrace = '2h'")),
              ElementsAre("ripcord.toml:3:11: service.a.rollback.step[1].timeout: 0s is outside "
                          "[1ms, 1d]",
                          "ripcord.toml:4:9: service.a.rollback.step[1].grace: 2h is outside [0s, "
                          "1h]"));
}

TEST(ReadRollback, RefusesVariablesThatItCannotSet) {
  EXPECT_THAT(
      mistakes_in(step("env = { \"A-B\" = '', 1A = '', RIPCORD_X = '', _a1 = '', C = 1 }")),
      ElementsAre("ripcord.toml:3:9: service.a.rollback.step[1].env.A-B: is not the name of a "
                  "variable; write letters, digits and \"_\"",
                  "ripcord.toml:3:21: service.a.rollback.step[1].env.1A: is not the name of a "
                  "variable; write letters, digits and \"_\"",
                  "ripcord.toml:3:30: service.a.rollback.step[1].env.RIPCORD_X: is set by ripcord "
                  "itself",
                  "ripcord.toml:3:60: service.a.rollback.step[1].env.C: expected a text, found a "
                  "whole number"));
}

TEST(ReadRollback, RefusesTheOtherBadValues) {
  EXPECT_THAT(mistakes_in(step("workdir = 'x'\nuser = ''\nidempotent = 'yes'\nretries = 1")),
              ElementsAre("ripcord.toml:3:11: service.a.rollback.step[1].workdir: \"x\" is not an "
                          "absolute path",
                          "ripcord.toml:4:8: service.a.rollback.step[1].user: is empty",
                          "ripcord.toml:5:14: service.a.rollback.step[1].idempotent: expected true "
                          "or false, found a text",
                          "ripcord.toml:6:1: service.a.rollback.step[1].retries: unknown key"));
}

TEST(ReadRollback, RefusesTwoStepsOfOneName) {
  EXPECT_THAT(mistakes_in(step("name = 'x'") + step("name = 'x'")),
              ElementsAre("ripcord.toml:6:8: service.a.rollback.step[2].name: \"x\" is the name of "
                          "another step"));
  EXPECT_THAT(mistakes_in(step("name = '" + std::string(65, 'x') + "'")),
              ElementsAre("ripcord.toml:3:8: service.a.rollback.step[1].name: is longer than 64 "
                          "bytes"));
}

TEST(ReadRollback, TakesNothingButAListOfTables) {
  EXPECT_THAT(mistakes_in("[service.a.rollback.step]\nrun = ['/r']\n"),
              ElementsAre("ripcord.toml:1:1: service.a.rollback.step: expected a list of tables, "
                          "[[service.a.rollback.step]], found a table"));
  EXPECT_THAT(mistakes_in("[service.a.rollback]\nstep = [5]\nsteps = 5\n"),
              ElementsAre("ripcord.toml:2:9: service.a.rollback.step[1]: expected a table, found a "
                          "whole number",
                          "ripcord.toml:3:1: service.a.rollback.steps: unknown key; did you mean "
                          "\"step\"?"));
}

TEST(ReadVerify, NeedsTimeForTheHealthThatItWaitsFor) {
  EXPECT_THAT(mistakes_in("[service.a.verify]\ntimeout = '41s'\nhealthy_for = '30s'\n"), IsEmpty());
  EXPECT_THAT(mistakes_in("[service.a.verify]\ntimeout = '40s'\nhealthy_for = '30s'\n"),
              ElementsAre("ripcord.toml:3:15: service.a.verify.healthy_for: healthy_for (30s) and "
                          "settle (10s) together must be shorter than timeout (40s)"));
  EXPECT_THAT(mistakes_in("[service.a.verify]\ntimeout = '20s'\n"),
              ElementsAre("ripcord.toml:2:11: service.a.verify.timeout: healthy_for (10s) and "
                          "settle (10s) together must be shorter than timeout (20s)"));
  EXPECT_THAT(mistakes_in("[service.a]\nsettle = '3m'\n"),
              ElementsAre("ripcord.toml:1:1: service.a.verify.timeout: healthy_for (3m) and settle "
                          "(3m) together must be shorter than timeout (5m)"));
}

TEST(ReadVerify, HasNoNameOfItsOwn) {
  EXPECT_THAT(mistakes_in("[service.a.verify]\nname = 'x'\n"),
              ElementsAre("ripcord.toml:2:1: service.a.verify.name: unknown key"));
}

}  // namespace
}  // namespace ripcord::config
