#include "window/count_within.hpp"

#include "tests/window/random_histories.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace ripcord::window {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{} + 12h;

/// At most three in ten minutes, and what came after noon.
CountWithin count_of(const std::vector<Duration>& after_noon) {
  CountWithin count(3, 10min);
  for (const Duration later : after_noon) count.add(noon + later, 1);
  return count;
}

TEST(CountWithin, IsEmptyAtFirst) {
  EXPECT_EQ(count_of({}).count(noon), 0U);
  EXPECT_EQ(count_of({}).oldest(noon), std::nullopt);
  EXPECT_EQ(count_of({}).newest(), std::nullopt);
}

TEST(CountWithin, CountsAsFarAsOneAboveItsLimit) {
  EXPECT_EQ(count_of({1s, 2s, 3s}).count(noon + 3s), 3U);
  EXPECT_EQ(count_of({1s, 2s, 3s, 4s}).count(noon + 4s), 4U);
  EXPECT_EQ(count_of({1s, 2s, 3s, 4s, 5s}).count(noon + 5s), 4U) << "more do not matter";
}

TEST(CountWithin, LetsOneGoToTheInstant) {
  const CountWithin count = count_of({0s, 1s});
  EXPECT_EQ(count.count(noon + 10min - 1us), 2U);
  EXPECT_EQ(count.count(noon + 10min), 1U);
  EXPECT_EQ(count.count(noon + 10min + 1s), 0U);
}

TEST(CountWithin, NeverMissesOneOfACrowd) {
  CountWithin count(3, 10min);
  count.add(noon, 2);
  EXPECT_EQ(count.count(noon), 2U);
  count.add(noon, 0);
  EXPECT_EQ(count.count(noon), 2U);
  count.add(noon, 4'000'000'000);
  EXPECT_EQ(count.count(noon), 4U);
}

TEST(CountWithin, KnowsTheOldestThatCounts) {
  const CountWithin count = count_of({0s, 1min, 1min});
  EXPECT_EQ(count.oldest(noon + 1min), noon);
  EXPECT_EQ(count.oldest(noon + 10min), noon + 1min);
  EXPECT_EQ(count.oldest(noon + 11min), std::nullopt);
  EXPECT_EQ(count.newest(), noon + 1min);
}

TEST(CountWithin, PutsOneThatIsHeardOfLateWhereItBelongs) {
  const CountWithin count = count_of({5min, 1min, 3min});
  EXPECT_EQ(count.oldest(noon + 5min), noon + 1min);
  EXPECT_EQ(count.count(noon + 11min), 2U);
  EXPECT_EQ(count.newest(), noon + 5min);
  const CountWithin full = count_of({5min, 6min, 7min, 8min, 1min});
  EXPECT_EQ(full.oldest(noon + 8min), noon + 5min) << "those that count are newer";
}

TEST(CountWithin, CountsThatThereWasNone) {
  CountWithin none(0, 10min);
  none.add(noon, 1);
  EXPECT_EQ(none.count(noon), 1U);
}

TEST(CountWithin, ForgetsEverything) {
  CountWithin count = count_of({0s, 1s});
  count.clear();
  EXPECT_EQ(count.count(noon + 1s), 0U);
  count.add(noon + 2s, 1);
  EXPECT_EQ(count.count(noon + 2s), 1U);
}

TEST(CountWithinDeathTest, WantsALength) {
  EXPECT_DEATH(CountWithin(3, 0s), "contract broken: length > Duration");
}

/// The same said again in a slow and simple way, over everything that was ever seen.
TEST(CountWithin, AgreesWithAnOracleOnRandomHistories) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    test::RandomHistory history(seed, test::random_timing(seed));
    const auto limit = static_cast<std::uint32_t>(history.up_to(12));
    const Duration length(1 + history.up_to(60));
    CountWithin count(limit, length);
    std::vector<Instant> all;
    for (int i = 0; i < 500; ++i) {
      const Instant newest = history.next().ended_at();
      // One of four is heard of late.
      const Instant at = history.up_to(3) == 0 ? newest - Duration(history.up_to(70)) : newest;
      const auto many = static_cast<std::uint32_t>(history.up_to(9) == 0 ? history.up_to(20) : 1);
      count.add(at, many);
      all.insert(std::ranges::upper_bound(all, at), many, at);
      const Instant now = history.up_to(3) == 0 ? newest + Duration(history.up_to(70)) : newest;
      const auto young = std::ranges::upper_bound(all, now - length);
      const auto counted = static_cast<std::size_t>(all.end() - young);
      ASSERT_EQ(count.count(now), std::min<std::size_t>(counted, limit + 1))
          << "seed " << seed << ", sample " << i;
      const std::size_t kept = std::min<std::size_t>(counted, limit + 1);
      const auto oldest = kept == 0 ? std::nullopt : std::optional(all[all.size() - kept]);
      ASSERT_EQ(count.oldest(now), oldest) << "seed " << seed << ", sample " << i;
    }
  }
}

}  // namespace
}  // namespace ripcord::window
