// Services come, change and go; two of them have nothing to do with each other.

#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <utility>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::IsEmpty;

FindingState state(const Story& story, std::size_t trigger = 0) {
  return story.seen().triggers.at(trigger).finding.state;
}

TEST(ANewConfiguration, KeepsTheStreaksOfTriggersThatHaveNotChanged) {
  Story story;
  story.bad(2);
  engine::ServiceSettings changed = story.settings;
  changed.recipe.bake = 2min;
  changed.triggers.push_back({.name = "slow", .probe = 0, .rule = evaluate::Latency{}});
  EXPECT_EQ(story.engine.apply(changed, "second"), story.engine.find("backend"));
  EXPECT_EQ(state(story), FindingState::pending);
  story.bad(1);
  EXPECT_EQ(state(story), FindingState::tripped);
  EXPECT_EQ(story.seen().triggers[0].trips, 1U);
  EXPECT_EQ(story.seen().probes[0].samples, 3U);
}

TEST(ANewConfiguration, ForgetsTheStreaksOfTriggersThatHave) {
  Story story;
  story.bad(3);
  engine::ServiceSettings changed = story.settings;
  changed.triggers[0].rule = evaluate::ConsecutiveFailures{.failures = 4};
  (void)story.engine.apply(changed, "second");
  EXPECT_EQ(state(story), FindingState::no_data);
  EXPECT_EQ(story.seen().triggers[0].trips, 1U) << "since the daemon's start";

  Story slower;
  slower.bad(2);
  changed = slower.settings;
  changed.probes[0].timing.interval = 6s;
  (void)slower.engine.apply(changed, "second");
  EXPECT_EQ(state(slower), FindingState::no_data) << "its probe is another one";
}

TEST(ANewConfiguration, KeepsAProbeUnderItsNameWhereverItStands) {
  Story story;
  story.bad(2);
  engine::ServiceSettings changed = story.settings;
  changed.probes.insert(changed.probes.begin(), {.name = "live", .timing = {}});
  changed.triggers[0].probe = 1;
  (void)story.engine.apply(changed, "second");
  EXPECT_EQ(state(story), FindingState::pending);
  EXPECT_EQ(story.seen().probes[0].samples, 0U);
  EXPECT_EQ(story.seen().probes[1].samples, 2U);
  story.wait(5s);
  story.sample(Outcome::bad, story.now, 1);
  EXPECT_EQ(state(story), FindingState::tripped);
}

TEST(ANewConfiguration, IsHealthyOnlyIfATriggerThatItHasStillPasses) {
  Story story;
  story.good(1);
  const auto healthy_since = story.seen().healthy_since;
  EXPECT_EQ(healthy_since, story.now);
  story.wait(1s);
  (void)story.engine.apply(story.settings, "second");
  EXPECT_EQ(story.seen().healthy_since, healthy_since);
  engine::ServiceSettings changed = story.settings;
  changed.triggers[0].rule = evaluate::ConsecutiveFailures{.failures = 4};
  (void)story.engine.apply(changed, "third");
  EXPECT_EQ(story.seen().healthy_since, std::nullopt) << "nothing passes: nothing is known";
}

TEST(ANewConfiguration, MarksTheNextDeployment) {
  Story story;
  (void)story.engine.apply(story.settings, "second");
  (void)story.start("v2");
  EXPECT_EQ(story.deployment().configuration, "second");
}

TEST(ANewConfiguration, MayTeachTheFirstGoodVersion) {
  Story story;
  engine::ServiceSettings changed = story.settings;
  changed.previous_version = "v1.1";
  (void)story.engine.apply(changed, "second");
  (void)story.start("v2");
  EXPECT_EQ(story.deployment().previous_version, "v1.1");
}

TEST(ANewConfigurationDeathTest, WaitsForTheEndOfADeployment) {
  Story story;
  (void)story.start("v2");
  EXPECT_DEATH((void)story.engine.apply(story.settings, "second"), "contract broken: !open_");
  EXPECT_DEATH(story.engine.remove("backend"), "contract broken");
}

TEST(AServiceThatIsRemoved, IsForgotten) {
  Story story;
  const ServiceId id = story.engine.find("backend").value();
  story.engine.remove("backend");
  EXPECT_EQ(story.engine.find("backend"), std::nullopt);
  EXPECT_EQ(story.engine.revision("backend"), 0U);
  EXPECT_FALSE(story.engine.has_open_deployment("backend"));
  EXPECT_THAT(story.engine.snapshot(evening).services, IsEmpty());
  story.happen(SampleTaken{.probe = {.service = id, .index = 0}, .sample = {}});
  EXPECT_THAT(story.last, IsEmpty()) << "a sample that was under way";
  story.engine.remove("backend");
  EXPECT_EQ(story.command("backend", FinishDeployment{}).kind, AnswerKind::unknown_service);
}

TEST(AServiceThatIsRemoved, MayComeBackUnderAnotherId) {
  Story story;
  const ServiceId before = story.engine.find("backend").value();
  story.engine.remove("backend");
  EXPECT_NE(story.engine.apply(story.settings, "second"), before)
      << "so that samples under way do not reach it";
  story.bad(3);
  EXPECT_EQ(state(story), FindingState::tripped);
}

TEST(TwoServices, HaveNothingToDoWithEachOther) {
  Story story;
  (void)story.engine.apply(service("api"), "first");
  (void)story.start("v2");
  (void)story.command("api", announce("v7"));
  (void)story.finish();
  story.bad(5);
  EXPECT_EQ(story.engine.open_deployment("backend")->phase.index(), Phase(RollingBack{}).index());
  EXPECT_EQ(story.engine.open_deployment("api")->phase.index(), Phase(Deploying{}).index());
  (void)story.command("api", FinishDeployment{});
  EXPECT_EQ(story.engine.open_deployment("api")->phase.index(), Phase(Baking{}).index());
  (void)story.command("api", AbortDeployment{.reason = "mine"});
  EXPECT_FALSE(story.engine.has_open_deployment("api"));
  EXPECT_TRUE(story.engine.has_open_deployment("backend"));
}

TEST(TwoServices, AreWokenForTheEarlierOfThem) {
  Story story;
  engine::ServiceSettings hasty = service("api");
  hasty.recipe.deadline = 1min;
  (void)story.engine.apply(hasty, "first");
  EXPECT_EQ(story.engine.wake_at(), std::nullopt);
  (void)story.start("v2");
  EXPECT_EQ(story.engine.wake_at(), evening + 1h);
  (void)story.command("api", announce("v7"));
  EXPECT_EQ(story.engine.wake_at(), evening + 1min);
}

TEST(AServiceWithoutTriggers, CountsAsHealthy) {
  engine::ServiceSettings blind = service();
  blind.triggers.clear();
  Story story(blind);
  (void)story.start("v2");
  (void)story.finish();
  story.wait(1min - 1us);
  EXPECT_EQ(story.phase(), "baking");
  story.wait(1us);
  EXPECT_EQ(story.phase(), "succeeded");
}

TEST(AServiceWithoutTriggers, IsVerifiedByItsScriptAndTime) {
  engine::ServiceSettings blind = service();
  blind.triggers.clear();
  Story story(blind);
  (void)story.command("backend", RollBackService{.reason = "r", .version = "v0"});
  story.step_ends(rollback_1);
  story.step_ends(rollback_2);
  story.wait(10s);
  story.step_ends(verify);
  story.wait(10s);
  EXPECT_EQ(story.phase(), "rolled_back");
}

TEST(TwoProbes, AreHealthyOnlyTogetherAndOneIsEnoughForATrip) {
  engine::ServiceSettings two = service();
  two.probes.push_back({.name = "live", .timing = two.probes[0].timing});
  two.triggers.push_back(
      {.name = "dead", .probe = 1, .rule = evaluate::ConsecutiveFailures{.failures = 1}});
  Story story(two);
  story.good(1);
  EXPECT_EQ(story.seen().healthy_since, story.now) << "one passes, of the other nothing is known";
  story.wait(1s);
  story.sample(Outcome::bad, story.now, 1);
  EXPECT_EQ(story.seen().healthy_since, std::nullopt);
  story.good(1);
  EXPECT_EQ(story.seen().healthy_since, std::nullopt) << "the other one is still bad";
  (void)story.start("v2");
  (void)story.finish();
  story.good(2);
  story.sample(Outcome::bad, story.now, 1);
  EXPECT_EQ(story.phase(), "baking") << "bad since before";
  story.sample(Outcome::good, story.now, 1);
  story.sample(Outcome::bad, story.now, 1);
  EXPECT_EQ(story.phase(), "rolling_back");
  EXPECT_EQ(story.deployment().cause->trigger, "dead");
}

}  // namespace
}  // namespace ripcord
