// What the daemon may do when it sees nothing.

#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// Two probes; the trigger of the second one counts restarts, and needs no samples to do so.
engine::ServiceSettings with_restarts() {
  engine::ServiceSettings settings = service();
  settings.probes.push_back({.name = "containers", .timing = {.interval = 5s, .timeout = 2s}});
  settings.triggers.push_back(
      {.name = "restarts",
       .probe = 1,
       .rule = evaluate::Occurrences{.what = "restarts", .more_than = 1, .needs_samples = false}});
  return settings;
}

OccurrenceSeen restart(const Story& story) {
  return {.probe = {.service = *story.engine.find("backend"), .index = 1},
          .occurrence = {.at = story.now, .kind = 0, .count = 1, .note = "exit code 137"}};
}

TEST(Sight, IsLostWhenEveryProbeIsUnknownTwice) {
  Story story(with_restarts());
  story.unknown(5);
  EXPECT_EQ(story.engine.snapshot(story.now).blind_since, std::nullopt) << "one of two";
  story.sample(Outcome::unknown, story.now, 1);
  EXPECT_THAT(story.asked(), Not(Contains("daemon.blind"))) << "a hiccup";
  story.sample(Outcome::unknown, story.now, 1);
  EXPECT_THAT(story.asked(), Contains("daemon.blind"));
  EXPECT_EQ(story.engine.snapshot(story.now).blind_since, story.now);
  EXPECT_EQ(story.told("daemon.blind"),
            "blind: no probe can tell anything (2 of 2 unknown); nothing is rolled back while this "
            "lasts");
  story.sample(Outcome::unknown, story.now, 1);
  EXPECT_THAT(story.asked(), Not(Contains("daemon.blind"))) << "said once";

  story.bad();
  EXPECT_EQ(story.told("daemon.sees"), "sees again after 5s");
  EXPECT_EQ(story.engine.snapshot(story.now).blind_since, std::nullopt);
}

TEST(Sight, IsThatOfAllServices) {
  Story story;
  (void)story.engine.apply(service("web"), "first");
  story.unknown(3);
  EXPECT_EQ(story.engine.snapshot(story.now).blind_since, std::nullopt);
  story.engine.remove("web");
  story.unknown();
  EXPECT_EQ(story.engine.snapshot(story.now).blind_since, story.now);
}

TEST(Blind, NothingIsRolledBack) {
  Story story(with_restarts());
  (void)story.start("v2");
  (void)story.finish();
  story.good(3);
  for (int i = 0; i < 2; ++i) {
    story.wait(5s);
    story.sample(Outcome::unknown, story.now, 0);
    story.sample(Outcome::unknown, story.now, 1);
  }
  story.happen(restart(story));
  story.happen(restart(story));
  EXPECT_EQ(story.phase(), "baking");
  EXPECT_THAT(story.told("trigger.tripped"), HasSubstr("more than 1 restarts within 10m"));

  story.good();
  EXPECT_EQ(story.phase(), "rolling_back") << "what is tripped still acts once it sees again";
  EXPECT_EQ(story.deployment().cause->trigger, "restarts");
}

TEST(Blind, NothingThatHadSucceededIsRolledBackEither) {
  engine::ServiceSettings settings = with_restarts();
  settings.recipe.after_bake = deploy::AfterBake::rollback;
  Story story(settings);
  story.deploy_good("v2");
  for (int i = 0; i < 2; ++i) {
    story.wait(5s);
    story.sample(Outcome::unknown, story.now, 0);
    story.sample(Outcome::unknown, story.now, 1);
  }
  story.happen(restart(story));
  story.happen(restart(story));
  EXPECT_EQ(story.phase(), "succeeded");
  story.good();
  EXPECT_EQ(story.phase(), "rolling_back");
}

TEST(AnOccurrence, RollsBack) {
  Story story(with_restarts());
  (void)story.start("v2");
  (void)story.finish();
  story.happen(restart(story));
  story.happen(restart(story));
  EXPECT_EQ(story.phase(), "baking") << "they happened while it was settling";
  story.good(3);
  story.happen(restart(story));
  EXPECT_EQ(story.phase(), "baking");
  story.happen(restart(story));
  EXPECT_EQ(story.phase(), "rolling_back");
  EXPECT_THAT(story.deployment().cause->reason, HasSubstr("exit code 137"));
}

TEST(AnOccurrence, OfAServiceThatIsGoneIsPassedOver) {
  Story story(with_restarts());
  const OccurrenceSeen late = restart(story);
  story.engine.remove("backend");
  story.happen(late);
  EXPECT_THAT(story.asked(), testing::IsEmpty());
}

TEST(Health, IsNotThatNothingHasHappened) {
  Story story(with_restarts());
  (void)story.start("v2");
  (void)story.finish();
  story.wait(10min);
  EXPECT_EQ(story.seen().triggers.at(1).finding.state, FindingState::pass);
  EXPECT_EQ(story.seen().healthy_since, std::nullopt) << "no probe has said anything";
  EXPECT_EQ(story.phase(), "baking");
  story.good();
  EXPECT_EQ(story.phase(), "baking") << "it begins anew";
  story.good(12);
  EXPECT_EQ(story.phase(), "succeeded");
}

TEST(TimeAlone, ClearsATripThatNobodyKnowsOfAnyMore) {
  Story story;
  story.bad(3);
  (void)story.asked();
  story.wait(1min);
  EXPECT_THAT(story.asked(), Contains("trigger.cleared"));
  EXPECT_THAT(story.told("trigger.cleared"), HasSubstr("no longer knows"));
}

TEST(TimeAlone, ClearsATripOfWhatHasAgedOut) {
  Story story(with_restarts());
  story.happen(restart(story));
  story.happen(restart(story));
  (void)story.asked();
  story.wait(10min + 1s);
  EXPECT_THAT(story.asked(), Contains("trigger.cleared"));
  EXPECT_EQ(story.engine.wake_at(), std::nullopt) << "nothing more can change by itself";
}

}  // namespace
}  // namespace ripcord::test
