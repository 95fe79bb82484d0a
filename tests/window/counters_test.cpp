#include "window/counters.hpp"

#include "tests/window/random_histories.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace ripcord::window {
namespace {

using namespace std::chrono_literals;

constexpr ProbeTiming every_5s{
    .interval = 5s, .retry_interval = 5s, .timeout = 2s, .stale_after = 15s};

Sample scrape(Instant taken_at) {
  Sample sample;
  sample.taken_at = taken_at;
  sample.outcome = Outcome::good;
  return sample;
}

/// Reads every 5 s.
class Read {
 public:
  std::optional<Counters::Pair> operator()(double part, double whole, Duration later = 5s) {
    now_ += later;
    return counters.take(scrape(now_), {.part = part, .whole = whole});
  }

  Counters counters{every_5s};

 private:
  Instant now_;
};

void expect_growth(const std::optional<Counters::Pair>& growth, double part, double whole) {
  ASSERT_TRUE(growth.has_value());
  EXPECT_EQ(growth->part, part);
  EXPECT_EQ(growth->whole, whole);
}

TEST(Counters, KnowNothingOfWhatWasBeforeTheFirstReading) {
  Read read;
  EXPECT_FALSE(read(100, 1000).has_value());
  expect_growth(read(101, 1010), 1, 10);
  expect_growth(read(101, 1010), 0, 0);
}

TEST(Counters, GrowFromZeroAfterTheyWereSetBack) {
  Read read;
  (void)read(100, 1000);
  expect_growth(read(2, 30), 2, 30);
  expect_growth(read(3, 40), 1, 10);
}

TEST(Counters, AreSetBackTogether) {
  Read read;
  (void)read(2, 1000);
  expect_growth(read(5, 30), 5, 30);
  expect_growth(read(1, 90), 1, 90);
}

TEST(Counters, OnlySetTheBaseAfterALongGap) {
  Read read;
  (void)read(0, 0);
  expect_growth(read(1, 10, 15s), 1, 10);
  EXPECT_FALSE(read(900, 1000, 15s + 1us).has_value());
  expect_growth(read(901, 1001), 1, 1);
}

TEST(Counters, OnlySetTheBaseInANewEpoch) {
  Read read;
  (void)read(0, 0);
  read.counters.clear();
  EXPECT_FALSE(read(900, 1000).has_value());
}

/// Two true counters of a process that restarts, and readings of them in random histories: what
/// the counters say must be what happened since the reading before or since the restart.
TEST(Counters, AgreeWithAnOracleOnRandomHistories) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const ProbeTiming timing = test::random_timing(seed);
    test::RandomHistory history(seed, timing);
    Counters counters(timing);
    std::vector<Counters::Pair> readings;
    Counters::Pair truth;
    std::optional<Instant> read_until;
    for (int i = 0; i < 500; ++i) {
      const Sample sample = history.next();
      if (history.up_to(20) == 0) truth = {};
      const auto part = static_cast<double>(history.up_to(3));
      truth.part += part;
      truth.whole += part + static_cast<double>(history.up_to(3));
      if (sample.outcome == Outcome::unknown) continue;
      const auto growth = counters.take(sample, truth);
      const bool joined = read_until && sample.taken_at - *read_until <= timing.stale_after;
      read_until = sample.ended_at();
      readings.push_back(truth);
      ASSERT_EQ(growth.has_value(), joined) << "seed " << seed << ", sample " << i;
      if (!joined) continue;
      const Counters::Pair before = readings[readings.size() - 2];
      const bool fell = truth.part < before.part || truth.whole < before.whole;
      ASSERT_EQ(growth->part, fell ? truth.part : truth.part - before.part) << "seed " << seed;
      ASSERT_EQ(growth->whole, fell ? truth.whole : truth.whole - before.whole) << "seed " << seed;
      ASSERT_GE(growth->part, 0);
      ASSERT_GE(growth->whole, 0);
    }
  }
}

}  // namespace
}  // namespace ripcord::window
