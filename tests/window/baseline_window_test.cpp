#include "window/baseline_window.hpp"

#include "tests/window/random_histories.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace ripcord::window {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Instant noon = Instant{} + 12h;

/// Half an hour's window, a number a minute from noon on.
BaselineWindow window_of(const std::vector<double>& numbers) {
  BaselineWindow window;
  for (std::size_t i = 0; i < numbers.size(); ++i) window.take(noon + i * 1min, numbers[i]);
  return window;
}

TEST(BaselineWindow, IsEmptyAtFirst) {
  EXPECT_EQ(window_of({}).baseline(), Baseline{});
}

TEST(BaselineWindow, KeepsEverythingOfAShortStretch) {
  const Baseline baseline = window_of({5, 1, 3}).baseline();
  EXPECT_EQ(baseline.count, 3U);
  EXPECT_EQ(baseline.mean, 3);
  EXPECT_THAT(baseline.sample, ElementsAre(1, 3, 5));
  EXPECT_THAT(baseline.quantiles, ElementsAre(3, 5, 5, 5));
}

TEST(BaselineWindow, ForgetsWhatIsOlderThanItsLength) {
  BaselineWindow window = window_of({100});
  window.take(noon + 28min, 1);
  EXPECT_EQ(window.baseline().count, 2U);
  window.take(noon + 32min, 1);
  EXPECT_EQ(window.baseline().count, 2U);
  EXPECT_EQ(window.baseline().mean, 1);
  window.take(noon + 24h, 7);
  EXPECT_THAT(window.baseline().sample, ElementsAre(7));
}

TEST(BaselineWindow, LeavesOutWhatIsNotFinite) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Baseline baseline = window_of({1, infinity, std::nan(""), -infinity, 3}).baseline();
  EXPECT_EQ(baseline.count, 2U);
  EXPECT_EQ(baseline.mean, 2);
}

TEST(BaselineWindow, SaysTheSameInEveryRun) {
  std::vector<double> numbers;
  for (int i = 0; i < 1800; ++i) numbers.push_back(static_cast<double>(i * 7919 % 1000));
  EXPECT_EQ(window_of(numbers).baseline(), window_of(numbers).baseline());
  BaselineWindow again = window_of({3, 4});
  again.clear();
  EXPECT_EQ(again.baseline(), Baseline{});
  for (std::size_t i = 0; i < numbers.size(); ++i) again.take(noon + i * 1min, numbers[i]);
  EXPECT_EQ(again.baseline(), window_of(numbers).baseline());
}

TEST(BaselineWindow, TakesAFairSample) {
  // 2000 times one sub-bucket with the numbers 0 to 99: each is kept with probability 8/100.
  std::vector<int> kept(100, 0);
  BaselineWindow window(32s);
  for (int trial = 0; trial < 2000; ++trial) {
    const Instant at = noon + trial * 32s;
    for (int i = 0; i < 100; ++i) window.take(at, i);
    for (const double number : window.baseline().sample) ++kept[static_cast<std::size_t>(number)];
  }
  // 160 each with a standard deviation of 12: five of them.
  for (const int times : kept) EXPECT_NEAR(times, 160, 60);
}

TEST(BaselineWindowDeathTest, WantsALength) {
  EXPECT_DEATH(BaselineWindow(0s), "contract broken: length > Duration");
}

struct Entry {
  Instant at;
  double number;
};

/// What is in the sub-bucket of the newest or in the others of the stretch before it.
std::vector<double> last_stretch(const std::vector<Entry>& all, Duration length) {
  const std::int64_t width = std::max<std::int64_t>(length.count() / 32, 1);
  const std::int64_t slots = std::min<std::int64_t>(32, length.count());
  const auto bucket = [&](Instant at) { return at.time_since_epoch().count() / width; };
  std::vector<double> numbers;
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    if (bucket(it->at) <= bucket(all.back().at) - slots) break;
    numbers.push_back(it->number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

TEST(BaselineWindow, AgreesWithAnOracleOnRandomHistories) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    test::RandomHistory history(seed, test::random_timing(seed));
    const Duration length(1 + history.up_to(seed % 2 == 0 ? 100 : 2000));
    BaselineWindow window(length);
    std::vector<Entry> all;
    for (int i = 0; i < 500; ++i) {
      all.push_back({history.next().ended_at(), static_cast<double>(history.up_to(1000))});
      window.take(all.back().at, all.back().number);
      if (history.up_to(30) > 0) continue;
      const std::vector<double> numbers = last_stretch(all, length);
      const Baseline baseline = window.baseline();
      ASSERT_EQ(baseline.count, numbers.size()) << "seed " << seed << ", sample " << i;
      double sum = 0;
      for (const double number : numbers) sum += number;
      ASSERT_DOUBLE_EQ(baseline.mean, sum / static_cast<double>(numbers.size()));
      ASSERT_LE(baseline.sample.size(), Baseline::sample_max);
      ASSERT_TRUE(std::ranges::includes(numbers, baseline.sample)) << "seed " << seed;
      ASSERT_GE(baseline.sample.size(), std::min<std::size_t>(numbers.size(), 8));
      ASSERT_EQ(baseline.quantiles[0], quantile(baseline.sample, 0.5));
    }
  }
}

}  // namespace
}  // namespace ripcord::window
