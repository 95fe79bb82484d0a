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
  agenda.put(ServiceId{0}, at(3s));
  agenda.put(ServiceId{5}, at(1s));
  agenda.put(ServiceId{2}, at(2s));
  EXPECT_EQ(agenda.next(), at(1s));
  EXPECT_THAT(due(agenda, at(1s) - 1us), ElementsAre());
  EXPECT_THAT(due(agenda, at(2s)), ElementsAre(ServiceId{5}, ServiceId{2}));
  EXPECT_EQ(agenda.next(), at(3s));
}

TEST(AnAgenda, ForgetsWhatWasPutBefore) {
  Agenda agenda;
  agenda.put(ServiceId{1}, at(5s));
  agenda.put(ServiceId{1}, at(9s));
  EXPECT_THAT(due(agenda, at(9s) - 1us), ElementsAre());
  EXPECT_EQ(agenda.next(), at(9s));
  agenda.put(ServiceId{1}, at(2s));
  EXPECT_EQ(agenda.next(), at(2s));
  EXPECT_THAT(due(agenda, at(2s)), ElementsAre(ServiceId{1}));
  EXPECT_EQ(agenda.next(), std::nullopt);
}

TEST(AnAgenda, HasNothingDueOfAServiceThatIsForgotten) {
  Agenda agenda;
  agenda.put(ServiceId{1}, at(5s));
  agenda.put(ServiceId{2}, at(6s));
  agenda.forget(ServiceId{1});
  EXPECT_THAT(due(agenda, at(9s)), ElementsAre(ServiceId{2}));
  EXPECT_EQ(agenda.next(), std::nullopt);
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
      agenda.put(service, when);
      list[service] = when;
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
    for (const auto& [left, when] : list) ASSERT_LE(agenda.next().value(), when);
  }
}

}  // namespace
}  // namespace ripcord::engine
