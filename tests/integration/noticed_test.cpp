// Deployments that nobody has announced, seen on a real Docker engine.

#include "tests/integration/canary.hpp"
#include "tests/support/docker_engine.hpp"
#include "tests/support/real_part.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>

namespace ripcord::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;

class NoticedTest : public testing::Test {
 protected:
  void SetUp() override {
    RIPCORD_NEEDS(DockerEngine::is_there(), "no Docker engine, or not root");
    engine_ = &DockerEngine::shared();
    engine_->run("--name app", "sleep 1000");
    engine_->docker("commit app shop:v2");
  }
  void TearDown() override {
    if (engine_ != nullptr) engine_->remove_all();
  }

  void start(const std::string& more = "") {
    std::ofstream(canary_.daemon.path("ripcord.toml"), std::ios::app) << fmt::format(
        "[service.shop.probe.containers]\ntype = \"docker\"\ncontainer = \"app\"\nhost = \"{}\"\n"
        "interval = \"200ms\"\nstale_after = \"5s\"\n{}",
        engine_->host(), more);
    canary_.start();
    // What is there when the probe has come to know the engine is nothing new.
    ASSERT_TRUE(eventually([&] { return samples() >= 10; })) << canary_.daemon.log();
  }
  /// How many the docker probe has taken.
  [[nodiscard]] std::int64_t samples() const {
    const auto status = canary_.daemon.json({"status", "shop"});
    if (!status.is_object()) return 0;
    for (const auto& probe : status.at("service").at("probes").as_array()) {
      if (probe.at("name").as_string() == "containers") return probe.at("samples").to_number<int>();
    }
    return 0;
  }
  void recreate(const std::string& image) {
    engine_->docker("rm -f app");
    engine_->docker("run -d --network none --name app " + image + " sleep 1000");
  }

  DockerEngine* engine_ = nullptr;
  Canary canary_{{100}};
};

TEST_F(NoticedTest, ARecreatedContainerOfAnotherImageIsADeployment) {
  start();
  recreate("shop:v2");
  ASSERT_TRUE(canary_.comes_to("baking")) << canary_.daemon.log();
  EXPECT_THAT(canary_.history(), AllOf(HasSubstr("deployment.noticed by ripcord: shop:v2@sha256:"),
                                       HasSubstr(" runs instead of box@sha256:")));
  canary_.turn_bad();
  EXPECT_EQ(canary_.end(), "rolled_back") << canary_.daemon.log();
  EXPECT_THAT(canary_.story(), MatchesRegex("rollback shop:v2@sha256:[0-9a-f]+ v1\n"));
}

TEST_F(NoticedTest, TheSameImageIsNone) {
  start();
  recreate("box");
  ASSERT_TRUE(eventually(
      [&] { return canary_.daemon.ripcord({"probe", "shop", "containers"}).out.contains("box"); }));
  recreate("shop:v2");
  ASSERT_TRUE(canary_.comes_to("baking")) << canary_.daemon.log();
  EXPECT_THAT(canary_.history(), HasSubstr(" runs instead of box@sha256:"));
  EXPECT_EQ(canary_.daemon.json({"history", "shop"}).at("deployments").as_array().size(), 1U);
}

TEST_F(NoticedTest, NothingIsNoticedWhereThatIsSwitchedOffOrADeploymentIsOpen) {
  start("notice = false\n");
  recreate("shop:v2");
  ASSERT_TRUE(eventually([&] {
    return canary_.daemon.ripcord({"probe", "shop", "containers"}).out.contains("shop:v2");
  }));
  EXPECT_EQ(canary_.phase(), "");
}

TEST_F(NoticedTest, WhatADrivenDeploymentRecreatesIsItsOwnDoing) {
  canary_.daemon.script("deploy.sh",
                        fmt::format("export DOCKER_HOST={}\ndocker rm -f app\n"
                                    "docker run -d --network none --name app shop:v2 sleep 1000",
                                    engine_->host()));
  start();
  EXPECT_EQ(canary_.deploy().code, 0);
  EXPECT_EQ(canary_.end(), "succeeded") << canary_.verdict() << canary_.daemon.log();
  EXPECT_EQ(canary_.daemon.json({"history", "shop"}).at("deployments").as_array().size(), 1U);
}

}  // namespace
}  // namespace ripcord::test
