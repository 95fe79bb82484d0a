#include "base/time_zone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ripcord {
namespace {

using namespace std::chrono_literals;

Instant at(std::string_view text) {
  return parse_instant(text).value();
}

LocalTime shown(std::string_view text) {
  return LocalTime(at(text).time_since_epoch());
}

/// An hour ahead; two from 01:00 to 05:00 UTC.
TimeZone short_summer() {
  return {"Short/Summer",
          {{at("2026-01-01T00:00:00Z"), 1h},
           {at("2026-07-01T01:00:00Z"), 2h},
           {at("2026-07-01T05:00:00Z"), 1h}}};
}

TEST(ATimeZone, IsUtcUnlessTold) {
  EXPECT_EQ(TimeZone().name(), "UTC");
  EXPECT_EQ(TimeZone().local(at("2026-07-01T12:00:00Z")), shown("2026-07-01T12:00:00Z"));
  EXPECT_EQ(TimeZone().next_change(Instant{}), std::nullopt);
}

TEST(ATimeZone, ChangesItsOffsetAtTheVeryInstant) {
  const TimeZone zone = short_summer();
  EXPECT_EQ(zone.local(at("2026-07-01T01:00:00Z") - 1us), shown("2026-07-01T02:00:00Z") - 1us);
  EXPECT_EQ(zone.local(at("2026-07-01T01:00:00Z")), shown("2026-07-01T03:00:00Z"));
  EXPECT_EQ(zone.local(at("2026-07-01T05:00:00Z") - 1us), shown("2026-07-01T07:00:00Z") - 1us);
  EXPECT_EQ(zone.local(at("2026-07-01T05:00:00Z")), shown("2026-07-01T06:00:00Z"));
}

TEST(ATimeZone, GoesOnAsItBeganAndAsItEnded) {
  const TimeZone zone = short_summer();
  EXPECT_EQ(zone.local(at("1969-01-01T00:00:00Z")), shown("1969-01-01T01:00:00Z"));
  EXPECT_EQ(zone.local(at("2900-01-01T00:00:00Z")), shown("2900-01-01T01:00:00Z"));
}

TEST(ATimeZone, NamesTheNextChangeAfterAnInstant) {
  const TimeZone zone = short_summer();
  EXPECT_EQ(zone.next_change(at("1969-01-01T00:00:00Z")), at("2026-07-01T01:00:00Z"));
  EXPECT_EQ(zone.next_change(at("2026-07-01T01:00:00Z") - 1us), at("2026-07-01T01:00:00Z"));
  EXPECT_EQ(zone.next_change(at("2026-07-01T01:00:00Z")), at("2026-07-01T05:00:00Z"));
  EXPECT_EQ(zone.next_change(at("2026-07-01T05:00:00Z")), std::nullopt);
}

TEST(ATimeZoneDeathTest, HasChangesInOrder) {
  EXPECT_DEATH(TimeZone("None", {}), "contract broken");
  EXPECT_DEATH(TimeZone("Twice", {{Instant{}, 1h}, {Instant{}, 2h}}), "contract broken");
}

}  // namespace
}  // namespace ripcord
