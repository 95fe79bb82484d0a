#include "base/time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr Duration day = std::chrono::days(1);
constexpr Duration century = std::chrono::years(100);

std::string mistake_in(const std::string& text) {
  const Result<Duration> parsed = parse_duration(text);
  if (parsed) return "none: it is " + to_string(*parsed);
  EXPECT_EQ(parsed.error().fault, Fault::malformed);
  return parsed.error().message;
}

struct Written {
  std::string text;
  Duration meant;
};

class ADuration : public testing::TestWithParam<Written> {};

TEST_P(ADuration, IsReadAsItIsMeant) {
  const Result<Duration> parsed = parse_duration(GetParam().text);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(*parsed, GetParam().meant) << to_string(*parsed);
}

INSTANTIATE_TEST_SUITE_P(
    Each, ADuration,
    testing::Values(
        // every unit
        Written{"7us", 7us}, Written{"250ms", 250ms}, Written{"5s", 5s}, Written{"3m", 3min},
        Written{"2h", 2h}, Written{"1d", day},
        // together
        Written{"1m30s", 90s}, Written{"1d2h3m4s5ms6us", day + 2h + 3min + 4s + 5ms + 6us},
        Written{"1h5us", 1h + 5us}, Written{"90s", 90s}, Written{"100m", 100min},
        // fractions, in the last part only
        Written{"1.5s", 1500ms}, Written{"0.1s", 100ms}, Written{"0.000001s", 1us},
        Written{"1.000001s", 1s + 1us}, Written{"1m0.25s", 1min + 250ms}, Written{"0.5d", 12h},
        Written{"1.9999999s", 2s},
        // zero, and as long as it may be
        Written{"0", 0s}, Written{"0s", 0s}, Written{"0d0us", 0s}, Written{"007s", 7s},
        Written{"3155695200s", century}));

TEST(ParseDuration, SaysWhatIsWrongAndHowToWriteIt) {
  EXPECT_EQ(mistake_in("5x"),
            "\"5x\" is not a duration (units are d, h, m, s, ms, us, largest first, each once); "
            "write \"5s\", \"1m30s\" or \"250ms\"");
  EXPECT_THAT(mistake_in(""), HasSubstr("(it is empty)"));
  EXPECT_THAT(mistake_in("s"), HasSubstr("(a number is expected)"));
  EXPECT_THAT(mistake_in("1.5m2s"), HasSubstr("(only the last part may have a fraction)"));
}

TEST(ParseDuration, TakesTheUnitsFromLargeToSmallAndEachOnce) {
  for (const std::string text : {"30s1m", "1ms1s", "1us1ms", "1m1h", "1h1d", "5s5s", "1m1m"}) {
    EXPECT_THAT(mistake_in(text), HasSubstr("largest first, each once")) << text;
  }
}

TEST(ParseDuration, RefusesWhatIsNoDuration) {
  for (const std::string text :
       {"5",    "1.5",  "-5s",      "+5s",    " 5s",  "5s ",   "5 s",  "5S",   "5sec", "5.s",
        "1m5.", ".5s",  "1..5s",    "1.5.5s", "1e3s", "0x10s", "1,5s", "five", "inf",  "nan",
        "infs", "nans", "5\u00b5s", "5ss",    "00",   "m",     ".",    "-0"}) {
    EXPECT_THAT(mistake_in(text), HasSubstr("is not a duration")) << text;
  }
  EXPECT_THAT(mistake_in(std::string("5s\0", 3)), HasSubstr("is not a duration"));
}

TEST(ParseDuration, RefusesWhatIsLongerThanAHundredYears) {
  EXPECT_THAT(mistake_in("3155695201s"), HasSubstr("longer than 100 years"));
  EXPECT_THAT(mistake_in("36525d"), HasSubstr("longer than 100 years"));
  EXPECT_THAT(mistake_in("99999999999999999999999d"), HasSubstr("longer than 100 years"));
  EXPECT_THAT(mistake_in("36524d24h"), HasSubstr("longer than 100 years"));
  EXPECT_THAT(mistake_in(std::string(400, '9') + "s"), HasSubstr("is not a duration"));
}

TEST(ParseDuration, KeepsHostileTextOutOfItsMessage) {
  const std::string message = mistake_in("\x1b[31m\n" + std::string(5000, 'x'));
  EXPECT_LT(message.size(), 300U);
  EXPECT_TRUE(std::ranges::none_of(message, [](char c) { return c == '\x1b' || c == '\n'; }));
}

TEST(ADurationInText, IsExactAndLeavesOutWhatIsZero) {
  EXPECT_EQ(to_string(Duration{}), "0s");
  EXPECT_EQ(to_string(90s), "1m30s");
  EXPECT_EQ(to_string(250ms), "250ms");
  EXPECT_EQ(to_string(day + 1us), "1d1us");
  EXPECT_EQ(to_string(day + 2h + 3min + 4s + 5ms + 6us), "1d2h3m4s5ms6us");
  EXPECT_EQ(to_string(-1500ms), "-1s500ms");
}

TEST(ADurationInText, ReadsBackAsTheSame) {
  constexpr std::uint64_t seed = 20'260'131;
  std::mt19937_64 random(seed);
  for (int i = 0; i < 100'000; ++i) {
    // As many short ones as long ones: any number of bits up to a century's.
    const std::uint64_t any = random() >> (random() % 64);
    const Duration duration(static_cast<std::int64_t>(any % (century.count() + 1)));
    const Result<Duration> parsed = parse_duration(to_string(duration));
    ASSERT_TRUE(parsed.has_value()) << "seed " << seed << ": " << parsed.error().message;
    ASSERT_EQ(*parsed, duration) << "seed " << seed << ": " << to_string(duration);
  }
}

TEST(ADurationForPeople, HasAtMostTwoUnitsAndNoFalsePrecision) {
  const std::vector<std::pair<Duration, std::string>> cases{
      {0us, "0s"},        {7us, "7us"},         {999us, "999us"},       {1ms, "1ms"},
      {1500us, "1.5ms"},  {9949us, "9.9ms"},    {9950us, "10ms"},       {9999us, "10ms"},
      {340ms, "340ms"},   {340'499us, "340ms"}, {999'499us, "999ms"},   {999'500us, "1s"},
      {999'999us, "1s"},  {1s, "1s"},           {2500ms, "2.5s"},       {2549ms, "2.5s"},
      {9949ms, "9.9s"},   {9950ms, "10s"},      {10s, "10s"},           {12'400ms, "12s"},
      {59s, "59s"},       {59'600ms, "1m"},     {65s, "1m 5s"},         {190s, "3m 10s"},
      {2min, "2m"},       {3599s, "59m 59s"},   {3'599'600ms, "1h"},    {12h + 5min, "12h 5m"},
      {12h + 30s, "12h"}, {day, "1d"},          {day + 90min, "1d 1h"}, {400 * day, "400d"},
      {-90s, "-1m 30s"},
  };
  for (const auto& [duration, text] : cases) {
    EXPECT_EQ(for_people(duration), text) << to_string(duration);
  }
}

}  // namespace
}  // namespace ripcord
