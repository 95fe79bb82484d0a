#include "model/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace ripcord {
namespace {

using testing::ElementsAre;

TEST(NamedValues, AreThoseThatAreKnownInTheOrderOfTheSample) {
  const Vocabulary vocabulary{.values = {"cpu", "memory", "pids"}, .occurrences = {}};
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Sample sample;
  sample.readings = {{.value = 2, .number = 7},
                     {.value = 0, .number = 0.5},
                     {.value = 1, .number = nan},
                     {.value = 3, .number = 1}};
  EXPECT_THAT(named_values(vocabulary, sample),
              ElementsAre(NamedValue{.name = "pids", .number = 7},
                          NamedValue{.name = "cpu", .number = 0.5}));
}

}  // namespace
}  // namespace ripcord
