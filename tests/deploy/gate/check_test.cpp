#include "deploy/gate/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;

TEST(PassedUnless, GivesEveryObjection) {
  EXPECT_EQ(passed_unless({}, "well"), (GateCheck{true, "well"}));
  EXPECT_EQ(passed_unless({"too old"}, "well"), (GateCheck{false, "too old"}));
  EXPECT_EQ(passed_unless({"too old", "too small"}, "well"),
            (GateCheck{false, "too old; too small"}));
}

TEST(InHours, NeverUsesDays) {
  EXPECT_EQ(in_hours(0s), "0s");
  EXPECT_EQ(in_hours(90s), "1m 30s");
  EXPECT_EQ(in_hours(24h), "24h");
  EXPECT_EQ(in_hours(26h + 10min), "26h 10m");
  EXPECT_EQ(in_hours(200h + 1s), "200h 1s");
}

TEST(AnAge, IsRoundedToTheSideOfItsVerdict) {
  EXPECT_EQ(age_within(24h), "24h");
  EXPECT_EQ(age_within(24h - 1us), "23h 59m");
  EXPECT_EQ(age_within(59min + 59s + 999ms), "59m 59s");
  EXPECT_EQ(age_within(999ms), "0s");
  EXPECT_EQ(age_within(-5s), "0s");
  EXPECT_EQ(age_beyond(24h), "24h");
  EXPECT_EQ(age_beyond(24h + 1us), "24h 1m");
  EXPECT_EQ(age_beyond(59min + 59s + 1us), "1h");
  EXPECT_EQ(age_beyond(10s + 1ms), "11s");
}

}  // namespace
}  // namespace ripcord::deploy
