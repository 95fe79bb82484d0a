// The real engine, in virtual time, in worlds where everything goes wrong, and in some where
// nothing does.

#include "tests/simulation/world.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace ripcord::simulation {
namespace {

using namespace std::chrono_literals;

/// What a broken law is replayed with.
std::string replay(std::uint64_t seed, const std::string& weather) {
  return "./dev simulate --seeds 1 --first " + std::to_string(seed) + " --weather " + weather +
         " --trace";
}

TEST(Simulation, BreaksNoLawInAThousandHours) {
  constexpr std::uint64_t worlds = 250;
  std::map<std::string, int> tally;
  for (std::uint64_t seed = 1; seed <= worlds; ++seed) {
    World world(seed);
    world.live(5h);
    world.calm_down();
    ASSERT_EQ(world.broken(), "") << replay(seed, "stormy");
    for (const auto& [what, times] : world.tally()) tally[what] += times;
  }

  // What never happened was not tried.
  for (const std::string what : {"refused",
                                 "succeeded",
                                 "failed",
                                 "rolled_back",
                                 "rollback_failed",
                                 "aborted",
                                 "killed",
                                 "rebooted",
                                 "reloaded",
                                 "stopped",
                                 "adopted",
                                 "begun after a kill",
                                 "started again",
                                 "rolled back by a trip",
                                 "rolled back by hand",
                                 "rolled back by itself",
                                 "rolled back after the bake",
                                 "not recorded",
                                 "found without a record",
                                 "ran deploy",
                                 "ran shift",
                                 "ran rollback",
                                 "ran verify",
                                 "gate.passed",
                                 "gate.refused",
                                 "deployment.noticed",
                                 "deployment.stage",
                                 "deployment.awaiting",
                                 "deployment.promoted",
                                 "deployment.held",
                                 "deployment.resumed",
                                 "deployment.irreversible",
                                 "deployment.overdue",
                                 "rollback.waiting",
                                 "rollback.adopted",
                                 "trigger.tripped",
                                 "trigger.cleared",
                                 "trigger.contributing",
                                 "trigger.peak",
                                 "daemon.blind",
                                 "daemon.sees"}) {
    EXPECT_GE(tally[what], 20) << what;
    RecordProperty(what, tally[what]);
  }
  EXPECT_GE(tally["refused beside a bake"], 5);
}

TEST(Simulation, NeverRollsBackInAHealthyWorldOfTenThousandDeployments) {
  int deployments = 0;
  for (std::uint64_t seed = 1; deployments < 10'000; ++seed) {
    World world(seed, Weather::healthy);
    world.live(48h);
    world.calm_down();
    ASSERT_EQ(world.broken(), "") << replay(seed, "healthy");
    auto tally = world.tally();
    deployments += tally["succeeded"];
    for (const std::string what : {"rollback.started", "rolled_back", "failed", "aborted"}) {
      ASSERT_EQ(tally[what], 0) << what << ": " << replay(seed, "healthy");
    }
    ASSERT_GT(tally["succeeded"], 100) << replay(seed, "healthy");
  }
}

TEST(Simulation, RollsEveryBadReleaseBackWithinItsBound) {
  int rolled_back = 0;
  int in_time = 0;
  for (std::uint64_t seed = 1; rolled_back < 1'000; ++seed) {
    World world(seed, Weather::rotten);
    world.live(12h);
    world.calm_down();
    ASSERT_EQ(world.broken(), "") << replay(seed, "rotten");
    auto tally = world.tally();
    ASSERT_EQ(tally["succeeded"], 0) << replay(seed, "rotten");
    ASSERT_EQ(tally["rolled_back"], tally["deployment.started"]) << replay(seed, "rotten");
    rolled_back += tally["rolled_back"];
    in_time += tally["tripped in time"];
  }
  EXPECT_GT(in_time, 500);
}

TEST(Simulation, IsTheSameWorldForTheSameSeed) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    World one(seed);
    World other(seed);
    one.live(2h);
    other.live(2h);
    EXPECT_EQ(one.trace(), other.trace()) << "seed " << seed;
  }
  World one(1);
  World other(2);
  one.live(2h);
  other.live(2h);
  EXPECT_NE(one.trace(), other.trace());
}

}  // namespace
}  // namespace ripcord::simulation
