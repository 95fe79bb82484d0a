#include "window/hold.hpp"

#include "tests/window/random_histories.hpp"
#include "tests/window/slow_hold.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::window {
namespace {

using namespace std::chrono_literals;
using test::Evaluation;
using test::SlowHold;

constexpr ProbeTiming every_5s{
    .interval = 5s, .retry_interval = 5s, .timeout = 2s, .stale_after = 15s};

/// One evaluation every 5 s: `m`et, `n`ot met, `u`ndecided, `k`ept unchanged, and a space where
/// there is none.
std::vector<Evaluation> evaluations(const std::string& letters) {
  std::vector<Evaluation> made;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letters[i] == ' ') continue;
    const Condition condition = letters[i] == 'm'   ? Condition::met
                                : letters[i] == 'n' ? Condition::not_met
                                : letters[i] == 'k' ? Condition::unchanged
                                                    : Condition::undecided;
    made.push_back({condition, Instant{} + i * 5s, Instant{} + i * 5s});
  }
  return made;
}

Hold after(const std::string& letters) {
  Hold hold(every_5s);
  for (const auto& [condition, from, now] : evaluations(letters))
    hold.observe(condition, from, now);
  return hold;
}

std::optional<Duration> held(const std::string& letters) {
  return after(letters).held(Instant{} + (letters.size() - 1) * 5s);
}

TEST(Hold, CountsTheTimeBetweenEvaluationsThatMetTheCondition) {
  EXPECT_EQ(held("m"), 0s);
  EXPECT_EQ(held("mm"), 5s);
  EXPECT_EQ(held("nmmmm"), 15s);
}

TEST(Hold, EndsWithTheFirstEvaluationThatDoesNotMeetIt) {
  EXPECT_EQ(held("mmmn"), std::nullopt);
  EXPECT_EQ(held("mmmnm"), 0s);
  EXPECT_EQ(held("n"), std::nullopt);
  EXPECT_EQ(held("u"), std::nullopt);
}

TEST(Hold, NeitherCountsAGapNorIsResetByIt) {
  EXPECT_EQ(held("mmu"), 5s) << "as before the gap";
  EXPECT_EQ(held("mmum"), 5s) << "nothing of the gap counts";
  EXPECT_EQ(held("mmumm"), 10s);
  EXPECT_EQ(held("umumu"), 0s);
}

TEST(Hold, BeginsAnewAfterAGapThatIsTooLong) {
  EXPECT_EQ(held("mm  m"), 20s) << "15 s without anything undecided";
  EXPECT_EQ(held("mm   m"), 0s);
  EXPECT_EQ(held("mmuum"), 5s);
  EXPECT_EQ(held("mmuuum"), 0s);
}

TEST(Hold, GoesOnWithoutCountingWhileItIsLeftUnchanged) {
  EXPECT_EQ(held("mmk"), 5s);
  EXPECT_EQ(held("mmkkkkkkkk"), 5s) << "far longer than a gap may be";
  EXPECT_EQ(held("mmkkkkkkkkmm"), 10s);
  EXPECT_EQ(held("mmkn"), std::nullopt);
  EXPECT_EQ(held("k"), std::nullopt) << "nothing begins with it";
  EXPECT_EQ(held("km"), 0s);
  EXPECT_EQ(held("mm   k"), std::nullopt) << "nor goes on behind too long a gap";
  EXPECT_EQ(after("mmkkkkkkkkm").since(), Instant{});
}

TEST(Hold, KnowsWhenItExpires) {
  EXPECT_EQ(after("nmm").last(), Instant{} + 10s);
  EXPECT_EQ(after("nmmk").last(), Instant{} + 15s);
  EXPECT_EQ(after("nmm").expires_at(), Instant{} + 27s + 1us);
  EXPECT_EQ(after("mn").last(), std::nullopt);
  EXPECT_EQ(after("mn").expires_at(), std::nullopt);
}

TEST(Hold, IsOverWhenNothingWasDecidedForTooLong) {
  const Hold hold = after("mmm");
  EXPECT_EQ(hold.held(Instant{} + 27s), 10s);
  EXPECT_EQ(hold.held(Instant{} + 27s + 1us), std::nullopt);
}

TEST(Hold, HasNoGapWhileEveryProbeRunsIntoALongTimeout) {
  Hold hold({.interval = 5s, .retry_interval = 5s, .timeout = 60s, .stale_after = 15s});
  hold.observe(Condition::met, Instant{}, Instant{} + 60s);
  hold.observe(Condition::met, Instant{} + 60s, Instant{} + 120s);
  EXPECT_EQ(hold.held(Instant{} + 120s), 60s);
}

TEST(Hold, KnowsWhenTheConditionWasFirstMet) {
  EXPECT_EQ(after("nmmu").since(), Instant{} + 5s);
  EXPECT_EQ(after("mm   mm").since(), Instant{} + 25s) << "the one behind the gap";
  EXPECT_EQ(after("mn").since(), std::nullopt);
}

TEST(Hold, ForgetsEverything) {
  Hold hold = after("mmu");
  hold.clear();
  EXPECT_EQ(hold.held(Instant{} + 15s), std::nullopt);
  EXPECT_EQ(hold.since(), std::nullopt);
  hold.observe(Condition::met, Instant{} + 15s, Instant{} + 15s);
  hold.observe(Condition::met, Instant{} + 20s, Instant{} + 20s);
  EXPECT_EQ(hold.held(Instant{} + 20s), 5s);
}

Condition condition_of(const Sample& sample) {
  if (sample.outcome == Outcome::unknown) return Condition::undecided;
  if (sample.outcome == Outcome::good) return Condition::not_met;
  return sample.latency_kind == LatencyKind::none ? Condition::unchanged : Condition::met;
}

TEST(Hold, AgreesWithAnOracleOnEveryShortHistory) {
  const std::string letters = "mnuk ";
  for (std::uint32_t code = 0; code < 78'125; ++code) {  // 5^7
    std::string history;
    for (std::uint32_t i = 0, rest = code; i < 7; ++i, rest /= 5) history += letters[rest % 5];
    const SlowHold oracle{.timing = every_5s, .all = evaluations(history)};
    const Hold hold = after(history);
    ASSERT_EQ(hold.held(Instant{} + 30s), oracle.look(Instant{} + 30s).held) << history;
    ASSERT_EQ(hold.since(), oracle.look(Instant{} + 30s).since) << history;
  }
}

TEST(Hold, AgreesWithAnOracleOnRandomHistories) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const ProbeTiming timing = test::random_timing(seed);
    test::RandomHistory history(seed, timing);
    Hold hold(timing);
    SlowHold oracle{.timing = timing, .all = {}};
    for (int i = 0; i < 500; ++i) {
      const Sample taken = history.next();
      const Condition condition = condition_of(taken);
      hold.observe(condition, taken.taken_at, taken.ended_at());
      oracle.all.push_back({condition, taken.taken_at, taken.ended_at()});
      const Instant now = taken.ended_at() + Duration(history.up_to(30));
      const SlowHold::Found found = oracle.look(now);
      ASSERT_EQ(hold.held(now), found.held) << "seed " << seed << ", sample " << i;
      ASSERT_EQ(hold.since(), found.since) << "seed " << seed << ", sample " << i;
      ASSERT_EQ(found.held.has_value(), now < hold.expires_at().value_or(now)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace ripcord::window
