#include "deploy/gate/week_range.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// What a wall clock shows; the zone does not matter here.
LocalTime shown(std::string_view text) {
  return LocalTime(parse_instant(std::string(text) + "Z").value().time_since_epoch());
}

/// Whether the range contains `time` on Monday 2026-11-23 and the six days that follow.
std::string week(std::string_view range, std::string_view time) {
  const WeekRange parsed = parse_week_range(range).value();
  std::string days;
  for (int day = 23; day <= 29; ++day) {
    const std::string at = "2026-11-" + std::to_string(day) + "T" + std::string(time);
    days += contains(parsed, shown(at)) ? '#' : '.';
  }
  return days;
}

TEST(AWeekRange, IncludesItsBeginningAndNotItsEnd) {
  EXPECT_EQ(week("Mon-Thu 18:00-23:30", "17:59:59.999999"), ".......");
  EXPECT_EQ(week("Mon-Thu 18:00-23:30", "18:00:00"), "####...");
  EXPECT_EQ(week("Mon-Thu 18:00-23:30", "23:29:59.999999"), "####...");
  EXPECT_EQ(week("Mon-Thu 18:00-23:30", "23:30:00"), ".......");
}

TEST(AWeekRange, MayEndAtTwentyFourHours) {
  EXPECT_EQ(week("Fri 12:00-24:00", "23:59:59.999999"), "....#..");
  EXPECT_EQ(week("Fri 12:00-24:00", "00:00:00"), ".......");
  EXPECT_EQ(week("Mon-Sun 00:00-24:00", "00:00:00"), "#######");
}

TEST(AWeekRange, GoesOverMidnight) {
  EXPECT_EQ(week("Fri 22:00-06:00", "21:59:59"), ".......");
  EXPECT_EQ(week("Fri 22:00-06:00", "23:00:00"), "....#..");
  EXPECT_EQ(week("Fri 22:00-06:00", "05:59:59.999999"), ".....#.");
  EXPECT_EQ(week("Fri 22:00-06:00", "06:00:00"), ".......");
  EXPECT_EQ(week("Fri 22:00-00:00", "23:00:00"), "....#..");
  EXPECT_EQ(week("Fri 22:00-00:00", "00:00:00"), ".......");
}

TEST(AWeekRange, GoesOverMidnightOnManyDays) {
  EXPECT_EQ(week("Mon-Sun 22:00-06:00", "03:00:00"), "#######");
  EXPECT_EQ(week("Mon-Sun 22:00-06:00", "12:00:00"), ".......");
  EXPECT_EQ(week("Mon,Wed 18:00-17:59", "12:00:00"), ".#.#...");
}

TEST(AWeekRange, GoesOverTheEndOfTheWeek) {
  EXPECT_EQ(week("Sat-Mon 10:00-12:00", "11:00:00"), "#....##");
  EXPECT_EQ(week("Sun 22:00-06:00", "03:00:00"), "#......");
  EXPECT_EQ(week("Sun 22:00-06:00", "23:00:00"), "......#");
  EXPECT_EQ(week("Sun-Sat 10:00-12:00", "11:00:00"), "#######");
}

TEST(AWeekRange, TakesListsOfDays) {
  EXPECT_EQ(week("Mon,Wed,Fri 10:00-12:00", "11:00:00"), "#.#.#..");
  EXPECT_EQ(week("Mon-Tue,Sat-Sun 10:00-12:00", "11:00:00"), "##...##");
  EXPECT_EQ(week("Mon,Mon-Tue 10:00-12:00", "11:00:00"), "##.....");
}

TEST(AWeekRange, KeepsWhatWasWritten) {
  EXPECT_EQ(parse_week_range("Fri 22:00-06:00").value(),
            (WeekRange{.days = 1U << 4U, .from = 22h, .to = 30h, .text = "Fri 22:00-06:00"}));
}

std::string mistake(std::string_view text) {
  const auto range = parse_range(text);
  if (range) return "none";
  EXPECT_EQ(range.error().fault, Fault::malformed);
  return range.error().message;
}

TEST(AWeekRange, NamesThePlaceOfAMistakeInTheDays) {
  const std::string advice = " is no day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun";
  EXPECT_EQ(mistake(""), "\"\", character 1: nothing" + advice);
  EXPECT_EQ(mistake("mon 10:00-12:00"), "\"mon 10:00-12:00\", character 1: \"mon\"" + advice);
  EXPECT_EQ(mistake("Mon-Thursday 10:00-12:00"),
            "\"Mon-Thursday 10:00-12:00\", character 5: \"Thursday\"" + advice);
  EXPECT_EQ(mistake("Mon, Tue 10:00-12:00"),
            "\"Mon, Tue 10:00-12:00\", character 5: nothing" + advice);
  EXPECT_EQ(mistake("Mon-Mon 10:00-12:00"),
            "\"Mon-Mon 10:00-12:00\", character 5: the range ends on the day on which it begins; "
            "write Mon for one day or Mon-Sun for all");
  EXPECT_EQ(mistake("Mon-Tue-Wed 10:00-12:00"),
            "\"Mon-Tue-Wed 10:00-12:00\", character 8: a blank and the times are expected: Mon-Thu "
            "18:00-24:00");
}

TEST(AWeekRange, NamesThePlaceOfAMistakeInTheTimes) {
  EXPECT_EQ(mistake("Mon"),
            "\"Mon\", character 4: a blank and the times are expected: Mon-Thu 18:00-24:00");
  const std::string advice = " is no time of day; write 00:00 to 24:00";
  EXPECT_EQ(mistake("Mon "), "\"Mon \", character 5: nothing" + advice);
  EXPECT_EQ(mistake("Mon-Thu 18:00-25:00"),
            "\"Mon-Thu 18:00-25:00\", character 15: \"25:00\"" + advice);
  EXPECT_EQ(mistake("Mon 24:00-02:00"),
            "\"Mon 24:00-02:00\", character 5: a range cannot begin at 24:00; write 00:00");
  EXPECT_EQ(mistake("Mon 18:00"), "\"Mon 18:00\", character 10: a \"-\" is expected");
  EXPECT_EQ(mistake("Mon 18:00-18:00"),
            "\"Mon 18:00-18:00\", character 11: the range ends when it begins; write 00:00-24:00 "
            "for a whole day");
  EXPECT_EQ(mistake("Mon 18:00-20:00 "),
            "\"Mon 18:00-20:00 \", character 16: nothing more is expected; write one range of "
            "times");
}

TEST(AWeekRange, TakesNoOtherTimes) {
  for (const char* time : {"24:01", "12:60", "8:00", "18.00", "18:0", "+8:00", "18:00h", "1800"}) {
    EXPECT_THAT(mistake("Mon " + std::string(time) + "-20:00"), testing::HasSubstr("no time of"))
        << time;
  }
}

/// Which of the times are in the date range.
std::vector<bool> in(std::string_view range, const std::vector<std::string>& times) {
  std::vector<bool> inside;
  for (const std::string& time : times) {
    inside.push_back(contains(parse_date_range(range).value(), shown(time)));
  }
  return inside;
}

TEST(ADateRange, IncludesItsFirstAndItsLastDay) {
  EXPECT_THAT(in("2026-12-24..2027-01-02",
                 {"2026-12-23T23:59:59.999999", "2026-12-24T00:00:00", "2026-12-31T12:00:00",
                  "2027-01-02T23:59:59.999999", "2027-01-03T00:00:00"}),
              ElementsAre(false, true, true, true, false));
}

TEST(ADateRange, MayBeOneDay) {
  EXPECT_THAT(
      in("2028-02-29", {"2028-02-28T23:59:59", "2028-02-29T12:00:00", "2028-03-01T00:00:00"}),
      ElementsAre(false, true, false));
}

TEST(ADateRange, NamesThePlaceOfAMistake) {
  EXPECT_EQ(mistake("2026-02-30"),
            "\"2026-02-30\", character 1: \"2026-02-30\" is no date; write 2026-12-24");
  EXPECT_EQ(mistake("2026-12-24..2027-1-2"),
            "\"2026-12-24..2027-1-2\", character 13: \"2027-1-2\" is no date; write 2026-12-24");
  EXPECT_EQ(mistake("2026-12-24..2026-12-23"),
            "\"2026-12-24..2026-12-23\", character 13: the range ends before it begins");
  EXPECT_EQ(mistake("2026-12-24.2026-12-26"),
            "\"2026-12-24.2026-12-26\", character 11: \"..\" and a date are expected");
  EXPECT_EQ(mistake("2026-12-24..2026-12-26.."),
            "\"2026-12-24..2026-12-26..\", character 23: nothing more is expected");
  EXPECT_EQ(mistake("2026-12-24.."),
            "\"2026-12-24..\", character 13: nothing is no date; write 2026-12-24");
}

TEST(ARange, IsADateWhenItBeginsWithADigit) {
  EXPECT_TRUE(std::holds_alternative<DateRange>(parse_range("2026-12-24").value()));
  EXPECT_TRUE(std::holds_alternative<WeekRange>(parse_range("Fri 12:00-24:00").value()));
}

TEST(ARange, SurvivesAnyText) {
  // Every text of up to four characters out of those that the parser looks at.
  const std::string letters = "M0:-.,T ";
  std::vector<std::string> texts{""};
  for (std::size_t i = 0; i < texts.size() && texts[i].size() < 4; ++i) {
    for (const char letter : letters) texts.push_back(texts[i] + letter);
  }
  std::vector<std::string> accepted;
  for (const std::string& text : texts) {
    if (parse_range(text)) accepted.push_back(text);
  }
  EXPECT_THAT(accepted, IsEmpty());
}

}  // namespace
}  // namespace ripcord::deploy
