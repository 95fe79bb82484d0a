#include "evaluate/occurrences.hpp"

#include "tests/evaluate/samples.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace ripcord::evaluate {
namespace {

using namespace std::chrono_literals;
using test::every_5s;
using test::no_data;
using test::pass;
using test::pending;
using test::tripped;

constexpr Instant noon = Instant{} + 12h;

/// More than three restarts in ten minutes.
Occurrences restarts() {
  return {.kind = 5, .what = "restarts", .more_than = 3, .within = 10min};
}

Occurrence restart(Duration after_noon, std::uint32_t count = 1) {
  return {.at = noon + after_noon, .kind = 5, .count = count, .note = "exit code 137"};
}

OccurrencesJudge judge_of(const std::vector<Duration>& after_noon,
                          const Occurrences& rule = restarts()) {
  OccurrencesJudge judge(rule, every_5s);
  judge.take(test::answered(noon, 0s));
  for (const Duration later : after_noon) judge.take(restart(later));
  return judge;
}

TEST(Occurrences, PassAtTheirLimitAndTripAboveIt) {
  EXPECT_EQ(judge_of({}).finding(noon), pass);
  EXPECT_EQ(judge_of({1s}).finding(noon + 1s), pending(0.25));
  EXPECT_EQ(judge_of({1s, 2s, 3s}).finding(noon + 3s), pending(0.75));
  EXPECT_EQ(judge_of({1s, 2s, 3s, 4s}).finding(noon + 4s), tripped);
  EXPECT_EQ(judge_of({1s, 2s, 3s, 4s, 5s}).finding(noon + 5s), tripped);
}

TEST(Occurrences, AgeOutToTheInstant) {
  const OccurrencesJudge judge = judge_of({0s, 1min, 2min, 3min});
  EXPECT_EQ(judge.finding(noon + 10min - 1us), tripped);
  EXPECT_EQ(judge.finding(noon + 10min), pending(0.75));
  EXPECT_EQ(judge.finding(noon + 13min - 1us), pending(0.25));
  EXPECT_EQ(judge.finding(noon + 13min), no_data) << "and no sample has come since";
}

TEST(Occurrences, AreOfTheirKindOnly) {
  OccurrencesJudge judge = judge_of({});
  Occurrence other = restart(1s, 10);
  other.kind = 4;
  judge.take(other);
  judge.take(restart(1s, 0));
  EXPECT_EQ(judge.finding(noon + 1s), pass);
}

TEST(Occurrences, CountEachOneOfACrowd) {
  OccurrencesJudge judge = judge_of({});
  judge.take(restart(1s, 3));
  EXPECT_EQ(judge.finding(noon + 1s), pending(0.75));
  judge.take(restart(2s, 1000));
  EXPECT_EQ(judge.finding(noon + 2s), tripped);
}

TEST(Occurrences, HaveNoDataWhileTheProbeIsAway) {
  OccurrencesJudge judge(restarts(), every_5s);
  EXPECT_EQ(judge.finding(noon), no_data);
  judge.take(test::unknown(noon));
  EXPECT_EQ(judge.finding(noon), no_data) << "the engine is away";
  judge.take(test::answered(noon + 5s, 0s, Outcome::bad));
  EXPECT_EQ(judge.finding(noon + 5s), pass) << "the container is down, and did not restart";
  EXPECT_EQ(judge.finding(noon + 28s + 1us), no_data);
}

TEST(Occurrences, StillCountWhileTheProbeIsAway) {
  EXPECT_EQ(judge_of({1s, 2s, 3s, 4s}).finding(noon + 9min), tripped);
  EXPECT_EQ(judge_of({1s}).finding(noon + 9min), pending(0.25));
}

TEST(Occurrences, OfPeopleNeedNoProbe) {
  Occurrences complaints = restarts();
  complaints.needs_samples = false;
  OccurrencesJudge judge(complaints, every_5s);
  EXPECT_EQ(judge.finding(noon), pass);
  EXPECT_EQ(judge.next_change(noon), std::nullopt);
  judge.take(restart(0s, 4));
  EXPECT_EQ(judge.finding(noon), tripped);
  EXPECT_EQ(judge.finding(noon + 10min), pass);
}

TEST(Occurrences, TripByASecondLongerTimeAsWell) {
  // Each life lasts 210 s: never four restarts in ten minutes.
  Occurrences both = restarts();
  both.more_than_long = 8;
  both.within_long = 1h;
  OccurrencesJudge slow = judge_of({}, both);
  OccurrencesJudge without = judge_of({});
  for (int life = 1; life <= 9; ++life) {
    EXPECT_NE(slow.finding(noon + life * 210s), tripped);
    slow.take(restart(life * 210s));
    without.take(restart(life * 210s));
    EXPECT_NE(without.finding(noon + life * 210s), tripped);
  }
  EXPECT_EQ(slow.finding(noon + 9 * 210s), tripped);
  EXPECT_EQ(slow.reason(noon + 9 * 210s), "more than 8 restarts within 1h: exit code 137");
  EXPECT_EQ(slow.bad_since(), noon + 210s);
}

TEST(Occurrences, AreAsNearToTheirTripAsTheNearerPair) {
  Occurrences both = restarts();
  both.more_than_long = 9;
  both.within_long = 1h;
  const OccurrencesJudge judge = judge_of({0s, 1min, 2min}, both);
  EXPECT_EQ(judge.finding(noon + 2min), pending(0.75));
  EXPECT_EQ(judge.finding(noon + 12min), pending(0.3));
}

TEST(Occurrences, ForgetEverything) {
  Occurrences both = restarts();
  both.within_long = 1h;
  OccurrencesJudge judge = judge_of({1s, 2s, 3s, 4s}, both);
  judge.clear();
  EXPECT_EQ(judge.finding(noon + 4s), no_data);
  EXPECT_EQ(judge.bad_since(), std::nullopt);
  judge.take(test::answered(noon + 5s, 0s));
  EXPECT_EQ(judge.finding(noon + 5s), pass);
}

TEST(Occurrences, SayWhyWithTheirNumbers) {
  EXPECT_EQ(OccurrencesJudge(restarts(), every_5s).reason(noon), "no known restarts");
  EXPECT_EQ(judge_of({}).reason(noon), "0 restarts within 10m, limit 3");
  EXPECT_EQ(judge_of({1s, 2s}).reason(noon + 2s), "2 restarts within 10m, limit 3: exit code 137");
  EXPECT_EQ(judge_of({1s, 2s, 3s, 4s, 5s}).reason(noon + 5s),
            "more than 3 restarts within 10m: exit code 137");
}

TEST(Occurrences, KnowWhenTheTroubleBegan) {
  EXPECT_EQ(judge_of({}).bad_since(), std::nullopt);
  EXPECT_EQ(judge_of({1s, 2s}).bad_since(), noon + 1s);
  EXPECT_EQ(judge_of({0s, 11min, 12min}).bad_since(), noon + 11min);
}

TEST(Occurrences, DoNotTripWhenNoMoreOfThemCome) {
  EXPECT_EQ(judge_of({1s, 2s, 3s}).time_to_trip(noon + 3s), std::nullopt);
  EXPECT_EQ(judge_of({1s, 2s, 3s, 4s}).time_to_trip(noon + 4s), 0s);
}

TEST(Occurrences, ChangeByTimeAloneWhenOneAgesOutOrTheProbeGoesAway) {
  const OccurrencesJudge judge = judge_of({0s, 1min});
  EXPECT_EQ(judge.next_change(noon + 1s), noon + 23s + 1us) << "the probe";
  EXPECT_EQ(judge.next_change(noon + 1min), noon + 10min);
  EXPECT_EQ(judge.next_change(noon + 10min), noon + 11min);
  EXPECT_EQ(judge.next_change(noon + 11min), std::nullopt);
}

}  // namespace
}  // namespace ripcord::evaluate
