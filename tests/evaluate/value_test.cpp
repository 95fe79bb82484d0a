#include "evaluate/value.hpp"

#include "tests/evaluate/samples.hpp"

#include <gtest/gtest.h>

#include <cmath>
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

constexpr double absent = -1e9;
constexpr double infinity = std::numeric_limits<double>::infinity();

Value memory(Bound bound = Bound::above) {
  return {.value = 2, .what = "memory", .bound = bound, .limit = 0.9, .hold = 20s};
}

Sample sample_of(Instant at, double number, Outcome outcome = Outcome::good) {
  Sample sample = test::answered(at, 0s, outcome);
  if (number != absent) sample.readings = {{.value = 2, .number = number}};
  return sample;
}

/// Takes one number every 5 s.
class Judged {
 public:
  explicit Judged(std::initializer_list<double> numbers, const Value& rule = memory())
      : judge(rule, every_5s) {
    for (const double number : numbers) {
      now += 5s;
      judge.take(sample_of(now, number));
    }
  }

  [[nodiscard]] Finding finding() const { return judge.finding(now); }
  [[nodiscard]] std::string reason() const { return judge.reason(now); }

  ValueJudge judge;
  Instant now = Instant{} + 1h;
};

TEST(Value, PassesAtItsLimitOnBothSides) {
  EXPECT_EQ(Judged({0.9}).finding(), pass);
  EXPECT_EQ(Judged({0.9}, memory(Bound::below)).finding(), pass);
  EXPECT_EQ(Judged({0.91}).finding(), pending(0));
  EXPECT_EQ(Judged({0.91}, memory(Bound::below)).finding(), pass);
  EXPECT_EQ(Judged({0.89}, memory(Bound::below)).finding(), pending(0));
}

TEST(Value, TripsWhenItWasBeyondForLongEnough) {
  EXPECT_EQ(Judged({1, 1, 1, 1}).finding(), pending(0.75));
  EXPECT_EQ(Judged({1, 1, 1, 1, 1}).finding(), tripped);
  EXPECT_EQ(Judged({1, 1, 1, 1, 0.5, 1}).finding(), pending(0));
  EXPECT_EQ(Judged({infinity, infinity, infinity, infinity, infinity}).finding(), tripped);
}

TEST(Value, TripsAtOnceWhenItNeedNotHold) {
  Value at_once = memory();
  at_once.hold = 0s;
  EXPECT_EQ(Judged({0.5}, at_once).finding(), pass);
  EXPECT_EQ(Judged({0.91}, at_once).finding(), tripped);
}

TEST(Value, HasAGapWhereTheValueIsAbsent) {
  EXPECT_EQ(Judged({absent, absent}).finding(), no_data);
  EXPECT_EQ(Judged({std::nan("")}).finding(), no_data);
  EXPECT_EQ(Judged({1, 1, absent}).finding(), pending(0.25));
  EXPECT_EQ(Judged({1, 1, absent, 1}).finding(), pending(0.25));
  EXPECT_EQ(Judged({1, 1, absent, absent, absent, 1}).finding(), pending(0));
  EXPECT_EQ(Judged({0.5, absent, absent, absent, absent, absent}).finding(), no_data);
}

TEST(Value, LooksAtABadSampleButNotAtAnUnknownOne) {
  ValueJudge judge(memory(), every_5s);
  judge.take(sample_of(Instant{}, 1, Outcome::unknown));
  EXPECT_EQ(judge.finding(Instant{}), no_data);
  judge.take(sample_of(Instant{} + 5s, 1, Outcome::bad));
  EXPECT_EQ(judge.finding(Instant{} + 5s), pending(0));
}

TEST(Value, ForgetsEverything) {
  Judged judged({1, 1, 1, 1, 1});
  judged.judge.clear();
  EXPECT_EQ(judged.finding(), no_data);
  EXPECT_EQ(judged.judge.bad_since(), std::nullopt);
}

TEST(Value, SaysWhyWithItsNumbers) {
  EXPECT_EQ(Judged({}).reason(), "no known memory");
  EXPECT_EQ(Judged({0.45}).reason(), "memory 0.45, limit 0.9");
  EXPECT_EQ(Judged({1, 0.93}).reason(), "memory 0.93, above 0.9 for 5s of 20s");
  EXPECT_EQ(Judged({0.1}, memory(Bound::below)).reason(), "memory 0.1, below 0.9 for 0s of 20s");
}

TEST(Value, KnowsWhenItBeganAndHowLongItTakesToTrip) {
  const Judged judged({0.1, 1, 1});
  EXPECT_EQ(judged.judge.bad_since(), judged.now - 5s);
  EXPECT_EQ(judged.judge.time_to_trip(judged.now + 1s), 14s);
  EXPECT_EQ(Judged({0.1}).judge.time_to_trip(judged.now), std::nullopt);
}

}  // namespace
}  // namespace ripcord::evaluate
