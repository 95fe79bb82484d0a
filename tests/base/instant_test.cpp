#include "base/time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Instant at(std::int64_t seconds, Duration more = Duration{}) {
  return Instant{} + std::chrono::seconds(seconds) + more;
}

Instant parsed(const std::string& text) {
  const Result<Instant> instant = parse_instant(text);
  EXPECT_TRUE(instant.has_value()) << text;
  return instant.value_or(Instant{} - 1us);
}

constexpr std::int64_t launch = 1'795'374'192;  // 2026-11-22T19:03:12Z

TEST(AnInstant, IsWrittenAsRfc3339) {
  EXPECT_EQ(to_rfc3339(at(launch)), "2026-11-22T19:03:12Z");
  EXPECT_EQ(to_rfc3339(at(launch, 999'999us)), "2026-11-22T19:03:12Z");
  EXPECT_EQ(to_rfc3339_ms(at(launch)), "2026-11-22T19:03:12.000Z");
  EXPECT_EQ(to_rfc3339_ms(at(launch, 250ms)), "2026-11-22T19:03:12.250Z");
  EXPECT_EQ(to_rfc3339_ms(at(launch, 999'999us)), "2026-11-22T19:03:12.999Z");
  EXPECT_EQ(to_rfc3339(Instant{}), "1970-01-01T00:00:00Z");
}

TEST(AnInstant, BeforeTheEpochIsWrittenRightToo) {
  EXPECT_EQ(to_rfc3339_ms(at(0, -1ms)), "1969-12-31T23:59:59.999Z");
}

TEST(AnInstant, IsReadFromRfc3339) {
  EXPECT_EQ(parsed("2026-11-22T19:03:12Z"), at(launch));
  EXPECT_EQ(parsed("2026-11-22t19:03:12z"), at(launch));
  EXPECT_EQ(parsed("2026-11-22 19:03:12Z"), at(launch));
  EXPECT_EQ(parsed("2026-11-22T19:03:12.25Z"), at(launch, 250ms));
  EXPECT_EQ(parsed("2026-11-22T19:03:12.000001Z"), at(launch, 1us));
  EXPECT_EQ(parsed("2026-11-22T19:03:12.0000019Z"), at(launch, 1us)) << "finer than we are";
}

TEST(AnInstant, IsReadWithAnOffset) {
  EXPECT_EQ(parsed("2026-11-22T20:03:12+01:00"), at(launch));
  EXPECT_EQ(parsed("2026-11-22T14:03:12-05:00"), at(launch));
  EXPECT_EQ(parsed("2026-11-23T00:33:12.5+05:30"), at(launch, 500ms));
  EXPECT_EQ(parsed("2026-11-22T19:03:12-00:00"), at(launch));
}

TEST(AnInstant, IsReadFromSecondsSinceTheEpoch) {
  EXPECT_EQ(parsed("1795374192"), at(launch));
  EXPECT_EQ(parsed("0"), Instant{});
  EXPECT_EQ(parsed("32503679999"), at(32'503'679'999));
}

TEST(AnInstant, KnowsLeapDaysAndLeapSeconds) {
  EXPECT_EQ(parsed("2024-02-29T00:00:00Z") + std::chrono::days(1), parsed("2024-03-01T00:00:00Z"));
  EXPECT_EQ(parsed("2000-02-29T12:00:00Z"), at(951'825'600));
  EXPECT_EQ(parsed("2016-12-31T23:59:60Z"), parsed("2017-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_instant("2026-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_instant("1900-02-29T00:00:00Z"));
}

TEST(AnInstant, IsNotReadFromAnythingElse) {
  for (const std::string text : {"",
                                 "now",
                                 "-1",
                                 "+5",
                                 "1.5",
                                 "12 ",
                                 " 12",
                                 "32503680000",
                                 "99999999999999999999",
                                 "2026-11-22",
                                 "2026-11-22T19:03:12",
                                 "2026-11-22T19:03Z",
                                 "2026-11-22T19:03:12.Z",
                                 "2026-13-22T19:03:12Z",
                                 "2026-00-22T19:03:12Z",
                                 "2026-11-31T19:03:12Z",
                                 "2026-11-00T19:03:12Z",
                                 "2026-11-22T24:03:12Z",
                                 "2026-11-22T19:60:12Z",
                                 "2026-11-22T19:03:61Z",
                                 "2026-11-22T19:03:12+1:00",
                                 "2026-11-22T19:03:12+0100",
                                 "2026-11-22T19:03:12+24:00",
                                 "2026-11-22T19:03:12+01:60",
                                 "2026-11-22T19:03:12*01:00",
                                 "2026-11-22T19:03:12ZZ",
                                 "2026-11-22T19:03:12Z ",
                                 "2026/11/22T19:03:12Z",
                                 "2026-11-22_19:03:12Z",
                                 "2O26-11-22T19:03:12Z",
                                 "2026-11-22T19-03-12Z",
                                 "+026-11-22T19:03:12Z",
                                 "2026-11-22T19:03:12.5"}) {
    const Result<Instant> instant = parse_instant(text);
    ASSERT_FALSE(instant.has_value()) << text;
    EXPECT_EQ(instant.error().fault, Fault::malformed) << text;
    EXPECT_THAT(instant.error().message, HasSubstr("is not a time; write")) << text;
  }
}

TEST(AnInstant, ReadsBackToTheMillisecond) {
  constexpr std::uint64_t seed = 77;
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const Instant instant = Instant{} + std::chrono::milliseconds(random() % 32'503'680'000'000);
    ASSERT_EQ(parsed(to_rfc3339_ms(instant)), instant)
        << "seed " << seed << ": " << to_rfc3339_ms(instant);
  }
}

}  // namespace
}  // namespace ripcord
