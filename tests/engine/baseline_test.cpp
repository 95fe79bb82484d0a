// What regressions compare with.

#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// `slower` trips when the latency is half as much again as before, over a minute.
engine::ServiceSettings watching_latency() {
  engine::ServiceSettings settings = service();
  settings.recipe.bake = 10min;
  settings.triggers.push_back(
      {.name = "slower",
       .probe = 0,
       .rule = evaluate::Regression{.window = 1min, .hold = 30s, .samples_min = 10}});
  return settings;
}

class Baselines : public testing::Test {
 protected:
  /// Good answers that take about so long, 5 s apart.
  void answers(Duration latency, int samples) {
    for (int i = 0; i < samples; ++i) {
      story.wait(5s);
      Sample sample;
      sample.taken_at = story.now - latency - i % 3 * 1ms;
      sample.latency = story.now - sample.taken_at;
      sample.latency_kind = LatencyKind::measured;
      sample.outcome = Outcome::good;
      story.happen(SampleTaken{.probe = {.service = *story.engine.find("backend"), .index = 0},
                               .sample = sample});
    }
  }
  void deploy(const std::string& version) {
    (void)story.start(version);
    (void)story.finish();
  }
  [[nodiscard]] std::string state() const {
    return std::string(to_string(trigger().finding.state));
  }
  [[nodiscard]] engine::TriggerSnapshot trigger() const { return story.seen().triggers.at(1); }

  Story story{watching_latency()};
};

TEST_F(Baselines, AreThoseOfTheLastGoodStretchAndKeptWithTheDeployment) {
  answers(100ms, 40);
  story.bad(2);
  deploy("v2");
  ASSERT_THAT(story.deployment().baselines, SizeIs(1));
  EXPECT_EQ(story.deployment().baselines[0].trigger, "slower");
  EXPECT_EQ(story.deployment().baselines[0].baseline.count, 40U);
  EXPECT_NEAR(story.deployment().baselines[0].baseline.mean, 0.101, 1e-3);
}

TEST_F(Baselines, RollBackWhatIsSlower) {
  answers(100ms, 40);
  deploy("v2");
  answers(120ms, 20);
  EXPECT_EQ(state(), "pass");
  answers(300ms, 30);
  EXPECT_EQ(story.phase(), "rolling_back");
  EXPECT_EQ(story.deployment().cause->trigger, "slower");
  EXPECT_THAT(story.deployment().cause->reason, HasSubstr("baseline 0.101 (40 samples)"));
}

TEST_F(Baselines, SurviveTheDaemon) {
  answers(100ms, 40);
  deploy("v2");
  story.restart();
  answers(300ms, 40);
  EXPECT_EQ(story.phase(), "rolling_back");
}

TEST_F(Baselines, ThatAreThinNeverTrip) {
  answers(100ms, 8);
  deploy("v2");
  answers(5s - 1ms, 60);
  EXPECT_EQ(state(), "no_data");
  EXPECT_EQ(trigger().reason, "baseline has 8 samples, fewer than 10");
  EXPECT_EQ(story.phase(), "baking");
}

TEST_F(Baselines, OfNothingAreNone) {
  deploy("v2");
  EXPECT_THAT(story.deployment().baselines, IsEmpty());
  answers(1s, 60);
  EXPECT_EQ(trigger().reason, "no baseline");
}

TEST_F(Baselines, AfterASuccessAreTheNewVersionsOwn) {
  answers(100ms, 40);
  deploy("v2");
  answers(130ms, 121);
  ASSERT_EQ(story.phase(), "succeeded");
  deploy("v3");
  EXPECT_NEAR(story.deployment().baselines.at(0).baseline.mean, 0.131, 1e-3);
}

TEST_F(Baselines, AfterARollbackAreWhatTheVersionThatIsBackWasComparedWith) {
  answers(100ms, 40);
  deploy("v2");
  answers(300ms, 40);
  ASSERT_EQ(story.phase(), "rolling_back");
  story.step_ends(rollback_1);
  story.step_ends(rollback_2);
  answers(100ms, 3);
  story.step_ends(verify);
  answers(100ms, 3);
  ASSERT_EQ(story.phase(), "rolled_back");
  deploy("v3");
  EXPECT_EQ(story.deployment().baselines.at(0).baseline.count, 40U);

  (void)story.abort();
  story.restart();
  deploy("v4");
  EXPECT_THAT(story.deployment().baselines, IsEmpty()) << "who knows what runs";
}

}  // namespace
}  // namespace ripcord::test
