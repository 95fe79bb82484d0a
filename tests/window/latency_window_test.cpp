#include "window/latency_window.hpp"

#include "tests/window/random_histories.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace ripcord::window {
namespace {

using namespace std::chrono_literals;

/// A minute's window with a limit of 5 s, one latency a second, the last at `Instant{} + n - 1`.
LatencyWindow window_of(const std::vector<Duration>& latencies, std::uint32_t capacity = 100) {
  LatencyWindow window(60s, 5s, capacity);
  for (std::size_t i = 0; i < latencies.size(); ++i) window.add(Instant{} + i * 1s, latencies[i]);
  return window;
}

TEST(LatencyWindow, IsEmptyAtFirst) {
  const LatencyWindow window = window_of({});
  EXPECT_EQ(window.count(), 0U);
  EXPECT_FALSE(window.is_above(0.95));
}

TEST(LatencyWindow, CountsWhatIsAboveTheLimitAndNotAtIt) {
  const LatencyWindow window = window_of({5s, 5s + 1us, 4s, 6s});
  EXPECT_EQ(window.count(), 4U);
  EXPECT_EQ(window.count_above(), 2U);
}

TEST(LatencyWindow, TakesTheNearestRank) {
  const LatencyWindow window = window_of({5s, 1s, 4s, 2s, 3s});
  EXPECT_EQ(window.quantile(0.01), 1s);
  EXPECT_EQ(window.quantile(0.2), 1s);
  EXPECT_EQ(window.quantile(0.21), 2s);
  EXPECT_EQ(window.quantile(0.5), 3s);
  EXPECT_EQ(window.quantile(0.8), 4s);
  EXPECT_EQ(window.quantile(0.95), 5s);
  EXPECT_EQ(window.quantile(1), 5s);
}

TEST(LatencyWindow, DoesNotFallOverAProductThatIsNotQuiteWhole) {
  std::vector<Duration> latencies;
  for (int i = 1; i <= 100; ++i) latencies.push_back(i * 1ms);
  LatencyWindow window(200s, 5s, 100);
  for (std::size_t i = 0; i < 100; ++i) window.add(Instant{} + i * 1s, latencies[i]);
  EXPECT_EQ(window.quantile(0.07), 7ms) << "0.07 * 100 is a little more than 7";
  EXPECT_EQ(window.quantile(0.95), 95ms);
}

TEST(LatencyWindow, IsAboveWhenItsQuantileIs) {
  EXPECT_FALSE(window_of({5s}).is_above(0.95));
  EXPECT_TRUE(window_of({5s + 1us}).is_above(0.95));
  EXPECT_TRUE(window_of({1s, 6s}).is_above(0.95)) << "p95 of two is the larger";
  EXPECT_FALSE(window_of({1s, 6s}).is_above(0.5)) << "p50 of two is the smaller";
}

TEST(LatencyWindow, DropsWhatIsAsOldAsItsLength) {
  LatencyWindow window = window_of({6s});
  window.age(Instant{} + 60s - 1us);
  EXPECT_EQ(window.count(), 1U);
  window.age(Instant{} + 60s);
  EXPECT_EQ(window.count(), 0U);
  EXPECT_EQ(window.count_above(), 0U);
}

TEST(LatencyWindow, DropsTheOldestBeyondItsCapacity) {
  const LatencyWindow window = window_of({9s, 8s, 1s, 2s, 7s}, 3);
  EXPECT_EQ(window.count(), 3U);
  EXPECT_EQ(window.count_above(), 1U);
  EXPECT_EQ(window.quantile(1), 7s);
  EXPECT_EQ(window.quantile(0.01), 1s);
}

TEST(LatencyWindow, ForgetsEverything) {
  LatencyWindow window = window_of({6s, 7s});
  window.clear();
  EXPECT_EQ(window.count(), 0U);
  EXPECT_EQ(window.count_above(), 0U);
  window.add(Instant{} + 2s, 1s);
  EXPECT_EQ(window.quantile(0.5), 1s);
}

TEST(LatencyWindow, CountsAnAgeAsTheLongestThatItKnows) {
  const LatencyWindow window = window_of({24h, 1s, 24h});
  EXPECT_EQ(window.count_above(), 2U);
  EXPECT_EQ(window.quantile(1), LatencyWindow::latency_max);
}

TEST(LatencyWindowDeathTest, WantsALengthACapacityAndSomethingToRank) {
  EXPECT_DEATH(LatencyWindow(0s, 5s, 10), "contract broken: length > Duration");
  EXPECT_DEATH(LatencyWindow(60s, 2h, 10), "contract broken: .*limit < latency_max");
  EXPECT_DEATH(LatencyWindow(60s, 5s, 0), "contract broken: .*capacity > 0");
  EXPECT_DEATH((void)window_of({}).quantile(0.5), "contract broken: count_ > 0");
}

/// The same said again in a slow and simple way, over everything that was ever seen.
struct Oracle {
  Duration length;
  Duration limit;
  std::uint32_t capacity;
  struct Entry {
    Instant at;
    Duration latency;
  };
  std::vector<Entry> all;

  [[nodiscard]] std::vector<Duration> sorted(Instant now) const {
    std::vector<Duration> latencies;
    for (auto it = all.rbegin(); it != all.rend() && latencies.size() < capacity; ++it) {
      if (it->at + length <= now) break;
      latencies.push_back(it->latency);
    }
    std::ranges::sort(latencies);
    return latencies;
  }
};

struct Quantile {
  double q;
  std::size_t percent;
};
constexpr std::array<Quantile, 7> quantiles{
    {{0.01, 1}, {0.07, 7}, {0.5, 50}, {0.9, 90}, {0.95, 95}, {0.99, 99}, {1.0, 100}}};

/// Compares everything that can be asked with what the oracle says.
void compare(const LatencyWindow& window, const Oracle& oracle, Instant now, Quantile quantile) {
  const std::vector<Duration> sorted = oracle.sorted(now);
  ASSERT_EQ(window.count(), sorted.size());
  ASSERT_EQ(window.count_above(), sorted.end() - std::ranges::upper_bound(sorted, oracle.limit));
  if (sorted.empty()) {
    ASSERT_FALSE(window.is_above(quantile.q));
    return;
  }
  const std::size_t rank = std::max<std::size_t>((quantile.percent * sorted.size() + 99) / 100, 1);
  ASSERT_EQ(window.quantile(quantile.q), sorted[rank - 1]);
  ASSERT_EQ(window.is_above(quantile.q), sorted[rank - 1] > oracle.limit);
}

TEST(LatencyWindow, AgreesWithAnOracleOnRandomHistories) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const ProbeTiming timing = test::random_timing(seed);
    test::RandomHistory history(seed, timing);
    Oracle oracle{.length = Duration(1 + history.up_to(60)),
                  .limit = Duration(history.up_to(4)),
                  .capacity = static_cast<std::uint32_t>(1 + history.up_to(40)),
                  .all = {}};
    LatencyWindow window(oracle.length, oracle.limit, oracle.capacity);
    SCOPED_TRACE(seed);
    for (int i = 0; i < 500; ++i) {
      SCOPED_TRACE(i);
      const Sample taken = history.next();
      const Quantile quantile = quantiles.at(history.up_to(quantiles.size() - 1));
      window.add(taken.ended_at(), taken.latency);
      oracle.all.push_back({taken.ended_at(), taken.latency});
      ASSERT_NO_FATAL_FAILURE(compare(window, oracle, taken.ended_at(), quantile));
      if (history.up_to(20) > 0) continue;
      LatencyWindow later = window;
      const Instant then = taken.ended_at() + Duration(history.up_to(60));
      later.age(then);
      ASSERT_NO_FATAL_FAILURE(compare(later, oracle, then, quantile));
    }
  }
}

}  // namespace
}  // namespace ripcord::window
