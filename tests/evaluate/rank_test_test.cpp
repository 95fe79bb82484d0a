#include "evaluate/rank_test.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <vector>

namespace ripcord::evaluate {
namespace {

using Numbers = std::vector<double>;

Numbers from_to(int first, int last) {
  Numbers numbers(static_cast<std::size_t>(last - first + 1));
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

TEST(RankTest, IsHalfForTwoSidesThatAreMixed) {
  EXPECT_NEAR(rank_test(Numbers{1, 3, 5, 7, 9, 11}, Numbers{2, 4, 6, 8, 8, 10}, Worse::higher), 0.5,
              0.05);
}

TEST(RankTest, IsSmallWhenTheCurrentSideIsWorse) {
  EXPECT_LT(rank_test(from_to(1, 10), from_to(11, 20), Worse::higher), 0.001);
  EXPECT_GT(rank_test(from_to(1, 10), from_to(11, 20), Worse::lower), 0.999);
  EXPECT_LT(rank_test(from_to(11, 20), from_to(1, 10), Worse::lower), 0.001);
  EXPECT_GT(rank_test(from_to(11, 20), from_to(1, 10), Worse::higher), 0.999);
}

TEST(RankTest, HasTheValuesOfItsFormula) {
  // U = 100 of 100: z = (100 - 50 - 0.5) / sqrt(100 / 12 * 21) = 3.741848.
  EXPECT_NEAR(rank_test(from_to(1, 10), from_to(11, 20), Worse::higher), 9.13359e-5, 1e-9);
  // U = 21.5 of 25, groups of 2, 3 and 2: z = 8.5 / sqrt(25 / 12 * (11 - 36 / 90)) = 1.808784.
  EXPECT_NEAR(rank_test(Numbers{1, 2, 2, 3, 4}, Numbers{3, 3, 4, 5, 6}, Worse::higher), 0.0352423,
              1e-7);
}

TEST(RankTest, SaysNothingOfEmptyOrIdenticalNumbers) {
  EXPECT_EQ(rank_test(Numbers{}, from_to(1, 9), Worse::higher), 1);
  EXPECT_EQ(rank_test(from_to(1, 9), Numbers{}, Worse::higher), 1);
  EXPECT_EQ(rank_test(Numbers(30, 5.0), Numbers(30, 5.0), Worse::higher), 1);
  EXPECT_EQ(rank_test(Numbers{0}, Numbers{0}, Worse::lower), 1);
}

TEST(RankTest, TellsTwoDifferentConstantsApart) {
  EXPECT_LT(rank_test(Numbers(20, 1.0), Numbers(20, 2.0), Worse::higher), 1e-9);
  EXPECT_GT(rank_test(Numbers(20, 1.0), Numbers(20, 2.0), Worse::lower), 0.99);
}

/// Every way to choose `chosen` of the places of `all`: the U of those against the rest.
void for_each_choice(const Numbers& all, std::size_t chosen, auto&& visit) {
  std::vector<bool> is_current(all.size(), false);
  std::fill(is_current.end() - static_cast<std::ptrdiff_t>(chosen), is_current.end(), true);
  do {
    Numbers baseline;
    Numbers current;
    for (std::size_t i = 0; i < all.size(); ++i)
      (is_current[i] ? current : baseline).push_back(all[i]);
    visit(baseline, current);
  } while (std::next_permutation(is_current.begin(), is_current.end()));
}

double pairs_won(const Numbers& baseline, const Numbers& current) {
  double won = 0;
  for (const double b : baseline) {
    for (const double c : current) won += c > b ? 1 : c == b ? 0.5 : 0;
  }
  return won;
}

TEST(RankTest, IsNearTheExactDistribution) {
  // All 12870 ways to deal sixteen numbers, some of them equal, to two sides of eight.
  const Numbers all{1, 2, 3, 3, 4, 5, 6, 7, 8, 8, 8, 9, 10, 11, 12, 13};
  std::map<double, double> ways;
  std::map<double, double> approximate;
  double sum = 0;
  for_each_choice(all, 8, [&](const Numbers& baseline, const Numbers& current) {
    const double won = pairs_won(baseline, current);
    ways[won] += 1;
    sum += 1;
    approximate[won] = rank_test(baseline, current, Worse::higher);
  });
  double tail = 0;
  for (auto it = ways.rbegin(); it != ways.rend(); ++it) {
    tail += it->second;
    EXPECT_NEAR(approximate[it->first], tail / sum, 0.02) << it->first << " pairs won";
  }
}

TEST(RankTest, AgreesWithTheFormulaOverAllPairs) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    std::mt19937_64 random(seed);
    const std::uint64_t spread = 1 + random() % 40;
    Numbers baseline(1 + random() % 30);
    Numbers current(1 + random() % 30);
    for (double& number : baseline) number = static_cast<double>(random() % spread);
    for (double& number : current) number = static_cast<double>(random() % spread + random() % 5);
    std::ranges::sort(baseline);
    std::ranges::sort(current);

    std::map<double, double> groups;
    for (const double number : baseline) ++groups[number];
    for (const double number : current) ++groups[number];
    double ties = 0;
    for (const auto& [number, t] : groups) ties += t * t * t - t;
    const auto n = static_cast<double>(baseline.size());
    const auto m = static_cast<double>(current.size());
    const double all = n + m;
    const double variance = n * m / 12 * (all + 1 - ties / all / (all - 1));
    const double z = (pairs_won(baseline, current) - n * m / 2 - 0.5) / std::sqrt(variance);
    const double expected = groups.size() == 1 ? 1 : std::erfc(z / std::sqrt(2.0)) / 2;
    ASSERT_NEAR(rank_test(baseline, current, Worse::higher), expected, 1e-12) << "seed " << seed;

    const double won = n * m - pairs_won(baseline, current);
    const double z_lower = (won - n * m / 2 - 0.5) / std::sqrt(variance);
    const double lower = groups.size() == 1 ? 1 : std::erfc(z_lower / std::sqrt(2.0)) / 2;
    ASSERT_NEAR(rank_test(baseline, current, Worse::lower), lower, 1e-12) << "seed " << seed;
  }
}

}  // namespace
}  // namespace ripcord::evaluate
