#include "probe/docker/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ripcord::probe::docker {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant noon{std::chrono::hours(24 * 365 * 50)};

std::int64_t ns(Duration after_noon) {
  return std::chrono::nanoseconds((noon + after_noon).time_since_epoch()).count();
}

/// A running container of the service, started at noon.
Container container(const std::string& id, std::uint32_t restarts = 0) {
  Container one;
  one.id = id;
  one.name = "app";
  one.image = "shop:v1";
  one.status = "running";
  one.restart_count = restarts;
  one.created_at = noon;
  one.started_at = noon;
  return one;
}

class LedgerTest : public testing::Test {
 protected:
  /// The kinds that were counted since the last call, in order, as often as they happened.
  std::vector<std::string> happened() {
    const std::vector<std::string> words{"restart", "die", "oom", "unhealthy", "recreated"};
    std::vector<std::string> kinds;
    for (const Occurrence& one : ledger_.drain(noon)) {
      kinds.insert(kinds.end(), one.count, words.at(one.kind));
    }
    return kinds;
  }

  void event(const std::string& action, Duration at, int code_or_signal = 0) {
    ContainerEvent told{
        .id = "a", .action = action, .time_ns = ns(at), .name = "app", .compose = {}};
    if (action == "die") told.exit_code = code_or_signal;
    if (action == "kill") told.signal = code_or_signal;
    ledger_.take(told);
  }
  void started(Duration at, std::uint32_t restarts) {
    Container one = container("a", restarts);
    one.started_at = noon + at;
    ledger_.take_one(one);
  }

  /// `"shop:v1 to shop:v2"` for each that was replaced since the last call.
  std::vector<std::string> replaced() {
    std::vector<std::string> words;
    for (const Replaced& one : ledger_.drain_replaced()) {
      words.push_back(one.before.image + " to " + one.after.image);
    }
    return words;
  }
  /// A container of another image, made a second after noon.
  static Container other(const std::string& id, const std::string& image) {
    Container one = container(id);
    one.image = image;
    one.image_id = "sha256:" + image;
    one.created_at = noon + 1s;
    return one;
  }

  Ledger ledger_{{.container = "app", .project = {}, .service = {}}};
};

TEST_F(LedgerTest, WhatWasBeforeTheFirstLookCountsForNothing) {
  Container ill = container("a", 7);
  ill.oom_killed = true;
  ill.health = Health::unhealthy;
  event("die", -1s, 1);
  ledger_.take_all({ill});
  EXPECT_THAT(happened(), IsEmpty());
}

TEST_F(LedgerTest, ACrashLoopCountsEachDeathAndEachRestartOnce) {
  ledger_.take_all({container("a")});
  for (std::uint32_t i = 1; i <= 3; ++i) {
    event("die", i * 10s, 3);
    started(i * 10s - 1s, i);  // inspected while it waits to be started again
    event("start", i * 10s + 1s);
    started(i * 10s + 1s, i);
    EXPECT_THAT(happened(), ElementsAre("die", "restart"));
  }
}

TEST_F(LedgerTest, RestartsThatNoEventToldAreCountedByTheEngine) {
  ledger_.take_all({container("a", 1)});
  ledger_.take_all({container("a", 4)});
  EXPECT_THAT(happened(), ElementsAre("restart", "restart", "restart"));
  ledger_.take_all({container("a", 4)});
  EXPECT_THAT(happened(), IsEmpty());
}

TEST_F(LedgerTest, TheCountBeginsAnewWhenAPersonStartsIt) {
  ledger_.take_all({container("a", 5)});
  started(10s, 0);
  EXPECT_THAT(happened(), IsEmpty());
  started(20s, 2);
  EXPECT_THAT(happened(), ElementsAre("restart", "restart"));
}

TEST_F(LedgerTest, ALowerCountSaysHowOftenItHasRestartedSince) {
  ledger_.take_all({container("a", 5)});
  started(20s, 2);
  EXPECT_THAT(happened(), ElementsAre("restart", "restart"));
}

TEST_F(LedgerTest, AnOldCountThatIsReachedAgainUnseenIsToldApartByTheEvents) {
  ledger_.take_all({container("a", 1)});
  // The engine was restarted, and then it crashed once: the count is 1 again.
  started(20s, 1);
  EXPECT_THAT(happened(), IsEmpty());
  event("kill", 5s, 15);
  event("die", 6s, 137);
  event("start", 10s);
  EXPECT_THAT(happened(), ElementsAre("restart"));
  event("die", 19s, 137);
  event("start", 20s);
  EXPECT_THAT(happened(), ElementsAre("die"));
}

TEST_F(LedgerTest, WhatAPersonEndsHasNotDied) {
  ledger_.take_all({container("a")});
  event("kill", 1s, 15);
  event("kill", 11s, 9);
  event("die", 12s, 137);
  event("stop", 13s);
  event("start", 14s);
  event("restart", 14s);
  started(14s, 0);
  EXPECT_THAT(happened(), IsEmpty());
  event("die", 20s, 137);
  EXPECT_THAT(happened(), ElementsAre("die"));
}

TEST_F(LedgerTest, ASignalThatEndsNothingExcusesNothing) {
  ledger_.take_all({container("a")});
  event("kill", 1s, 1);
  event("die", 2s, 137);
  EXPECT_THAT(happened(), ElementsAre("die"));
}

TEST_F(LedgerTest, ASignalThatWasIgnoredExcusesNothingForLong) {
  ledger_.take_all({container("a")});
  event("kill", 1s, 15);
  event("die", 11min, 1);
  EXPECT_THAT(happened(), ElementsAre("die"));
}

TEST_F(LedgerTest, AnEndOfAnEarlierRunDoesNotExcuseThisOne) {
  ledger_.take_all({container("a")});
  event("kill", 1s, 15);
  event("die", 2s, 143);
  started(5s, 0);  // its start was not heard
  event("die", 8s, 143);
  EXPECT_THAT(happened(), ElementsAre("die"));
}

TEST_F(LedgerTest, EndingByItselfWithoutAnErrorIsNoDeath) {
  ledger_.take_all({container("a")});
  event("die", 1s, 0);
  EXPECT_THAT(happened(), IsEmpty());
}

TEST_F(LedgerTest, AnotherContainerInItsPlaceIsRecreatedAndNotRestarted) {
  ledger_.take_all({container("a", 3)});
  Container other = container("b", 0);
  other.created_at = noon + 1s;
  ledger_.take_all({container("a", 3), other});
  EXPECT_THAT(happened(), ElementsAre("recreated"));
  ledger_.take_all({other});
  EXPECT_THAT(happened(), IsEmpty());
  EXPECT_EQ(ledger_.containers().at(0).id, "b");
}

TEST_F(LedgerTest, AContainerOfAnotherImageInItsPlaceIsANewVersion) {
  Container old = container("a");
  old.image_id = "sha256:shop:v1";
  ledger_.take_all({old});
  EXPECT_THAT(replaced(), IsEmpty()) << "what was there at the first look was not put there";
  ledger_.take_all({old, other("b", "shop:v2")});
  EXPECT_THAT(replaced(), ElementsAre("shop:v1 to shop:v2"));
  ledger_.take_all({other("b", "shop:v2")});
  EXPECT_THAT(replaced(), IsEmpty());
}

TEST_F(LedgerTest, TheSameImageIsTheSameVersionWhateverItIsCalled) {
  Container old = container("a");
  old.image_id = "sha256:shop:v2";
  ledger_.take_all({old});
  ledger_.take_all({other("b", "shop:v2")});
  EXPECT_THAT(happened(), ElementsAre("recreated"));
  EXPECT_THAT(replaced(), IsEmpty());
}

TEST_F(LedgerTest, AnImageThatIsNotKnownIsNoOtherVersion) {
  ledger_.take_all({container("a")});
  ledger_.take_all({other("b", "shop:v2")});
  EXPECT_THAT(replaced(), IsEmpty());
}

TEST(VersionOf, NamesTheImageAndWhichOneItWas) {
  Container one = container("a");
  one.image_id = "sha256:0123";
  EXPECT_EQ(version_of(one), "shop:v1@sha256:0123");
  one.image = "sha256:0123";
  EXPECT_EQ(version_of(one), "sha256:0123");
  one.image = "shop@sha256:4567";
  EXPECT_EQ(version_of(one), "shop@sha256:4567");
}

TEST_F(LedgerTest, RestartsOfTheNewContainerAllCount) {
  ledger_.take_all({container("a", 3)});
  ledger_.take_all({container("b", 2)});
  EXPECT_THAT(happened(), ElementsAre("restart", "restart", "recreated"));
}

TEST_F(LedgerTest, OneThatIsGoneForAMomentHasNotRestartedAgain) {
  ledger_.take_all({container("a", 3)});
  ledger_.take_all({});
  EXPECT_THAT(ledger_.containers(), IsEmpty());
  ledger_.take_all({container("a", 3)});
  EXPECT_THAT(happened(), IsEmpty());
}

TEST_F(LedgerTest, EachContainerOfAScaledServiceHasItsOwnPlace) {
  Ledger scaled({.container = {}, .project = "p", .service = "s"});
  Container one = container("a");
  one.compose = {.project = "p", .service = "s", .number = "1"};
  Container two = container("b");
  two.compose = {.project = "p", .service = "s", .number = "2"};
  scaled.take_all({one});
  scaled.take_all({one, two});
  EXPECT_EQ(scaled.containers().size(), 2U);
  EXPECT_THAT(scaled.drain(noon), IsEmpty());
  two.id = "c";
  two.created_at = noon + 1s;
  scaled.take_all({one, two});
  EXPECT_EQ(scaled.drain(noon).size(), 1U);
}

TEST_F(LedgerTest, OutOfMemoryCountsOnceByTheEventOrByTheState) {
  ledger_.take_all({container("a")});
  Container killed = container("a");
  killed.oom_killed = true;
  event("oom", 1s);
  ledger_.take_one(killed);
  EXPECT_THAT(happened(), ElementsAre("oom"));
  event("start", 2s);
  started(2s, 1);
  EXPECT_THAT(happened(), ElementsAre("restart"));
  killed.started_at = noon + 2s;
  killed.restart_count = 1;
  ledger_.take_one(killed);  // its event was lost
  ledger_.take_one(killed);
  EXPECT_THAT(happened(), ElementsAre("oom"));
}

TEST_F(LedgerTest, UnhealthyCountsWhenItTurns) {
  ledger_.take_all({container("a")});
  Container ill = container("a");
  ill.health = Health::unhealthy;
  event("health_status: unhealthy", 1s);
  ledger_.take_one(ill);
  event("health_status: unhealthy", 2s);  // some engines tell of every check
  EXPECT_THAT(happened(), ElementsAre("unhealthy"));
  event("health_status: healthy", 3s);
  event("health_status: unhealthy", 4s);
  EXPECT_THAT(happened(), ElementsAre("unhealthy"));
}

TEST_F(LedgerTest, AChangeThatNoEventToldIsASurprise) {
  EXPECT_FALSE(ledger_.take_all({container("a")}));
  EXPECT_FALSE(ledger_.take_all({container("a")}));
  Container ended = container("a");
  ended.status = "exited";
  EXPECT_TRUE(ledger_.take_all({ended}));
  EXPECT_TRUE(ledger_.take_all({container("b")}));
}

TEST_F(LedgerTest, ConcernsItsOwnContainersAndThoseThatMayBecomeSo) {
  ledger_.take_all({container("a")});
  EXPECT_TRUE(ledger_.concerns({.id = "a", .action = "die", .name = "renamed", .compose = {}}));
  EXPECT_TRUE(ledger_.concerns({.id = "z", .action = "create", .name = "app", .compose = {}}));
  EXPECT_FALSE(ledger_.concerns({.id = "z", .action = "create", .name = "db", .compose = {}}));
}

TEST_F(LedgerTest, ADuplicateOrADisorderOfEventsInventsNoRestart) {
  ledger_.take_all({container("a", 2)});
  event("start", 3s);
  event("die", 2s, 1);
  event("start", 1s);
  started(3s, 2);
  EXPECT_THAT(happened(), ElementsAre("die"));
}

}  // namespace
}  // namespace ripcord::probe::docker
