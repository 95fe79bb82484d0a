// The real engine, in virtual time, in worlds where everything goes wrong.

#include "tests/simulation/world.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

namespace ripcord::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t worlds = 250;
constexpr Duration life = 5h;

/// RIPCORD_SEED=N looks at one world alone; without it, they are always the same ones.
std::uint64_t first_seed() {
  const char* seed = std::getenv("RIPCORD_SEED");  // NOLINT(concurrency-mt-unsafe): one thread
  return seed == nullptr ? 0 : std::strtoull(seed, nullptr, 10);
}

TEST(Simulation, BreaksNoLawInAThousandHours) {
  std::map<std::string, int> tally;
  const std::uint64_t only = first_seed();
  const std::uint64_t last = only > 0 ? only : worlds;
  for (std::uint64_t seed = only > 0 ? only : 1; seed <= last; ++seed) {
    World world(seed);
    world.live(life);
    world.calm_down();
    ASSERT_EQ(world.broken(), "") << "RIPCORD_SEED=" << seed;
    for (const auto& [what, times] : world.tally()) tally[what] += times;
  }
  if (only > 0) return;

  // What never happened was not tried.
  for (const std::string what :
       {"succeeded", "failed", "rolled_back", "rollback_failed", "aborted", "killed", "rebooted",
        "ran", "stopped", "adopted", "begun after a kill", "started again", "rolled back by a trip",
        "rolled back by hand"}) {
    EXPECT_GE(tally[what], 20) << what;
    RecordProperty(what, tally[what]);
  }
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
