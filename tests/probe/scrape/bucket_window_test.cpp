#include "probe/scrape/bucket_window.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <optional>
#include <vector>

namespace ripcord::probe::scrape {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr Instant noon{};

std::optional<double> quantile(double q, std::vector<Bucket> buckets) {
  return histogram_quantile(q, buckets);
}

TEST(HistogramQuantile, SpreadsObservationsEvenlyOverTheirBucket) {
  const std::vector<Bucket> buckets{{0.1, 10}, {0.2, 30}, {0.4, 40}, {inf, 40}};
  EXPECT_DOUBLE_EQ(*quantile(0.5, buckets), 0.15);
  EXPECT_DOUBLE_EQ(*quantile(0.75, buckets), 0.2);
  EXPECT_DOUBLE_EQ(*quantile(0.95, buckets), 0.36);
  EXPECT_DOUBLE_EQ(*quantile(1, buckets), 0.4);
}

TEST(HistogramQuantile, BeginsAtZero) {
  EXPECT_DOUBLE_EQ(*quantile(0.5, {{0.1, 10}, {inf, 10}}), 0.05);
}

TEST(HistogramQuantile, KnowsNoLessOfASmallestBucketThatIsNotPositive) {
  EXPECT_DOUBLE_EQ(*quantile(0.5, {{-1, 10}, {1, 10}, {inf, 10}}), -1);
  EXPECT_DOUBLE_EQ(*quantile(0.75, {{-1, 10}, {1, 20}, {inf, 20}}), 0);
}

TEST(HistogramQuantile, BeyondTheLastBoundIsTheLastBound) {
  EXPECT_DOUBLE_EQ(*quantile(0.95, {{0.1, 10}, {0.5, 20}, {inf, 100}}), 0.5);
}

TEST(HistogramQuantile, IsNotKnownWithoutObservationsOrBounds) {
  EXPECT_FALSE(quantile(0.5, {}).has_value());
  EXPECT_FALSE(quantile(0.5, {{inf, 5}}).has_value());
  EXPECT_FALSE(quantile(0.5, {{0.1, 0}, {inf, 0}}).has_value());
  EXPECT_FALSE(quantile(0.5, {{0.1, 5}, {0.2, 10}}).has_value());
}

TEST(HistogramQuantile, MakesBucketsRegular) {
  EXPECT_DOUBLE_EQ(*quantile(0.5, {{inf, 40}, {0.2, 30}, {0.1, 4}, {0.1, 6}}), 0.15);
  EXPECT_DOUBLE_EQ(*quantile(1, {{0.1, 10}, {0.2, 5}, {0.4, 20}, {inf, 20}}), 0.4);
  EXPECT_DOUBLE_EQ(*quantile(0.4, {{0.1, 10}, {0.2, 5}, {0.4, 20}, {inf, 20}}), 0.08);
}

std::vector<double> sums(const BucketWindow& window) {
  std::vector<double> growth;
  const bool has_some = window.write(growth);
  EXPECT_EQ(has_some, !growth.empty());
  return growth;
}

TEST(BucketWindow, AddsUpWhatHasGrownWithinIt) {
  BucketWindow window(60s);
  EXPECT_THAT(sums(window), IsEmpty());
  for (int i = 0; i < 20; ++i) {
    window.add(noon + i * 5s, noon + (i + 1) * 5s, std::vector<double>{1, static_cast<double>(i)});
  }
  EXPECT_THAT(sums(window),
              ElementsAre(12, 8 + 9 + 10 + 11 + 12 + 13 + 14 + 15 + 16 + 17 + 18 + 19));
}

TEST(BucketWindow, ToleratesABeatThatComesALittleLate) {
  BucketWindow window(10s);
  window.add(noon, noon + 5s, std::vector<double>{1});
  window.add(noon + 5s, noon + 10s + 100ms, std::vector<double>{1});
  EXPECT_THAT(sums(window), ElementsAre(2));
}

TEST(BucketWindow, DropsGrowthThatMayBeOlder) {
  BucketWindow window(60s);
  window.add(noon, noon + 5s, std::vector<double>{1});
  window.add(noon + 5s, noon + 90s, std::vector<double>{100});
  EXPECT_THAT(sums(window), IsEmpty());
  window.add(noon + 90s, noon + 95s, std::vector<double>{3});
  EXPECT_THAT(sums(window), ElementsAre(3));
}

TEST(BucketWindow, ForgetsWhatBeganBeforeAnEpochAlsoWhenItIsYetToCome) {
  BucketWindow window(60s);
  window.add(noon, noon + 5s, std::vector<double>{1});
  window.begin_epoch(noon + 7s);
  EXPECT_THAT(sums(window), IsEmpty());
  window.add(noon + 5s, noon + 10s, std::vector<double>{10});
  EXPECT_THAT(sums(window), IsEmpty()) << "a part of it may be older";
  window.add(noon + 10s, noon + 15s, std::vector<double>{100});
  EXPECT_THAT(sums(window), ElementsAre(100));
  window.begin_epoch(noon + 10s);
  EXPECT_THAT(sums(window), ElementsAre(100));
}

TEST(BucketWindow, HasRoomForNewBuckets) {
  BucketWindow window(60s);
  window.add(noon, noon + 5s, std::vector<double>{1});
  window.add(noon + 5s, noon + 10s, std::vector<double>{1, 5});
  window.add(noon + 10s, noon + 15s, std::vector<double>{1});
  EXPECT_THAT(sums(window), ElementsAre(3, 5));
}

TEST(BucketWindow, IsExactToOneSubBucketHoweverOftenItIsFed) {
  BucketWindow window(60s);
  for (int i = 0; i < 3000; ++i) {
    window.add(noon + i * 100ms, noon + (i + 1) * 100ms, std::vector<double>{1});
    const double fed = std::min(i + 1, 600);
    ASSERT_NEAR(sums(window)[0], fed, 10) << i;
  }
}

}  // namespace
}  // namespace ripcord::probe::scrape
