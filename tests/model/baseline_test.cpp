#include "model/baseline.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ripcord {
namespace {

TEST(NearestRank, IsTheSmallestPlaceThatCoversTheShare) {
  EXPECT_EQ(nearest_rank(0.5, 4), 2U);
  EXPECT_EQ(nearest_rank(0.5, 5), 3U);
  EXPECT_EQ(nearest_rank(0.95, 20), 19U);
  EXPECT_EQ(nearest_rank(0.951, 20), 20U);
}

TEST(NearestRank, StaysWithinTheValues) {
  EXPECT_EQ(nearest_rank(0.0001, 5), 1U);
  EXPECT_EQ(nearest_rank(1, 5), 5U);
}

TEST(NearestRank, DoesNotFallOverAProductThatIsNotQuiteWhole) {
  EXPECT_EQ(nearest_rank(0.07, 100), 7U) << "0.07 * 100 is a little more than 7";
}

TEST(Quantile, IsOneOfTheValues) {
  const std::vector<double> ascending{1, 2, 4, 8};
  EXPECT_EQ(quantile(ascending, 0.5), 2);
  EXPECT_EQ(quantile(ascending, 0.51), 4);
  EXPECT_EQ(quantile(ascending, 1), 8);
}

TEST(QuantileDeathTest, WantsSomethingToRank) {
  EXPECT_DEATH((void)quantile({}, 0.5), "contract broken: !ascending.empty");
}

}  // namespace
}  // namespace ripcord
