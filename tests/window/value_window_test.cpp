#include "window/value_window.hpp"

#include "tests/window/random_histories.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace ripcord::window {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// A minute's window with a limit of 5, one number a second, the last at `Instant{} + n - 1`.
ValueWindow window_of(const std::vector<double>& numbers, Worse worse = Worse::higher,
                      std::size_t capacity = 100) {
  ValueWindow window(60s, worse, capacity);
  window.set_limit(5);
  for (std::size_t i = 0; i < numbers.size(); ++i) window.add(Instant{} + i * 1s, numbers[i]);
  return window;
}

std::vector<double> ascending(const ValueWindow& window) {
  std::vector<double> numbers{-1, -2};
  window.write_ascending(numbers);
  return numbers;
}

TEST(ValueWindow, IsEmptyAtFirst) {
  EXPECT_EQ(window_of({}).count(), 0U);
  EXPECT_FALSE(window_of({}).is_worse(0.5));
  EXPECT_FALSE(window_of({}, Worse::lower).is_worse(0.5));
  EXPECT_THAT(ascending(window_of({})), ElementsAre());
}

TEST(ValueWindow, CountsWhatIsWorseThanTheLimitAndNotAtIt) {
  EXPECT_EQ(window_of({5, 5.1, 4, 6}).count_worse(), 2U);
  EXPECT_EQ(window_of({5, 5.1, 4, 6}, Worse::lower).count_worse(), 1U);
}

TEST(ValueWindow, IsWorseWhenItsQuantileIs) {
  EXPECT_TRUE(window_of({1, 6}).is_worse(0.95));
  EXPECT_FALSE(window_of({1, 6}).is_worse(0.5)) << "p50 of two is the smaller";
  EXPECT_TRUE(window_of({1, 6}, Worse::lower).is_worse(0.5));
  EXPECT_FALSE(window_of({1, 6}, Worse::lower).is_worse(0.95));
}

TEST(ValueWindow, CountsAgainByANewLimit) {
  ValueWindow window = window_of({1, 2, 3, 6});
  window.set_limit(1.5);
  EXPECT_EQ(window.count_worse(), 3U);
  window.age(Instant{} + 61s);
  EXPECT_EQ(window.count_worse(), 2U);
}

TEST(ValueWindow, HasTheMeanOfWhatItHolds) {
  ValueWindow window = window_of({1, 2, 3, 6});
  EXPECT_EQ(window.mean(), 3);
  window.age(Instant{} + 61s);
  EXPECT_EQ(window.mean(), 4.5);
  EXPECT_THAT(ascending(window), ElementsAre(3, 6));
}

TEST(ValueWindow, IsNotMovedByAHugeNumberThatHasLeftIt) {
  ValueWindow window = window_of({1e300, 2, 4});
  window.age(Instant{} + 60s);
  EXPECT_EQ(window.mean(), 3);
}

TEST(ValueWindow, DropsTheOldestBeyondItsCapacity) {
  const ValueWindow window = window_of({9, 8, 1, 2, 7}, Worse::higher, 3);
  EXPECT_THAT(ascending(window), ElementsAre(1, 2, 7));
  EXPECT_EQ(window.count_worse(), 1U);
}

TEST(ValueWindow, ForgetsEverything) {
  ValueWindow window = window_of({6, 7, 8}, Worse::higher, 2);
  window.clear();
  EXPECT_EQ(window.count(), 0U);
  window.add(Instant{} + 3s, 1);
  EXPECT_EQ(window.mean(), 1);
  EXPECT_EQ(window.count_worse(), 0U);
}

TEST(ValueWindowDeathTest, WantsALengthACapacityAndSomethingToAverage) {
  EXPECT_DEATH(ValueWindow(0s, Worse::higher, 10), "contract broken: length > Duration");
  EXPECT_DEATH(ValueWindow(60s, Worse::higher, 0), "contract broken: .*capacity > 0");
  EXPECT_DEATH((void)window_of({}).mean(), "contract broken: count_ > 0");
}

/// The same said again in a slow and simple way, over everything that was ever seen.
struct Oracle {
  struct Entry {
    Instant at;
    double number;
  };
  Duration length;
  Worse worse;
  double limit;
  std::size_t capacity;
  std::vector<Entry> all;

  [[nodiscard]] std::vector<double> sorted(Instant now) const {
    std::vector<double> numbers;
    for (auto it = all.rbegin(); it != all.rend() && numbers.size() < capacity; ++it) {
      if (it->at + length <= now) break;
      numbers.push_back(it->number);
    }
    std::ranges::sort(numbers);
    return numbers;
  }
  [[nodiscard]] bool is_worse(double number) const {
    return worse == Worse::higher ? number > limit : number < limit;
  }
};

struct Quantile {
  double q;
  std::size_t percent;
};
constexpr std::array<Quantile, 6> quantiles{
    {{0.01, 1}, {0.07, 7}, {0.5, 50}, {0.9, 90}, {0.99, 99}, {1.0, 100}}};

void compare(const ValueWindow& window, const Oracle& oracle, Instant now, Quantile quantile) {
  const std::vector<double> sorted = oracle.sorted(now);
  ASSERT_EQ(ascending(window), sorted);
  const auto is_worse = [&](double number) { return oracle.is_worse(number); };
  ASSERT_EQ(window.count_worse(), std::ranges::count_if(sorted, is_worse));
  if (sorted.empty()) return;
  const std::size_t rank = std::max<std::size_t>((quantile.percent * sorted.size() + 99) / 100, 1);
  ASSERT_EQ(window.is_worse(quantile.q), is_worse(sorted[rank - 1]));
  double sum = 0;
  for (const double number : sorted) sum += number;
  ASSERT_DOUBLE_EQ(window.mean(), sum / static_cast<double>(sorted.size()));
}

TEST(ValueWindow, AgreesWithAnOracleOnRandomHistories) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    test::RandomHistory history(seed, test::random_timing(seed));
    Oracle oracle{.length = Duration(1 + history.up_to(60)),
                  .worse = seed % 2 == 0 ? Worse::higher : Worse::lower,
                  .limit = static_cast<double>(history.up_to(4)),
                  .capacity = 1 + history.up_to(40),
                  .all = {}};
    ValueWindow window(oracle.length, oracle.worse, oracle.capacity);
    window.set_limit(oracle.limit);
    SCOPED_TRACE(seed);
    for (int i = 0; i < 500; ++i) {
      SCOPED_TRACE(i);
      const Instant at = history.next().ended_at();
      const auto number = static_cast<double>(history.up_to(5));
      window.add(at, number);
      oracle.all.push_back({at, number});
      if (history.up_to(20) == 0) {
        oracle.limit = static_cast<double>(history.up_to(4));
        window.set_limit(oracle.limit);
      }
      const Quantile quantile = quantiles.at(history.up_to(quantiles.size() - 1));
      ASSERT_NO_FATAL_FAILURE(compare(window, oracle, at, quantile));
      if (history.up_to(20) > 0) continue;
      ValueWindow later = window;
      const Instant then = at + Duration(history.up_to(60));
      later.age(then);
      ASSERT_NO_FATAL_FAILURE(compare(later, oracle, then, quantile));
    }
  }
}

}  // namespace
}  // namespace ripcord::window
