// What the engine shows of itself.

#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ASnapshot, ShowsAServiceOfWhichNothingIsKnownYet) {
  const engine::ServiceSnapshot seen = Story().seen();
  EXPECT_EQ(seen.name, "backend");
  EXPECT_EQ(seen.current_version, "v1");
  EXPECT_EQ(seen.good_version, "v1");
  EXPECT_EQ(seen.deployment, std::nullopt);
  EXPECT_EQ(seen.healthy_since, std::nullopt);
  ASSERT_THAT(seen.probes, SizeIs(1));
  EXPECT_EQ(seen.probes[0].name, "ready");
  EXPECT_EQ(seen.probes[0].last, std::nullopt);
  ASSERT_THAT(seen.triggers, SizeIs(1));
  EXPECT_EQ(seen.triggers[0].name, "unhealthy");
  EXPECT_EQ(seen.triggers[0].probe, "ready");
  EXPECT_EQ(seen.triggers[0].kind, "consecutive_failures");
  EXPECT_EQ(seen.triggers[0].finding.state, FindingState::no_data);
  EXPECT_EQ(seen.triggers[0].reason, "no known sample");
}

TEST(ASnapshot, CountsSamplesByTheirOutcome) {
  Story story;
  story.good(4);
  story.unknown(2);
  story.bad(1);
  const engine::ServiceSnapshot seen = story.seen();
  EXPECT_EQ(seen.probes[0].samples, 7U);
  EXPECT_EQ(seen.probes[0].samples_bad, 1U);
  EXPECT_EQ(seen.probes[0].samples_unknown, 2U);
  EXPECT_EQ(seen.probes[0].last->reason, "status 500");
  EXPECT_EQ(seen.triggers[0].reason, "1 of 3 failures in a row: status 500");
  EXPECT_EQ(seen.triggers[0].time_to_trip, 10s);
  EXPECT_DOUBLE_EQ(seen.triggers[0].finding.progress, 1.0 / 3);
}

TEST(ASnapshot, IsOfTheTimeThatItIsAskedFor) {
  Story story;
  story.bad(3);
  EXPECT_EQ(story.engine.snapshot(story.now).at, story.now);
  EXPECT_EQ(story.seen().triggers[0].finding.state, FindingState::tripped);
  story.now += 1min;
  EXPECT_EQ(story.seen().triggers[0].finding.state, FindingState::no_data) << "gone stale";
}

TEST(ASnapshot, ShowsTheOpenDeploymentOrElseTheLastOne) {
  Story story;
  story.deploy_good("v2");
  EXPECT_EQ(story.seen().deployment->version, "v2");
  EXPECT_EQ(name(story.seen().deployment->phase), "succeeded");
  EXPECT_EQ(story.seen().current_version, "v2");
  (void)story.start("v3");
  EXPECT_EQ(story.seen().deployment->version, "v3");
  EXPECT_EQ(story.seen().current_version, "v2") << "until it is in place";
  (void)story.finish();
  EXPECT_EQ(story.seen().current_version, "v3");
  EXPECT_EQ(story.seen().good_version, "v2");
}

TEST(ASnapshot, CountsWhatHasEnded) {
  Story story;
  story.deploy_good("v2");
  story.deploy_bad("v3");
  (void)story.start("v4");
  (void)story.fail();
  (void)story.start("v5");
  (void)story.finish();
  story.bad(5);
  story.step_ends(rollback_1, 1);
  (void)story.start("v6");
  (void)story.abort();
  const engine::ServiceSnapshot seen = story.seen();
  EXPECT_EQ(seen.deployments, 5U);
  EXPECT_EQ(seen.deployments_failed, 3U) << "rolled back, failed, rollback failed";
  EXPECT_EQ(seen.rollbacks, 2U);
  EXPECT_EQ(seen.rollbacks_failed, 1U);
  EXPECT_EQ(seen.triggers[0].trips, 2U);
}

TEST(ASnapshot, ListsTheServicesByName) {
  Story story;
  (void)story.engine.apply(service("web"), "first");
  (void)story.engine.apply(service("api"), "first");
  const engine::Snapshot snapshot = story.engine.snapshot(evening);
  ASSERT_THAT(snapshot.services, SizeIs(3));
  EXPECT_EQ(snapshot.services[0].name, "api");
  EXPECT_EQ(snapshot.services[1].name, "backend");
  EXPECT_EQ(snapshot.services[2].name, "web");
}

TEST(ARevision, GrowsWithWhateverChanges) {
  Story story;
  std::uint64_t before = story.engine.revision("backend");
  const auto has_grown = [&] {
    return std::exchange(before, story.engine.revision("backend")) <
           story.engine.revision("backend");
  };
  story.good(1);
  EXPECT_TRUE(has_grown());
  (void)story.start("v2");
  EXPECT_TRUE(has_grown());
  (void)story.finish();
  EXPECT_TRUE(has_grown());
  story.wait(1min);
  EXPECT_TRUE(has_grown()) << "time alone has made it overdue";
  (void)story.rollback();
  EXPECT_TRUE(has_grown());
  story.step_ends(rollback_1);
  EXPECT_TRUE(has_grown());
  (void)story.engine.apply(service("api"), "first");
  EXPECT_FALSE(has_grown()) << "another service";
  story.happen(TimePassed{});
  EXPECT_FALSE(has_grown()) << "nothing was due";
}

TEST(ASampleThatChangesNothing, AsksForNothing) {
  Story story;
  (void)story.start("v2");
  (void)story.finish();
  story.good(3);
  for (const Outcome outcome : {Outcome::good, Outcome::unknown, Outcome::bad}) {
    story.wait(5s);
    story.sample(outcome, story.now);
    EXPECT_THAT(story.last, IsEmpty()) << to_string(outcome);
    EXPECT_EQ(story.last.capacity(), 0U) << "and costs no allocation";
  }
}

TEST(Time, ThatMakesKnowledgeStaleIsNotTakenForHealth) {
  Story story;
  (void)story.start("v2");
  (void)story.finish();
  story.good(3);
  story.wait(50s);  // the probe is silent
  EXPECT_EQ(story.phase(), "baking");
  EXPECT_TRUE(std::get<Baking>(story.deployment().phase).overdue);
  EXPECT_EQ(story.seen().healthy_since, std::nullopt);
}

TEST(ATriggerThatNoLongerKnows, SaysSo) {
  Story story;
  story.bad(3);
  story.wait(1min);
  story.happen(TimePassed{});
  EXPECT_EQ(story.told("trigger.cleared"),
            "trigger unhealthy was tripped, and no longer knows: no known sample");
}

}  // namespace
}  // namespace ripcord
