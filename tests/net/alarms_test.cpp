#include "net/alarms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace ripcord::net {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class Counted final : public Alarms {
 public:
  int sooner = 0;
  int none = 0;

 private:
  void on_sooner() override { ++sooner; }
  void on_none() override { ++none; }
};

constexpr Instant noon{12h};

TEST(Alarms, RingInOrderOfTimeAndThenOfSetting) {
  Counted alarms;
  std::vector<int> rung;
  Alarm a(alarms, [&] { rung.push_back(1); });
  Alarm b(alarms, [&] { rung.push_back(2); });
  Alarm c(alarms, [&] { rung.push_back(3); });
  a.set(noon + 2s);
  b.set(noon + 1s);
  c.set(noon + 1s);
  EXPECT_EQ(alarms.next(), noon + 1s);
  EXPECT_EQ(alarms.ring(noon, 9), 0U);
  EXPECT_EQ(alarms.ring(noon + 1s, 9), 2U);
  EXPECT_EQ(alarms.ring(noon + 2s, 9), 1U);
  EXPECT_THAT(rung, ElementsAre(2, 3, 1));
  EXPECT_EQ(alarms.next(), std::nullopt);
}

TEST(Alarms, SayWhenTheEarliestBecomesEarlierAndWhenNoneIsSet) {
  Counted alarms;
  Alarm a(alarms, [] {});
  Alarm b(alarms, [] {});
  a.set(noon + 1s);
  b.set(noon + 2s);
  EXPECT_EQ(alarms.sooner, 1);
  b.set(noon);
  EXPECT_EQ(alarms.sooner, 2);
  a.unset();
  EXPECT_EQ(alarms.none, 0);
  b.unset();
  EXPECT_EQ(alarms.none, 1);
}

TEST(Alarms, OneThatSetsItselfAgainHasItsTurnOnceATime) {
  Counted alarms;
  int rung = 0;
  std::unique_ptr<Alarm> alarm;
  alarm = std::make_unique<Alarm>(alarms, [&] {
    ++rung;
    alarm->set(noon + 1s);
  });
  alarm->set(noon);
  EXPECT_EQ(alarms.ring(noon, 9), 1U);
  EXPECT_EQ(alarms.ring(noon + 1s, 5), 5U);
  EXPECT_EQ(rung, 6);
}

TEST(Alarms, OneThatEndsItselfOrAnotherWhileItRingsIsGone) {
  Counted alarms;
  int rung = 0;
  std::unique_ptr<Alarm> self;
  std::unique_ptr<Alarm> other = std::make_unique<Alarm>(alarms, [&] { ++rung; });
  self = std::make_unique<Alarm>(alarms, [&] {
    other.reset();
    self.reset();
  });
  self->set(noon);
  other->set(noon);
  EXPECT_EQ(alarms.ring(noon, 9), 1U);
  EXPECT_EQ(rung, 0);
}

/// What is expected of many alarms that are set, unset and rung at random.
TEST(Alarms, AgreeWithAMapHoweverTheyAreSetAndUnset) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  Counted alarms;
  std::map<std::size_t, Instant> expected;
  std::vector<std::unique_ptr<Alarm>> all;
  for (std::size_t i = 0; i < 200; ++i) {
    all.push_back(std::make_unique<Alarm>(alarms, [&expected, i] {
      ASSERT_TRUE(expected.contains(i));
      expected.erase(i);
    }));
  }
  Instant now = noon;
  for (int round = 0; round < 20'000; ++round) {
    const std::size_t which = random() % all.size();
    if (random() % 3 != 0) {
      const Instant when = now + std::chrono::milliseconds(random() % 1000);
      all[which]->set(when);
      expected[which] = when;
    } else {
      all[which]->unset();
      expected.erase(which);
    }
    if (random() % 10 == 0) {
      now += std::chrono::milliseconds(random() % 100);
      (void)alarms.ring(now, all.size());
      for (const auto& [index, when] : expected) ASSERT_GT(when, now) << index;
    }
    std::optional<Instant> earliest;
    for (const auto& [index, when] : expected) earliest = std::min(earliest.value_or(when), when);
    ASSERT_EQ(alarms.next(), earliest);
  }
}

}  // namespace
}  // namespace ripcord::net
