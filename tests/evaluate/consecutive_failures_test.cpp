#include "evaluate/consecutive_failures.hpp"

#include "tests/evaluate/samples.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace ripcord::evaluate {
namespace {

using namespace std::chrono_literals;
using test::answered;
using test::every_5s;
using test::no_data;
using test::pass;
using test::pending;
using test::tripped;

/// Three failures trip it. Takes one sample every 5 s: `b`ad, `g`ood, `u`nknown, ` ` for none.
class Judged {
 public:
  explicit Judged(const std::string& letters, ProbeTiming timing = every_5s)
      : judge({.failures = 3}, timing) {
    for (const char letter : letters) {
      now = next;
      next += 5s;
      if (letter == 'b') judge.take(answered(now, 0s, Outcome::bad));
      if (letter == 'g') judge.take(answered(now, 0s));
      if (letter == 'u') judge.take(test::unknown(now));
    }
  }

  [[nodiscard]] Finding finding() const { return judge.finding(now); }
  [[nodiscard]] std::string reason() const { return judge.reason(now); }

  ConsecutiveFailuresJudge judge;
  Instant next;
  Instant now;
};

TEST(ConsecutiveFailures, TripsAtItsLimitAndNotBelow) {
  EXPECT_EQ(Judged("g").finding(), pass);
  EXPECT_EQ(Judged("gb").finding(), pending(1.0 / 3));
  EXPECT_EQ(Judged("gbb").finding(), pending(2.0 / 3));
  EXPECT_EQ(Judged("gbbb").finding(), tripped);
  EXPECT_EQ(Judged("gbbbb").finding(), tripped) << "and stays so above it";
}

TEST(ConsecutiveFailures, HasNoDataBeforeAnythingIsKnown) {
  EXPECT_EQ(Judged("").finding(), no_data);
  EXPECT_EQ(Judged("uuuu").finding(), no_data) << "a broken probe never trips it";
}

TEST(ConsecutiveFailures, NeitherAdvancesNorResetsOnUnknownSamples) {
  EXPECT_EQ(Judged("bbuu").finding(), pending(2.0 / 3));
  EXPECT_EQ(Judged("bbuub").finding(), tripped);
  EXPECT_EQ(Judged("gu").finding(), pass);
}

TEST(ConsecutiveFailures, SurvivesAShortGapAndForgetsOverALongOne) {
  EXPECT_EQ(Judged("bb  b").finding(), tripped) << "exactly stale_after";
  EXPECT_EQ(Judged("bb   b").finding(), pending(1.0 / 3));
  EXPECT_EQ(Judged("bbuuub").finding(), pending(1.0 / 3)) << "unknown samples are a gap";
}

TEST(ConsecutiveFailures, HasNoDataAgainAfterALongSilence) {
  const Judged judged("bbb");
  EXPECT_EQ(judged.judge.finding(judged.now + 23s), tripped);
  EXPECT_EQ(judged.judge.finding(judged.now + 23s + 1us), no_data);
  EXPECT_EQ(Judged("bbbuuuuu").finding(), no_data) << "25 s of unknown samples";
}

TEST(ConsecutiveFailures, RecoversWithOneGoodSample) {
  EXPECT_EQ(Judged("bbbg").finding(), pass);
  EXPECT_EQ(Judged("bbbgb").finding(), pending(1.0 / 3));
}

TEST(ConsecutiveFailures, CountsHungProbesWhoseTimeoutIsLongerThanTheInterval) {
  const ProbeTiming hangs{.interval = 5s, .retry_interval = 5s, .timeout = 60s, .stale_after = 15s};
  ConsecutiveFailuresJudge judge({.failures = 3}, hangs);
  for (const Duration begun : {0s, 60s, 120s}) {
    judge.take(test::timed_out(Instant{} + begun, 60s));
  }
  EXPECT_EQ(judge.finding(Instant{} + 180s), tripped);
}

TEST(ConsecutiveFailures, TripsAtOnceWhenOneFailureIsTheLimit) {
  ConsecutiveFailuresJudge judge({.failures = 1}, every_5s);
  judge.take(test::refused(Instant{}));
  EXPECT_EQ(judge.finding(Instant{}), tripped);
}

TEST(ConsecutiveFailures, ForgetsEverything) {
  Judged judged("bb");
  judged.judge.clear();
  EXPECT_EQ(judged.finding(), no_data);
  EXPECT_EQ(judged.judge.bad_since(), std::nullopt);
  judged.judge.take(answered(judged.next, 0s, Outcome::bad));
  EXPECT_EQ(judged.judge.finding(judged.next), pending(1.0 / 3));
}

TEST(ConsecutiveFailures, ComesNearerWithEveryFailureAndArrivesExactlyAtTheTrip) {
  ConsecutiveFailuresJudge judge({.failures = 1000}, every_5s);
  double before = 0;
  for (int i = 1; i <= 1000; ++i) {
    const Instant now = Instant{} + i * 5s;
    judge.take(test::refused(now));
    const Finding finding = judge.finding(now);
    ASSERT_GT(finding.progress, before);
    ASSERT_EQ(finding.progress == 1, finding.state == FindingState::tripped);
    ASSERT_EQ(finding.state == FindingState::tripped, i == 1000);
    before = finding.progress;
  }
}

TEST(ConsecutiveFailures, SaysWhyWithItsNumbers) {
  EXPECT_EQ(Judged("").reason(), "no known sample");
  EXPECT_EQ(Judged("uu").reason(), "no known sample");
  EXPECT_EQ(Judged("bg").reason(), "the last known sample is good");
  EXPECT_EQ(Judged("gb").reason(), "1 of 3 failures in a row: status 500, expected 200-299");
  EXPECT_EQ(Judged("bbb").reason(), "3 of 3 failures in a row: status 500, expected 200-299");
  EXPECT_EQ(Judged("bbbb").reason(), "4 of 3 failures in a row: status 500, expected 200-299");
}

TEST(ConsecutiveFailures, GivesTheReasonOfTheLastFailure) {
  Judged judged("bb");
  judged.judge.take(test::refused(judged.next));
  judged.judge.take(test::unknown(judged.next + 5s));
  EXPECT_EQ(judged.judge.reason(judged.next + 5s), "3 of 3 failures in a row: connection refused");
}

TEST(ConsecutiveFailures, KnowsWhenTheTroubleBegan) {
  EXPECT_EQ(Judged("gbbb").judge.bad_since(), Instant{} + 5s);
  EXPECT_EQ(Judged("bbbg").judge.bad_since(), std::nullopt);
}

}  // namespace
}  // namespace ripcord::evaluate
