#include "window/streak.hpp"

#include "tests/window/random_histories.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::window {
namespace {

using namespace std::chrono_literals;

constexpr ProbeTiming every_5s{
    .interval = 5s, .retry_interval = 5s, .timeout = 2s, .stale_after = 15s};

Sample sample(Outcome outcome, Instant taken_at, Duration latency = 0s) {
  Sample sample;
  sample.taken_at = taken_at;
  sample.latency = latency;
  sample.outcome = outcome;
  return sample;
}

Outcome outcome_of(char letter) {
  return letter == 'b' ? Outcome::bad : letter == 'g' ? Outcome::good : Outcome::unknown;
}

/// Takes one sample every 5 s, `b`ad, `g`ood or `u`nknown, and a space where none is taken.
Streak after(const std::string& letters) {
  Streak streak(every_5s);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letters[i] == ' ') continue;
    streak.take(sample(outcome_of(letters[i]), Instant{} + i * 5s));
  }
  return streak;
}

std::uint32_t length(const std::string& letters) {
  return after(letters).length(Instant{} + (letters.size() - 1) * 5s);
}

TEST(Streak, CountsTheBadSamplesSinceTheLastGoodOne) {
  EXPECT_EQ(length("b"), 1U);
  EXPECT_EQ(length("gbbb"), 3U);
  EXPECT_EQ(length("bbbg"), 0U);
  EXPECT_EQ(length("bbgbb"), 2U);
}

TEST(Streak, PassesOverUnknownSamples) {
  EXPECT_EQ(length("u"), 0U);
  EXPECT_EQ(length("bub"), 2U);
  EXPECT_EQ(length("ubuubu"), 2U);
  EXPECT_EQ(length("gu"), 0U);
}

TEST(Streak, BeginsAnewAfterAGapButNotWithin) {
  EXPECT_EQ(length("bb  b"), 3U) << "15 s is not longer than 15 s";
  EXPECT_EQ(length("bb   b"), 1U);
  EXPECT_EQ(length("bbuuub"), 1U) << "unknown samples are no knowledge";
}

TEST(Streak, MeasuresAGapFromTheEndOfAProbe) {
  Streak streak(every_5s);
  streak.take(sample(Outcome::bad, Instant{}, 60s));
  streak.take(sample(Outcome::bad, Instant{} + 75s, 60s));
  EXPECT_EQ(streak.length(Instant{} + 135s), 2U);
  streak.take(sample(Outcome::bad, Instant{} + 150s + 1us));
  EXPECT_EQ(streak.length(Instant{} + 151s), 1U);
}

TEST(Streak, KnowsNothingAnyMoreWhenEvenAProbeUnderWayWouldComeTooLate) {
  const Streak streak = after("bb");
  EXPECT_EQ(streak.length(Instant{} + 22s), 2U);
  EXPECT_FALSE(streak.is_stale(Instant{} + 22s));
  EXPECT_EQ(streak.length(Instant{} + 22s + 1us), 0U);
  EXPECT_TRUE(streak.is_stale(Instant{} + 22s + 1us));
}

TEST(Streak, IsStaleBeforeItsFirstKnownSample) {
  EXPECT_TRUE(after("").is_stale(Instant{}));
  EXPECT_TRUE(after("uu").is_stale(Instant{} + 5s));
  EXPECT_FALSE(after("ug").is_stale(Instant{} + 5s));
}

TEST(Streak, KnowsWhenItBegan) {
  EXPECT_EQ(after("gbbb").since(), Instant{} + 5s);
  EXPECT_EQ(after("bb   bb").since(), Instant{} + 25s) << "the one behind the gap";
  EXPECT_EQ(after("bbg").since(), std::nullopt);
  EXPECT_EQ(after("").since(), std::nullopt);
}

TEST(Streak, ForgetsEverything) {
  Streak streak = after("bbb");
  streak.clear();
  EXPECT_EQ(streak.length(Instant{} + 10s), 0U);
  EXPECT_TRUE(streak.is_stale(Instant{} + 10s));
  EXPECT_EQ(streak.since(), std::nullopt);
  streak.take(sample(Outcome::bad, Instant{} + 15s));
  EXPECT_EQ(streak.length(Instant{} + 15s), 1U);
}

/// The same said again in a slow and simple way, over everything that was ever seen.
struct Oracle {
  ProbeTiming timing;
  std::vector<Sample> known;  ///< good or bad, oldest first

  [[nodiscard]] bool is_stale(Instant now) const {
    return known.empty() || now - known.back().ended_at() > timing.stale_after + timing.timeout;
  }
  /// The first sample of the streak; the end when there is none.
  [[nodiscard]] std::vector<Sample>::const_iterator first() const {
    auto first = known.end();
    while (first != known.begin() && std::prev(first)->outcome == Outcome::bad) {
      const bool joins = first == known.end() ||
                         first->taken_at - std::prev(first)->ended_at() <= timing.stale_after;
      if (!joins) break;
      --first;
    }
    return first;
  }
  [[nodiscard]] std::uint32_t length(Instant now) const {
    return is_stale(now) ? 0 : static_cast<std::uint32_t>(known.end() - first());
  }
  [[nodiscard]] std::optional<Instant> since() const {
    return first() == known.end() ? std::nullopt : std::optional(first()->taken_at);
  }
};

TEST(Streak, AgreesWithAnOracleOnEveryShortHistory) {
  const std::string letters = "bgu ";
  for (std::uint32_t code = 0; code < 1U << 14U; ++code) {
    std::string history;
    Oracle oracle{.timing = every_5s, .known = {}};
    for (std::uint32_t i = 0; i < 7; ++i) {
      history += letters[(code >> (2 * i)) % 4];
      const auto taken = sample(outcome_of(history.back()), Instant{} + i * 5s);
      if (history.back() == 'b' || history.back() == 'g') oracle.known.push_back(taken);
    }
    const Streak streak = after(history);
    ASSERT_EQ(streak.length(Instant{} + 30s), oracle.length(Instant{} + 30s)) << history;
    ASSERT_EQ(streak.since(), oracle.since()) << history;
  }
}

TEST(Streak, AgreesWithAnOracleOnRandomHistories) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const ProbeTiming timing = test::random_timing(seed);
    test::RandomHistory history(seed, timing);
    Streak streak(timing);
    Oracle oracle{.timing = timing, .known = {}};
    for (int i = 0; i < 500; ++i) {
      const Sample taken = history.next();
      streak.take(taken);
      if (taken.outcome != Outcome::unknown) oracle.known.push_back(taken);
      const Instant now = taken.ended_at() + Duration(history.up_to(30));
      ASSERT_EQ(streak.length(now), oracle.length(now)) << "seed " << seed << ", sample " << i;
      ASSERT_EQ(streak.is_stale(now), oracle.is_stale(now)) << "seed " << seed << ", sample " << i;
      ASSERT_EQ(streak.since(), oracle.since()) << "seed " << seed << ", sample " << i;
    }
  }
}

}  // namespace
}  // namespace ripcord::window
