#include "gate/from_snapshot.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace ripcord::gate {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = Instant{} + std::chrono::days(20'000);

engine::TriggerSnapshot trigger(const std::string& name, FindingState state) {
  engine::TriggerSnapshot snapshot;
  snapshot.name = name;
  snapshot.probe = name == "told" ? "" : "app";
  snapshot.finding.state = state;
  snapshot.reason = "so it is";
  return snapshot;
}

/// One trigger of each sort, and a probe with a value.
engine::ServiceSettings settings() {
  engine::ServiceSettings service;
  service.triggers = {{.name = "slow", .rule = {}},
                      {.name = "tried", .rule = {}, .shadow = true},
                      {.name = "told",
                       .rule = {},
                       .action = engine::Action::alert,
                       .on_no_data = engine::OnNoData::hold}};
  return service;
}

engine::ServiceSnapshot seen() {
  engine::ServiceSnapshot snapshot;
  snapshot.triggers = {trigger("slow", FindingState::pass), trigger("tried", FindingState::tripped),
                       trigger("told", FindingState::pending)};
  Sample sample;
  sample.taken_at = noon;
  snapshot.probes = {{.name = "app", .last = sample, .values = {{"requests", 12}}},
                     {.name = "new", .last = std::nullopt}};
  return snapshot;
}

deploy::GateFacts facts_for(const Settings& gate) {
  deploy::GateFacts facts;
  add_from_snapshot({gate}, settings(), seen(), facts);
  return facts;
}

Settings quiet(const std::string& probe, const std::string& value) {
  return {.gate = {.name = "g", .rule = deploy::QuietRule{.value = value}},
          .source = QuietSource{.probe = probe, .value = value}};
}

TEST(FromSnapshot, TellsHowEveryTriggerStandsThatIsNotInShadow) {
  const auto facts =
      facts_for({.gate = {.name = "g", .rule = deploy::HealthyRule{}}, .source = NothingToAsk{}});
  const auto& triggers = std::get<deploy::HealthyFact>(facts.at("g")).triggers;
  ASSERT_EQ(triggers.size(), 2U);
  EXPECT_EQ(triggers[0].name, "slow");
  EXPECT_EQ(triggers[0].state, FindingState::pass);
  EXPECT_TRUE(triggers[0].ignores_no_data);
  EXPECT_FALSE(triggers[0].counts_signals);
  EXPECT_EQ(triggers[1].name, "told");
  EXPECT_EQ(triggers[1].state, FindingState::pending);
  EXPECT_EQ(triggers[1].reason, "so it is");
  EXPECT_FALSE(triggers[1].ignores_no_data);
  EXPECT_TRUE(triggers[1].counts_signals) << "no probe stands behind it";
}

TEST(FromSnapshot, TellsTheLastValueOfAProbe) {
  const auto facts = facts_for(quiet("app", "requests"));
  const auto& fact = std::get<deploy::QuietFact>(facts.at("g"));
  EXPECT_EQ(fact.value, 12);
  EXPECT_EQ(fact.seen_at, noon);
}

TEST(FromSnapshot, TellsNothingThatWasNotSeen) {
  EXPECT_TRUE(facts_for(quiet("app", "errors")).empty());
  EXPECT_TRUE(facts_for(quiet("new", "requests")).empty());
  EXPECT_TRUE(facts_for(quiet("gone", "requests")).empty());
  EXPECT_TRUE(facts_for({.gate = {.name = "g", .rule = deploy::ExecRule{}}, .source = ExecSource{}})
                  .empty());
}

}  // namespace
}  // namespace ripcord::gate
