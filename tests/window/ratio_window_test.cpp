#include "window/ratio_window.hpp"

#include "tests/window/random_histories.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ripcord::window {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{} + 12h;

TEST(RatioWindow, IsEmptyAtFirst) {
  const RatioWindow window(60s);
  EXPECT_EQ(window.whole(), 0);
  EXPECT_EQ(window.ratio(), 0);
}

TEST(RatioWindow, AddsUpPartsAndWholes) {
  RatioWindow window(60s);
  window.add(noon, 1, 10);
  window.add(noon, 2, 10);
  window.add(noon + 30s, 0, 10);
  EXPECT_EQ(window.part(), 3);
  EXPECT_EQ(window.whole(), 30);
  EXPECT_EQ(window.ratio(), 0.1);
}

TEST(RatioWindow, NeverHasMoreOfAPartThanOfTheWhole) {
  RatioWindow window(60s);
  window.add(noon, 30, 10);
  EXPECT_EQ(window.ratio(), 1);
}

TEST(RatioWindow, DropsASubBucketThatIsAsOldAsItsLength) {
  RatioWindow window(60s);
  window.add(noon + 500ms, 1, 1);
  window.age(noon + 60s - 1us);
  EXPECT_EQ(window.whole(), 1);
  window.age(noon + 60s);
  EXPECT_EQ(window.whole(), 0) << "59.5 s old, but its sub-bucket is a minute old";
}

TEST(RatioWindow, IsEmptyAfterALongSilence) {
  RatioWindow window(60s);
  for (int i = 0; i < 60; ++i) window.add(noon + i * 1s, 1, 2);
  EXPECT_EQ(window.whole(), 120);
  window.age(noon + 24h);
  EXPECT_EQ(window.whole(), 0);
  EXPECT_EQ(window.part(), 0);
}

TEST(RatioWindow, IsNotMovedByAHugeNumberThatHasLeftIt) {
  RatioWindow window(60s);
  window.add(noon, 0, 1e300);
  window.add(noon + 30s, 1, 4);
  window.age(noon + 60s);
  EXPECT_EQ(window.ratio(), 0.25);
}

TEST(RatioWindow, WorksBeforeTheEpochAsWell) {
  RatioWindow window(60s);
  window.add(Instant{} - 90s, 1, 2);
  window.add(Instant{} + 10s, 1, 2);
  window.add(Instant{} + 20s, 0, 2);
  window.age(Instant{} + 59s);
  EXPECT_EQ(window.whole(), 6) << "what is older than the epoch counts as of the epoch";
  window.age(Instant{} + 61s);
  EXPECT_EQ(window.whole(), 4);
}

TEST(RatioWindow, ForgetsEverything) {
  RatioWindow window(60s);
  window.add(noon, 1, 1);
  window.clear();
  EXPECT_EQ(window.whole(), 0);
  window.add(noon + 1s, 0, 1);
  EXPECT_EQ(window.part(), 0);
  EXPECT_EQ(window.whole(), 1);
}

TEST(RatioWindowDeathTest, WantsALength) {
  EXPECT_DEATH(RatioWindow(0s), "contract broken: length > Duration");
}

/// The same said again in a slow and simple way, over everything that was ever seen.
struct Oracle {
  struct Entry {
    Instant at;
    double part;
    double whole;
  };
  struct Sum {
    double part = 0;
    double whole = 0;
  };
  Duration length;
  std::vector<Entry> all;

  /// The sub-bucket of an instant.
  [[nodiscard]] std::int64_t bucket(Instant at) const {
    const std::int64_t width = length < 60us ? 1 : length.count() / 60;
    return at.time_since_epoch().count() / width;
  }

  /// What is in the same sub-bucket as `now`, or in the 59 before it (fewer for a tiny window).
  [[nodiscard]] Sum sum(Instant now) const {
    Sum sum;
    const std::int64_t buckets = std::min<std::int64_t>(60, length.count());
    for (auto it = all.rbegin(); it != all.rend(); ++it) {
      if (bucket(it->at) <= bucket(now) - buckets) break;
      sum.part += it->part;
      sum.whole += it->whole;
    }
    return sum;
  }

  /// What is younger than `age` at `now`.
  [[nodiscard]] double whole_younger_than(Duration age, Instant now) const {
    double whole = 0;
    for (auto it = all.rbegin(); it != all.rend() && it->at > now - age; ++it) whole += it->whole;
    return whole;
  }
};

TEST(RatioWindow, AgreesWithAnOracleOnRandomHistories) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    test::RandomHistory history(seed, test::random_timing(seed));
    Oracle oracle{.length = Duration(1 + history.up_to(seed % 2 == 0 ? 80 : 900)), .all = {}};
    RatioWindow window(oracle.length);
    for (int i = 0; i < 500; ++i) {
      const Instant at = history.next().ended_at();
      const auto whole = static_cast<double>(history.up_to(5));
      const auto part = static_cast<double>(history.up_to(5));
      window.add(at, part, whole);
      oracle.all.push_back({at, part, whole});
      const Instant now = history.up_to(9) == 0 ? at + Duration(history.up_to(900)) : at;
      RatioWindow later = window;
      later.age(now);
      const Oracle::Sum sum = oracle.sum(now);
      ASSERT_EQ(later.part(), sum.part) << "seed " << seed << ", sample " << i;
      ASSERT_EQ(later.whole(), sum.whole) << "seed " << seed << ", sample " << i;
      const Duration slot = std::max(oracle.length / 60, Duration(1));
      const Duration surely = (std::min<std::int64_t>(60, oracle.length.count()) - 1) * slot;
      ASSERT_LE(later.whole(), oracle.whole_younger_than(oracle.length, now)) << "seed " << seed;
      ASSERT_GE(later.whole(), oracle.whole_younger_than(surely, now)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace ripcord::window
