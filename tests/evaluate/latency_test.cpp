#include "evaluate/latency.hpp"

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

/// p50 above 5 s in the last 20 s, for 20 s; three samples are enough to judge.
constexpr Latency rule{.quantile = 0.5, .above = 5s, .window = 20s, .hold = 20s, .samples_min = 3};

/// Takes one sample that ends every 5 s: `s`low (6 s), at the `l`imit, `f`ast, `t`imed out after
/// 8 s, `r`efused, `u`nknown, ` ` for none.
class Judged {
 public:
  explicit Judged(const std::string& letters, const Latency& by = rule) : judge(by, every_5s) {
    for (const char letter : letters) {
      now = next;
      next += 5s;
      take(letter);
    }
  }

  void take(char letter) {
    if (letter == 's') judge.take(answered(now - 6s, 6s));
    if (letter == 'l') judge.take(answered(now - 5s, 5s));
    if (letter == 'f') judge.take(answered(now - 1s, 1s));
    if (letter == 't') judge.take(test::timed_out(now - 8s, 8s));
    if (letter == 'r') judge.take(test::refused(now));
    if (letter == 'u') judge.take(test::unknown(now));
  }

  [[nodiscard]] Finding finding() const { return judge.finding(now); }
  [[nodiscard]] std::string reason() const { return judge.reason(now); }

  LatencyJudge judge;
  Instant next = Instant{} + 1h;
  Instant now = next;
};

TEST(Latency, HasNoDataUntilEnoughSamplesAreIn) {
  EXPECT_EQ(Judged("").finding(), no_data);
  EXPECT_EQ(Judged("f").finding(), no_data);
  EXPECT_EQ(Judged("ss").finding(), no_data);
  EXPECT_EQ(Judged("fff").finding(), pass);
}

TEST(Latency, PassesAtTheLimitAndIsPendingAboveIt) {
  EXPECT_EQ(Judged("llll").finding(), pass);
  EXPECT_EQ(Judged("sss").finding(), pending(0));
  EXPECT_EQ(Judged("ssss").finding(), pending(0.25));
}

TEST(Latency, TripsWhenItWasAboveForLongEnough) {
  EXPECT_EQ(Judged("ssssss").finding(), pending(0.75));
  EXPECT_EQ(Judged("sssssss").finding(), tripped);
  EXPECT_EQ(Judged("ssssssss").finding(), tripped);
}

TEST(Latency, TripsAtOnceWhenItNeedNotHold) {
  Latency at_once = rule;
  at_once.hold = 0s;
  EXPECT_EQ(Judged("ss", at_once).finding(), no_data);
  EXPECT_EQ(Judged("sss", at_once).finding(), tripped);
}

TEST(Latency, BeginsAnewAfterOneEvaluationThatIsNotAbove) {
  // The window holds four samples: two fast ones bring its p50 down.
  EXPECT_EQ(Judged("sssssff").finding(), pass);
  EXPECT_EQ(Judged("sssssffss").finding(), pass);
  EXPECT_EQ(Judged("sssssffsss").finding(), pending(0));
}

TEST(Latency, RecoversFromATrip) {
  EXPECT_EQ(Judged("sssssssf").finding(), tripped) << "p50 of three slow ones and a fast one";
  EXPECT_EQ(Judged("sssssssff").finding(), pass);
}

TEST(Latency, CountsATimeoutAsAtLeastThat) {
  EXPECT_EQ(Judged("ttttttt").finding(), tripped);
  EXPECT_EQ(Judged("ttt").reason(), "p50 8s over 20s (3 samples), above 5s for 0s of 20s");
}

TEST(Latency, HasNoLatencyOfWhatNobodyAnswered) {
  EXPECT_EQ(Judged("rrrrrrrrr").finding(), no_data);
  EXPECT_EQ(Judged("uuuuuuuuu").finding(), no_data);
  EXPECT_EQ(Judged("ruruff").finding(), no_data) << "two latencies are not three";
}

TEST(Latency, NeverCountsAnUnknownSampleWhateverItsLatency) {
  LatencyJudge judge(rule, every_5s);
  for (int i = 0; i < 20; ++i) {
    Sample odd = test::timed_out(Instant{} + i * 8s, 8s);
    odd.outcome = Outcome::unknown;
    judge.take(odd);
  }
  EXPECT_EQ(judge.finding(Instant{} + 160s), no_data);
}

TEST(Latency, NeitherCountsAGapNorIsResetByIt) {
  EXPECT_EQ(Judged("ssss").finding(), pending(0.25));
  EXPECT_EQ(Judged("ssssu").finding(), pending(0.25));
  EXPECT_EQ(Judged("ssssr").finding(), pending(0.25));
  EXPECT_EQ(Judged("ssssus").finding(), pending(0.25)) << "nothing of the gap counts";
  EXPECT_EQ(Judged("ssssusss").finding(), pending(0.75));
}

TEST(Latency, BeginsAnewAfterAGapThatIsTooLong) {
  // 16 s from the end of one slow probe to the begin of the next; the window still judges.
  Latency wide = rule;
  wide.window = 2min;
  EXPECT_EQ(Judged("sssss   s", wide).finding(), tripped) << "14 s are not too long";
  LatencyJudge judge(wide, every_5s);
  for (const Duration end : {10s, 20s, 30s, 40s}) judge.take(answered(Instant{} + end - 6s, 6s));
  EXPECT_EQ(judge.finding(Instant{} + 40s), pending(0.5));
  judge.take(answered(Instant{} + 55s + 1us, 6s));
  EXPECT_EQ(judge.finding(Instant{} + 61s + 1us), pending(0));
}

TEST(Latency, HasNoDataAgainAfterALongSilence) {
  const Judged judged("sssssss");
  EXPECT_EQ(judged.judge.finding(judged.now + 23s), tripped);
  EXPECT_EQ(judged.judge.finding(judged.now + 23s + 1us), no_data);
}

TEST(Latency, TripsOnHungProbesWhoseTimeoutIsLongerThanTheInterval) {
  const ProbeTiming hangs{.interval = 5s, .retry_interval = 5s, .timeout = 60s, .stale_after = 15s};
  const Latency slow{.quantile = 0.95, .above = 5s, .window = 5min, .hold = 2min, .samples_min = 3};
  LatencyJudge judge(slow, hangs);
  for (int i = 0; i < 4; ++i) judge.take(test::timed_out(Instant{} + i * 1min, 1min));
  EXPECT_EQ(judge.finding(Instant{} + 4min), pending(0.5));
  judge.take(test::timed_out(Instant{} + 4min, 1min));
  EXPECT_EQ(judge.finding(Instant{} + 5min), tripped);
}

TEST(Latency, KeepsEverySampleThatFitsIntoItsWindow) {
  const ProbeTiming quick{.interval = 5s, .retry_interval = 1s, .timeout = 2s, .stale_after = 15s};
  const Latency all{.quantile = 0.01, .above = 5s, .window = 60s, .hold = 0s, .samples_min = 60};
  LatencyJudge judge(all, quick);
  for (int i = 0; i < 60; ++i) judge.take(answered(Instant{} + i * 1s, 1ms));
  EXPECT_EQ(judge.reason(Instant{} + 59s), "p1 1ms over 1m (60 samples), limit 5s");
}

TEST(Latency, ForgetsEverything) {
  Judged judged("sssssss");
  judged.judge.clear();
  EXPECT_EQ(judged.finding(), no_data);
  EXPECT_EQ(judged.judge.bad_since(), std::nullopt);
  EXPECT_EQ(judged.reason(), "no known latency");
}

TEST(Latency, ComesNearerAndArrivesExactlyAtTheTrip) {
  Latency long_hold = rule;
  long_hold.hold = 1h;
  Judged judged("sss", long_hold);
  double before = -1;
  for (int i = 0; i <= 720; ++i) {
    const Finding finding = judged.finding();
    ASSERT_GT(finding.progress, before);
    ASSERT_EQ(finding.progress == 1, finding.state == FindingState::tripped);
    ASSERT_EQ(finding.state == FindingState::tripped, i == 720);
    before = finding.progress;
    judged.now += 5s;
    judged.take('s');
  }
}

TEST(Latency, SaysWhyWithItsNumbers) {
  EXPECT_EQ(Judged("").reason(), "no known latency");
  EXPECT_EQ(Judged("uur").reason(), "no known latency");
  EXPECT_EQ(Judged("ff").reason(), "2 of 3 samples in 20s");
  EXPECT_EQ(Judged("ffff").reason(), "p50 1s over 20s (4 samples), limit 5s");
  EXPECT_EQ(Judged("sssss").reason(), "p50 6s over 20s (4 samples), above 5s for 10s of 20s");
  const Latency issue{
      .quantile = 0.999, .above = 1s, .window = 1min, .hold = 2min, .samples_min = 1};
  EXPECT_EQ(Judged("s", issue).reason(), "p99.9 6s over 1m (1 sample), above 1s for 0s of 2m");
}

TEST(Latency, KnowsWhenTheTroubleBegan) {
  const Judged judged("fffssss");
  EXPECT_EQ(judged.judge.bad_since(), judged.now - 5s) << "when the third slow one was in";
  EXPECT_EQ(Judged("ffff").judge.bad_since(), std::nullopt);
}

}  // namespace
}  // namespace ripcord::evaluate
