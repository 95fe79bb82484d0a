#include "evaluate/error_ratio.hpp"

#include "tests/evaluate/samples.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace ripcord::evaluate {
namespace {

using namespace std::chrono_literals;
using test::every_5s;
using test::no_data;
using test::pass;
using test::pending;
using test::tripped;

constexpr std::uint16_t requests = 4;
constexpr std::uint16_t failures = 7;

/// More than a tenth of at least ten requests in the last minute, for 20 s.
ErrorRatio of_counters() {
  return {.counters = CounterPlaces{.total = requests, .errors = failures},
          .above = 0.10,
          .window = 1min,
          .hold = 20s,
          .samples_min = 10};
}

ErrorRatio of_outcomes() {
  ErrorRatio rule = of_counters();
  rule.counters.reset();
  return rule;
}

Sample scrape(Instant taken_at, double total, double errors) {
  Sample sample = test::answered(taken_at, 0s);
  sample.readings = {{.value = requests, .number = total}, {.value = failures, .number = errors}};
  return sample;
}

/// Reads two counters every 5 s.
class Scraped {
 public:
  explicit Scraped(const ErrorRatio& by = of_counters()) : judge(by, every_5s) { grow(0, 0); }

  void grow(double requests_more, double errors_more) {
    total += requests_more;
    errors += errors_more;
    take(scrape(now + 5s, total, errors));
  }
  void take(const Sample& sample) {
    now = sample.taken_at;
    judge.take(sample);
  }

  [[nodiscard]] Finding finding() const { return judge.finding(now); }
  [[nodiscard]] std::string reason() const { return judge.reason(now); }

  ErrorRatioJudge judge;
  Instant now = Instant{} + 1h;
  double total = 1e6;
  double errors = 1e5;
};

/// One sample every 5 s: `b`ad, `g`ood, `u`nknown, ` ` for none.
Finding finding_of(const std::string& letters, const ErrorRatio& rule = of_outcomes()) {
  ErrorRatioJudge judge(rule, every_5s);
  Instant now = Instant{} + 1h;
  for (const char letter : letters) {
    now += 5s;
    if (letter == 'b') judge.take(test::answered(now, 0s, Outcome::bad));
    if (letter == 'g') judge.take(test::answered(now, 0s));
    if (letter == 'u') judge.take(test::unknown(now));
  }
  return judge.finding(now);
}

TEST(ErrorRatio, PassesAtItsLimitAndIsPendingAboveIt) {
  EXPECT_EQ(finding_of("ggggggggg"), no_data);
  EXPECT_EQ(finding_of("gggggggggg"), pass);
  EXPECT_EQ(finding_of("gggggggggb"), pass) << "1 of 10 is not above 10 %";
  EXPECT_EQ(finding_of("ggggggggbb"), pending(0));
}

TEST(ErrorRatio, TripsWhenItWasAboveForLongEnough) {
  EXPECT_EQ(finding_of("ggggggggbbbbb"), pending(0.75));
  EXPECT_EQ(finding_of("ggggggggbbbbbb"), tripped);
}

TEST(ErrorRatio, HasNoDataWithoutEnoughRequestsAndNeverPasses) {
  Scraped scraped;
  EXPECT_EQ(scraped.finding(), no_data) << "the base says nothing";
  scraped.grow(9, 9);
  EXPECT_EQ(scraped.finding(), no_data) << "all of nine are errors";
  scraped.grow(1, 1);
  EXPECT_EQ(scraped.finding(), pending(0));
}

TEST(ErrorRatio, HasNoDataWithoutTraffic) {
  Scraped scraped;
  scraped.grow(100, 0);
  EXPECT_EQ(scraped.finding(), pass);
  for (int i = 0; i < 12; ++i) scraped.grow(0, 0);
  EXPECT_EQ(scraped.finding(), no_data);
  EXPECT_EQ(scraped.reason(), "0 of 10 requests in 1m");
}

TEST(ErrorRatio, CannotPassWithoutARequestWhateverTheMinimum) {
  ErrorRatio rule = of_counters();
  rule.samples_min = 0;
  Scraped scraped(rule);
  scraped.grow(0, 0);
  EXPECT_EQ(scraped.finding(), no_data);
}

TEST(ErrorRatio, CountsFromZeroAfterTheProcessRestarted) {
  Scraped scraped;
  scraped.grow(100, 0);
  scraped.total = scraped.errors = 0;
  scraped.grow(50, 20);
  EXPECT_EQ(scraped.reason(), "errors 13.3 % (20 of 150) over 1m, above 10 % for 0s of 20s");
}

TEST(ErrorRatio, PassesOverWhatCannotBeACounter) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Scraped scraped;
  scraped.grow(100, 50);
  const Finding before = scraped.finding();
  for (const double odd : {-1.0, infinity, std::nan("")}) {
    scraped.take(scrape(scraped.now, odd, 1e5));
    scraped.take(scrape(scraped.now, 1e6, odd));
    EXPECT_EQ(scraped.finding(), before);
  }
  Sample lonely = scrape(scraped.now, 2e6, 0);
  lonely.readings.pop_back();
  scraped.take(lonely);
  EXPECT_EQ(scraped.finding(), before);
}

TEST(ErrorRatio, NeitherCountsAGapNorIsResetByIt) {
  EXPECT_EQ(finding_of("ggggggggbbb"), pending(0.25));
  EXPECT_EQ(finding_of("ggggggggbbbu"), pending(0.25));
  EXPECT_EQ(finding_of("ggggggggbbbub"), pending(0.25)) << "nothing of the gap counts";
  EXPECT_EQ(finding_of("ggggggggbbbubbbb"), tripped);
}

TEST(ErrorRatio, BeginsAnewAfterAGapThatIsTooLong) {
  ErrorRatio wide = of_outcomes();
  wide.window = 2min;
  EXPECT_EQ(finding_of("ggggggggbbbuub", wide), pending(0.25)) << "exactly stale_after";
  EXPECT_EQ(finding_of("ggggggggbbbuuub", wide), pending(0));
}

TEST(ErrorRatio, HasNoDataAgainAfterALongSilence) {
  Scraped scraped;
  for (int i = 0; i < 8; ++i) scraped.grow(100, 50);
  EXPECT_EQ(scraped.judge.finding(scraped.now + 23s), tripped);
  EXPECT_EQ(scraped.judge.finding(scraped.now + 23s + 1us), no_data);
}

TEST(ErrorRatio, NeverLooksAtAnUnknownSample) {
  Scraped scraped;
  for (int i = 0; i < 20; ++i) {
    Sample odd = scrape(scraped.now + 5s, i * 100.0, i * 100.0);
    odd.outcome = Outcome::unknown;
    scraped.take(odd);
  }
  EXPECT_EQ(scraped.finding(), no_data);
  EXPECT_EQ(finding_of("uuuuuuuuuuuuuuuuuu"), no_data);
}

TEST(ErrorRatio, ForgetsEverythingAndSetsANewBase) {
  Scraped scraped;
  for (int i = 0; i < 8; ++i) scraped.grow(100, 50);
  scraped.judge.clear();
  EXPECT_EQ(scraped.finding(), no_data);
  EXPECT_EQ(scraped.judge.bad_since(), std::nullopt);
  scraped.grow(100, 100);
  EXPECT_EQ(scraped.finding(), no_data) << "what grew before the epoch is not known apart";
  scraped.grow(100, 0);
  EXPECT_EQ(scraped.finding(), pass);
}

TEST(ErrorRatio, SaysWhyWithItsNumbers) {
  ErrorRatio rule = of_counters();
  rule.hold = 5min;
  Scraped scraped(rule);
  EXPECT_EQ(scraped.reason(), "no known error ratio");
  scraped.grow(4, 4);
  EXPECT_EQ(scraped.reason(), "4 of 10 requests in 1m");
  scraped.grow(96, 0);
  EXPECT_EQ(scraped.reason(), "errors 4.0 % (4 of 100) over 1m, limit 10 %");
  scraped.grow(400, 67);
  for (int i = 0; i < 4; ++i) scraped.grow(0, 0);
  EXPECT_EQ(scraped.reason(), "errors 14.2 % (71 of 500) over 1m, above 10 % for 20s of 5m");
}

TEST(ErrorRatio, SaysHowLongItTakesToTrip) {
  Scraped scraped;
  EXPECT_EQ(scraped.judge.time_to_trip(scraped.now), std::nullopt);
  scraped.grow(100, 50);
  EXPECT_EQ(scraped.judge.time_to_trip(scraped.now), 20s);
  scraped.grow(100, 50);
  EXPECT_EQ(scraped.judge.time_to_trip(scraped.now + 1s), 14s);
  for (int i = 0; i < 3; ++i) scraped.grow(100, 50);
  EXPECT_EQ(scraped.judge.time_to_trip(scraped.now), 0s);
}

TEST(ErrorRatio, KnowsWhenTheTroubleBegan) {
  Scraped scraped;
  scraped.grow(100, 0);
  scraped.grow(100, 50);
  const Instant began = scraped.now;
  scraped.grow(100, 50);
  EXPECT_EQ(scraped.judge.bad_since(), began);
}

}  // namespace
}  // namespace ripcord::evaluate
