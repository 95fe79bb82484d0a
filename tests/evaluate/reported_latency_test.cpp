#include "evaluate/reported_latency.hpp"

#include "evaluate/trigger.hpp"
#include "tests/evaluate/samples.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

namespace ripcord::evaluate {
namespace {

using namespace std::chrono_literals;
using test::every_5s;
using test::no_data;
using test::pass;
using test::pending;
using test::tripped;

constexpr Latency slow{
    .quantile = 0.95, .above = 2s, .window = 1min, .hold = 20s, .samples_min = 3, .value = 1};

/// Takes what a probe reports every 5 s.
class Reported : public testing::Test {
 protected:
  void take(std::optional<double> seconds, Outcome outcome = Outcome::good) {
    now += 5s;
    Sample sample = test::answered(now, 0s, outcome);
    if (seconds) sample.readings = {{.value = 1, .number = *seconds}};
    judge.take(sample);
  }
  [[nodiscard]] Finding finding() const { return judge.finding(now); }

  Trigger judge{slow, every_5s};
  Instant now = Instant{} + 1h;
};

using AReportedLatency = Reported;

TEST_F(AReportedLatency, IsNoDataUntilTheProbeReportsOne) {
  EXPECT_EQ(finding(), no_data);
  take(std::nullopt);
  EXPECT_EQ(finding(), no_data) << "an answer says nothing of it";
  EXPECT_EQ(judge.reason(now), "no known latency");
}

TEST_F(AReportedLatency, PassesAtItsLimit) {
  take(2.0);
  EXPECT_EQ(finding(), pass);
  EXPECT_EQ(judge.reason(now), "p95 2s over 1m, limit 2s");
}

TEST_F(AReportedLatency, TripsOnceItHasBeenAboveForLongEnough) {
  take(2.5);
  EXPECT_EQ(finding(), pending(0));
  for (int i = 0; i < 3; ++i) take(2.5);
  EXPECT_EQ(finding(), pending(0.75));
  EXPECT_EQ(judge.reason(now), "p95 2.5s over 1m, above 2s for 15s of 20s");
  EXPECT_EQ(judge.time_to_trip(now), 5s);
  take(2.5);
  EXPECT_EQ(finding(), tripped);
  EXPECT_EQ(judge.bad_since(), now - 20s);
}

TEST_F(AReportedLatency, StandsStillWhereNothingIsReportedOrKnown) {
  take(3.0);
  take(3.0);
  take(std::nullopt);
  take(3.0, Outcome::unknown);
  EXPECT_EQ(finding(), pending(0.25)) << "a gap neither counts nor resets";
  for (int i = 0; i < 4; ++i) take(std::nullopt);
  EXPECT_EQ(finding(), no_data);
}

TEST_F(AReportedLatency, TakesAQuantileBeyondTheLastBucket) {
  for (int i = 0; i < 5; ++i) take(std::numeric_limits<double>::infinity());
  EXPECT_EQ(finding(), tripped);
  EXPECT_EQ(judge.bad_since(), now - 20s);
}

TEST_F(AReportedLatency, ForgetsEverything) {
  for (int i = 0; i < 5; ++i) take(3.0);
  judge.clear();
  EXPECT_EQ(finding(), no_data);
  EXPECT_EQ(judge.bad_since(), std::nullopt);
}

TEST_F(AReportedLatency, HasTheRuleThatItWasGiven) {
  EXPECT_EQ(judge.rule(), Rule(slow));
}

TEST(AReportedLatencyDeathTest, WantsAValue) {
  EXPECT_DEATH(ReportedLatencyJudge(Latency(), every_5s), "contract broken: .*has_value");
}

}  // namespace
}  // namespace ripcord::evaluate
