// Dates lie where the rules of their zones are settled: 2024.

#include "deploy/gate/window.hpp"

#include "net/load_time_zone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <random>
#include <string>
#include <vector>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;

Instant at(std::string_view text) {
  return parse_instant(text).value();
}

TimeZone zone(std::string_view name) {
  return net::load_time_zone(name).value();
}

using Texts = std::initializer_list<std::string_view>;

WindowRule rule(std::string_view zone_name, Texts allow, Texts deny = {}) {
  WindowRule rule{.zone = zone(zone_name), .allow = {}, .deny = {}, .freezes = {}};
  for (const auto text : allow) rule.allow.push_back(parse_week_range(text).value());
  for (const auto text : deny) {
    const auto range = parse_range(text).value();
    if (const auto* week = std::get_if<WeekRange>(&range)) rule.deny.push_back(*week);
    if (const auto* dates = std::get_if<DateRange>(&range)) rule.freezes.push_back(*dates);
  }
  return rule;
}

/// How long the rule allows in all between the two instants: minute by minute.
Duration allowed_between(const WindowRule& rule, std::string_view from, std::string_view to) {
  Duration sum{};
  for (Instant when = at(from); when < at(to); when += 1min) {
    if (is_allowed(rule, when)) sum += 1min;
  }
  return sum;
}

TEST(AWindow, IsAlwaysOpenUnlessTold) {
  EXPECT_TRUE(is_allowed(WindowRule{}, at("2024-06-05T12:00:00Z")));
  EXPECT_FALSE(is_allowed(rule("UTC", {}, {"Wed 00:00-24:00"}), at("2024-06-05T12:00:00Z")));
  EXPECT_TRUE(is_allowed(rule("UTC", {}, {"Wed 00:00-24:00"}), at("2024-06-06T12:00:00Z")));
}

TEST(AWindow, IsReadInItsZone) {
  const WindowRule evening = rule("Europe/Madrid", {"Mon-Thu 18:00-24:00"});
  EXPECT_FALSE(is_allowed(evening, at("2024-06-05T15:59:59.999999Z")));
  EXPECT_TRUE(is_allowed(evening, at("2024-06-05T16:00:00Z")));
  EXPECT_TRUE(is_allowed(evening, at("2024-01-10T22:59:59.999999Z")));
  EXPECT_FALSE(is_allowed(evening, at("2024-01-10T23:00:00Z")));
}

TEST(AWindow, IsDeniedWhateverIsAllowed) {
  const WindowRule both =
      rule("UTC", {"Mon-Sun 00:00-24:00"}, {"Fri 12:00-24:00", "2024-12-24..2025-01-02"});
  EXPECT_TRUE(is_allowed(both, at("2024-06-07T11:59:59Z")));
  EXPECT_FALSE(is_allowed(both, at("2024-06-07T12:00:00Z")));
  EXPECT_FALSE(is_allowed(both, at("2025-01-02T23:59:59.999999Z")));
  EXPECT_TRUE(is_allowed(both, at("2025-01-03T00:00:00Z")) &&
              !is_allowed(both, at("2025-01-03T12:00:00Z")));
}

TEST(AFreeze, IsOfLocalDates) {
  const WindowRule tokyo = rule("Asia/Tokyo", {}, {"2024-12-24"});
  EXPECT_TRUE(is_allowed(tokyo, at("2024-12-23T14:59:59.999999Z")));
  EXPECT_FALSE(is_allowed(tokyo, at("2024-12-23T15:00:00Z")));
  EXPECT_FALSE(is_allowed(tokyo, at("2024-12-24T14:59:59.999999Z")));
  EXPECT_TRUE(is_allowed(tokyo, at("2024-12-24T15:00:00Z")));
}

TEST(AWindow, LosesTheHourThatDoesNotExist) {
  // Madrid, 2024-03-31: 02:00 CET becomes 03:00 CEST at 01:00 UTC.
  const WindowRule lost = rule("Europe/Madrid", {"Sun 02:00-03:00"});
  EXPECT_EQ(allowed_between(lost, "2024-03-30T12:00:00Z", "2024-03-31T12:00:00Z"), 0min);
  const WindowRule night = rule("Europe/Madrid", {"Sat 22:00-06:00"});
  EXPECT_EQ(allowed_between(night, "2024-03-30T12:00:00Z", "2024-03-31T12:00:00Z"), 7h);
  // New York, 2024-03-10: 02:00 EST becomes 03:00 EDT at 07:00 UTC.
  const WindowRule early = rule("America/New_York", {"Sun 01:30-03:30"});
  EXPECT_EQ(allowed_between(early, "2024-03-10T00:00:00Z", "2024-03-11T00:00:00Z"), 1h);
  EXPECT_TRUE(is_allowed(early, at("2024-03-10T06:59:59.999999Z")));
  EXPECT_TRUE(is_allowed(early, at("2024-03-10T07:00:00Z")));
  EXPECT_FALSE(is_allowed(early, at("2024-03-10T07:30:00Z")));
}

TEST(AWindow, HasTheHourThatOccursTwiceTwice) {
  // Madrid, 2024-10-27: 03:00 CEST becomes 02:00 CET at 01:00 UTC.
  const WindowRule twice = rule("Europe/Madrid", {"Sun 02:00-03:00"});
  EXPECT_EQ(allowed_between(twice, "2024-10-26T12:00:00Z", "2024-10-27T12:00:00Z"), 2h);
  EXPECT_FALSE(is_allowed(twice, at("2024-10-26T23:59:59.999999Z")));
  EXPECT_TRUE(is_allowed(twice, at("2024-10-27T00:00:00Z")));
  EXPECT_TRUE(is_allowed(twice, at("2024-10-27T01:59:59.999999Z")));
  EXPECT_FALSE(is_allowed(twice, at("2024-10-27T02:00:00Z")));
  // A range that ends within it ends twice. New York, 2024-11-03: at 06:00 UTC it is 01:00 again.
  const WindowRule half = rule("America/New_York", {"Sun 00:00-01:30"});
  EXPECT_EQ(allowed_between(half, "2024-11-03T00:00:00Z", "2024-11-04T00:00:00Z"), 2h);
  EXPECT_FALSE(is_allowed(half, at("2024-11-03T05:30:00Z")));
  EXPECT_TRUE(is_allowed(half, at("2024-11-03T06:00:00Z")));
  EXPECT_FALSE(is_allowed(half, at("2024-11-03T06:30:00Z")));
}

TEST(AWindow, IsRightWhereClocksNeverJumpAndWhereTheyJumpByHalfAnHour) {
  const WindowRule kolkata = rule("Asia/Kolkata", {"Mon 18:00-24:00"});
  EXPECT_FALSE(is_allowed(kolkata, at("2024-06-03T12:29:59.999999Z")));
  EXPECT_TRUE(is_allowed(kolkata, at("2024-06-03T12:30:00Z")));
  EXPECT_FALSE(is_allowed(kolkata, at("2024-06-03T18:30:00Z")));
  EXPECT_EQ(allowed_between(kolkata, "2024-01-01T00:00:00Z", "2024-01-08T00:00:00Z"), 6h);
  // Lord Howe, 2024-04-07: 02:00 becomes 01:30. 2024-10-06: 02:00 becomes 02:30.
  const WindowRule lord_howe = rule("Australia/Lord_Howe", {"Sun 01:00-03:00"});
  EXPECT_EQ(allowed_between(lord_howe, "2024-04-06T00:00:00Z", "2024-04-07T12:00:00Z"), 150min);
  EXPECT_EQ(allowed_between(lord_howe, "2024-10-05T00:00:00Z", "2024-10-06T12:00:00Z"), 90min);
}

TEST(NextAllowed, IsNowWhileItIsAllowed) {
  const Instant odd = at("2024-06-05T17:12:34.567891Z");
  EXPECT_EQ(next_allowed(rule("Europe/Madrid", {"Mon-Thu 18:00-24:00"}), odd), odd);
  EXPECT_EQ(next_allowed(WindowRule{}, odd), odd);
}

TEST(NextAllowed, IsExactAtTheEdges) {
  const WindowRule evening = rule("Europe/Madrid", {"Mon-Thu 18:00-24:00"});
  const Instant opens = at("2024-06-05T16:00:00Z");
  EXPECT_EQ(next_allowed(evening, opens - 1us), opens);
  EXPECT_EQ(next_allowed(evening, opens), opens);
  EXPECT_EQ(next_allowed(evening, at("2024-06-06T22:00:00Z") - 1us),
            at("2024-06-06T22:00:00Z") - 1us);
  EXPECT_EQ(next_allowed(evening, at("2024-06-06T22:00:00Z")), at("2024-06-10T16:00:00Z"));
}

TEST(NextAllowed, FollowsADenialAndAFreeze) {
  const WindowRule both =
      rule("UTC", {"Mon-Fri 10:00-20:00"}, {"Mon 06:00-12:00", "2024-12-24..2025-01-05"});
  EXPECT_EQ(next_allowed(both, at("2024-06-03T11:00:00Z")), at("2024-06-03T12:00:00Z"));
  EXPECT_EQ(next_allowed(both, at("2024-12-23T21:00:00Z")), at("2025-01-06T12:00:00Z"));
}

TEST(NextAllowed, IsWhereTheClockJumpsIntoTheRange) {
  const WindowRule spring = rule("Europe/Madrid", {"Sun 02:30-04:00"});
  EXPECT_EQ(next_allowed(spring, at("2024-03-31T00:00:00Z")), at("2024-03-31T01:00:00Z"));
  const WindowRule autumn = rule("America/New_York", {"Sun 01:00-01:30"});
  EXPECT_EQ(next_allowed(autumn, at("2024-11-03T05:30:00Z")), at("2024-11-03T06:00:00Z"));
}

TEST(NextAllowed, SkipsTheRangeThatDoesNotExistThatDay) {
  const WindowRule lost = rule("Europe/Madrid", {"Sun 02:00-03:00"});
  EXPECT_EQ(next_allowed(lost, at("2024-03-31T00:00:00Z")), at("2024-04-07T00:00:00Z"));
}

TEST(NextAllowed, GivesUpAtItsBound) {
  const WindowRule never = rule("UTC", {"Mon 10:00-11:00"}, {"Mon 00:00-24:00"});
  EXPECT_EQ(next_allowed(never, at("2024-06-05T12:00:00Z")), std::nullopt);
  const WindowRule hour = rule("UTC", {"Mon 10:00-11:00"});
  EXPECT_EQ(next_allowed(hour, at("2024-06-10T09:00:00Z"), 1h), at("2024-06-10T10:00:00Z"));
  EXPECT_EQ(next_allowed(hour, at("2024-06-10T09:00:00Z") - 1us, 1h), std::nullopt);
}

/// Some ranges with edges at quarters of an hour, all around the clock and the week.
std::vector<WeekRange> some_ranges(std::mt19937_64& random) {
  std::vector<WeekRange> ranges(random() % 3);
  for (WeekRange& range : ranges) {
    range.days = static_cast<std::uint8_t>(1 + random() % 127);
    range.from = std::chrono::minutes(15 * (random() % 96));
    range.to = range.from + std::chrono::minutes(15 * (1 + random() % 95));
  }
  return ranges;
}

TEST(NextAllowed, IsTheFirstMinuteThatIsAllowedWhateverTheRules) {
  // A week around each kind of change, looked at quarter by quarter of an hour.
  const std::vector<std::pair<std::string, std::string>> weeks{
      {"Europe/Madrid", "2024-03-29T00:00:00Z"},
      {"Europe/Madrid", "2024-10-25T00:00:00Z"},
      {"America/New_York", "2024-03-08T00:00:00Z"},
      {"America/New_York", "2024-11-01T00:00:00Z"},
      {"Australia/Lord_Howe", "2024-04-05T00:00:00Z"},
      {"Australia/Lord_Howe", "2024-10-04T00:00:00Z"},
      {"Asia/Kathmandu", "2024-06-01T00:00:00Z"},
      {"Pacific/Apia", "2011-12-28T00:00:00Z"}};
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random(seed);
    const auto& [name, from] = weeks[seed % weeks.size()];
    const WindowRule some{.zone = zone(name),
                          .allow = some_ranges(random),
                          .deny = some_ranges(random),
                          .freezes = {}};
    const Instant end = at(from) + std::chrono::days(7);
    std::optional<Instant> first;
    for (Instant when = end; when >= at(from); when -= 15min) {
      if (is_allowed(some, when)) first = when;
      ASSERT_EQ(next_allowed(some, when, end - when), first)
          << "seed " << seed << " " << name << " at " << to_rfc3339(when);
    }
  }
}

TEST(AWindow, SaysWhy) {
  const WindowRule hours = rule("Europe/Madrid", {"Mon-Thu 18:00-24:00", "Sat-Sun 00:00-24:00"},
                                {"Fri 12:00-24:00", "2024-12-24..2025-01-02"});
  EXPECT_EQ(check(hours, at("2024-06-05T17:30:00Z")),
            (GateCheck{true, "it is Wed 2024-06-05 19:30 in Europe/Madrid, which is allowed"}));
  EXPECT_EQ(check(hours, at("2024-06-05T12:05:00Z")),
            (GateCheck{false,
                       "it is Wed 2024-06-05 14:05 in Europe/Madrid, outside \"Mon-Thu "
                       "18:00-24:00\", \"Sat-Sun 00:00-24:00\"; allowed again from Wed 2024-06-05 "
                       "18:00, in 3h 55m"}));
  EXPECT_EQ(
      check(hours, at("2024-12-27T13:00:00Z")),
      (GateCheck{false,
                 "it is Fri 2024-12-27 14:00 in Europe/Madrid, denied by \"Fri 12:00-24:00\" "
                 "and \"2024-12-24..2025-01-02\"; allowed again from Sat 2025-01-04 00:00, in "
                 "7d 10h"}));
  EXPECT_EQ(check(rule("UTC", {}, {"Mon-Sun 00:00-24:00"}), at("2024-06-05T12:00:00Z")).text,
            "it is Wed 2024-06-05 12:00 in UTC, denied by \"Mon-Sun 00:00-24:00\"; not allowed "
            "within the next 400 days");
}

}  // namespace
}  // namespace ripcord::deploy
