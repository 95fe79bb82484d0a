#include "engine/agenda.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace ripcord::engine {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Instant at(Duration after) {
  return Instant{} + after;
}

std::vector<ServiceId> due(Agenda& agenda, Instant now) {
  std::vector<ServiceId> services;
  while (const auto service = agenda.take_due(now)) services.push_back(*service);
  return services;
}

TEST(AnAgenda, OfNothingHasNothingDue) {
  Agenda agenda;
  EXPECT_EQ(agenda.next(), std::nullopt);
  EXPECT_EQ(agenda.take_due(Instant::max()), std::nullopt);
  agenda.forget(ServiceId{3});
}

TEST(AnAgenda, GivesWhatIsDueTheEarliestFirst) {
  Agenda agenda;
  agenda.at_latest(ServiceId{0}, at(3s));
  agenda.at_latest(ServiceId{5}, at(1s));
  agenda.at_latest(ServiceId{2}, at(2s));
  EXPECT_EQ(agenda.next(), at(1s));
  EXPECT_THAT(due(agenda, at(1s) - 1us), ElementsAre());
  EXPECT_THAT(due(agenda, at(2s)), ElementsAre(ServiceId{5}, ServiceId{2}));
  EXPECT_EQ(agenda.next(), at(3s));
}

TEST(AnAgenda, OnlyGetsEarlier) {
  Agenda agenda;
  agenda.at_latest(ServiceId{1}, at(5s));
  agenda.at_latest(ServiceId{1}, at(9s));
  EXPECT_EQ(agenda.next(), at(5s));
  agenda.at_latest(ServiceId{1}, at(2s));
  EXPECT_EQ(agenda.next(), at(2s));
  EXPECT_THAT(due(agenda, at(9s)), ElementsAre(ServiceId{1}));
  agenda.at_latest(ServiceId{1}, at(20s));
  EXPECT_EQ(agenda.next(), at(20s)) << "once it has come it begins anew";
}

TEST(AnAgenda, DoesWhatAListDoes) {
  std::mt19937_64 random(11);
  const auto up_to = [&](std::uint64_t most) { return random() % (most + 1); };
  Agenda agenda;
  std::map<ServiceId, Instant> list;
  Instant now{};
  for (int i = 0; i < 100'000; ++i) {
    const ServiceId service{static_cast<std::uint32_t>(up_to(40))};
    if (up_to(9) == 0) {
      agenda.forget(service);
      list.erase(service);
    } else {
      const Instant when = now + Duration(1 + up_to(50));
      agenda.at_latest(service, when);
      const auto [place, is_new] = list.emplace(service, when);
      if (!is_new && when < place->second) place->second = when;
    }
    now += Duration(up_to(3));
    Instant before{};
    while (const auto found = agenda.take_due(now)) {
      ASSERT_TRUE(list.contains(*found));
      ASSERT_LE(before, list[*found]);
      ASSERT_LE(list[*found], now);
      before = list[*found];
      list.erase(*found);
    }
    for (const auto& [left, when] : list) ASSERT_GT(when, now);
    ASSERT_EQ(agenda.next().has_value(), !list.empty());
  }
}

}  // namespace
}  // namespace ripcord::engine
