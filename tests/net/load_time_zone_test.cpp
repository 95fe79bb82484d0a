// Against the system's tzdata: what is asserted here lies in the past, where no new release moves
// it, but for the rules that have held for decades.

#include "net/load_time_zone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Instant at(std::string_view text) {
  return parse_instant(text).value();
}

/// UTC offset of the zone at that time.
Duration offset(std::string_view zone, std::string_view text) {
  const Instant instant = at(text);
  return load_time_zone(zone).value().local(instant).time_since_epoch() -
         instant.time_since_epoch();
}

TEST(LoadTimeZone, KnowsSummerAndWinter) {
  EXPECT_EQ(offset("Europe/Madrid", "2024-01-15T12:00:00Z"), 1h);
  EXPECT_EQ(offset("Europe/Madrid", "2024-07-15T12:00:00Z"), 2h);
  EXPECT_EQ(offset("America/New_York", "2024-01-15T12:00:00Z"), -5h);
  EXPECT_EQ(offset("America/New_York", "2024-07-15T12:00:00Z"), -4h);
  EXPECT_EQ(offset("Asia/Kolkata", "2024-07-15T12:00:00Z"), 5h + 30min);
  EXPECT_EQ(offset("Asia/Kathmandu", "2024-07-15T12:00:00Z"), 5h + 45min);
  EXPECT_EQ(offset("Australia/Lord_Howe", "2024-01-15T12:00:00Z"), 11h);
  EXPECT_EQ(offset("Australia/Lord_Howe", "2024-07-15T12:00:00Z"), 10h + 30min);
  EXPECT_EQ(offset("Etc/GMT+5", "2024-07-15T12:00:00Z"), -5h);
}

TEST(LoadTimeZone, ChangesAtTheVeryMicrosecond) {
  const TimeZone madrid = load_time_zone("Europe/Madrid").value();
  EXPECT_EQ(madrid.next_change(at("2024-01-01T00:00:00Z")), at("2024-03-31T01:00:00Z"));
  EXPECT_EQ(madrid.next_change(at("2024-03-31T01:00:00Z")), at("2024-10-27T01:00:00Z"));
  const TimeZone new_york = load_time_zone("America/New_York").value();
  EXPECT_EQ(new_york.next_change(at("2024-01-01T00:00:00Z")), at("2024-03-10T07:00:00Z"));
  EXPECT_EQ(new_york.next_change(at("2024-06-01T00:00:00Z")), at("2024-11-03T06:00:00Z"));
}

TEST(LoadTimeZone, KnowsADayThatNeverWas) {
  // Samoa went from one side of the date line to the other: no 30 December 2011.
  EXPECT_EQ(offset("Pacific/Apia", "2011-12-30T09:59:59Z"), -10h);
  EXPECT_EQ(offset("Pacific/Apia", "2011-12-30T10:00:00Z"), 14h);
}

TEST(LoadTimeZone, GoesOnByTheRulesFarBeyondTheTable) {
  EXPECT_EQ(offset("America/New_York", "2150-07-15T12:00:00Z") -
                offset("America/New_York", "2150-01-15T12:00:00Z"),
            1h);
}

TEST(LoadTimeZone, KnowsZonesThatNeverChange) {
  EXPECT_EQ(load_time_zone("UTC").value(), TimeZone());
  EXPECT_EQ(load_time_zone("Etc/GMT-3").value().next_change(Instant{}), std::nullopt);
}

TEST(LoadTimeZone, IsTheSameValueEachTime) {
  EXPECT_EQ(load_time_zone("Europe/Madrid").value(), load_time_zone("Europe/Madrid").value());
  EXPECT_EQ(load_time_zone("Europe/Madrid").value().name(), "Europe/Madrid");
}

TEST(LoadTimeZone, RefusesWhatTheSystemDoesNotKnow) {
  for (const char* name : {"Europe/Mardid", "europe/madrid", "Europe", "CEST", "tzdata/zi"}) {
    const auto zone = load_time_zone(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().fault, Fault::missing) << name;
    EXPECT_THAT(zone.error().message, HasSubstr(name));
  }
  EXPECT_EQ(load_time_zone("Europe/Mardid").error().message,
            "this system has no time zone \"Europe/Mardid\" (Debian package tzdata); write a name "
            "of the IANA database, such as \"Europe/Madrid\"");
}

TEST(LoadTimeZone, NeverOpensAPath) {
  for (const std::string& name :
       {std::string("/etc/localtime"), std::string("../zoneinfo/Europe/Madrid"),
        std::string("file:Europe/Madrid"), std::string("libc:localtime"), std::string("localtime"),
        std::string(), std::string("Europe/Madrid "), std::string("Europe/Madrid\0x", 15),
        std::string(65, 'a')}) {
    const auto zone = load_time_zone(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().fault, Fault::malformed) << name;
  }
}

}  // namespace
}  // namespace ripcord::net
