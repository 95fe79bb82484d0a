#include "model/sample.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace ripcord {
namespace {

Sample with(std::vector<Reading> readings) {
  Sample sample;
  sample.readings = std::move(readings);
  return sample;
}

TEST(Sample, HasTheNumbersThatItWasGiven) {
  const Sample sample = with({{.value = 3, .number = 0.5}, {.value = 0, .number = -7}});
  EXPECT_EQ(sample.number(3), 0.5);
  EXPECT_EQ(sample.number(0), -7);
}

TEST(Sample, HasNoNumberForAValueThatIsNotKnown) {
  EXPECT_EQ(Sample{}.number(0), std::nullopt);
  EXPECT_EQ(with({{.value = 1, .number = 5}}).number(2), std::nullopt);
  EXPECT_EQ(with({{.value = 1, .number = std::nan("")}}).number(1), std::nullopt);
}

TEST(Sample, KnowsAnInfiniteNumber) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(with({{.value = 1, .number = infinity}}).number(1), infinity);
}

}  // namespace
}  // namespace ripcord
