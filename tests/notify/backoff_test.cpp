#include "notify/backoff.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace ripcord::notify {
namespace {

using namespace std::chrono_literals;

constexpr Backoff backoff{.first = 1s, .longest = 5min};
constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

TEST(Backoff, DoublesUpToItsLongest) {
  EXPECT_EQ(wait_after(backoff, 1, 0), 500ms);
  EXPECT_EQ(wait_after(backoff, 2, 0), 1s);
  EXPECT_EQ(wait_after(backoff, 5, 0), 8s);
  EXPECT_EQ(wait_after(backoff, 10, 0), 150s);
  EXPECT_EQ(wait_after(backoff, std::numeric_limits<std::uint32_t>::max(), 0), 150s);
}

TEST(Backoff, ScattersBetweenHalfAndWhole) {
  for (const std::uint64_t random : {std::uint64_t{0}, std::uint64_t{7}, most / 3, most}) {
    const Duration wait = wait_after(backoff, 4, random);
    EXPECT_GE(wait, 4s);
    EXPECT_LE(wait, 8s);
  }
  EXPECT_NE(wait_after(backoff, 4, 123'456), wait_after(backoff, 4, 1'234'567));
  EXPECT_EQ(wait_after(backoff, 1, 500'000), 1s);
}

const Instant now = parse_instant("1994-11-06T08:49:00Z").value();

std::optional<Duration> asked(const std::string& value) {
  return retry_after({.status = 429, .headers = {{"Retry-After", value}}, .body = {}}, now);
}

TEST(RetryAfter, ReadsSecondsAndDates) {
  EXPECT_EQ(asked("30"), 30s);
  EXPECT_EQ(asked("0.2"), 1s) << "rounded up";
  EXPECT_EQ(asked("Sun, 06 Nov 1994 08:49:37 GMT"), 37s);
  EXPECT_EQ(asked("Sun, 06 Nov 1994 08:40:00 GMT"), 0s) << "it is over";
}

TEST(RetryAfter, IsNeverLongerThanAnHour) {
  EXPECT_EQ(asked("99999999999999999999"), 1h);
  EXPECT_EQ(asked("Sun, 06 Nov 2094 08:49:37 GMT"), 1h);
}

TEST(RetryAfter, IsNothingWhenNobodyCanReadIt) {
  for (const std::string text :
       {"", "soon", "-1", "nan", "1 s", "06 Nov 1994", "Sun, 06 Nox 1994 08:49:37 GMT"}) {
    EXPECT_EQ(asked(text), std::nullopt) << text;
  }
  EXPECT_EQ(retry_after({}, now), std::nullopt);
}

}  // namespace
}  // namespace ripcord::notify
