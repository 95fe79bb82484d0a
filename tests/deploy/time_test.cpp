// wake_at() and the properties that hold for every deployment, whatever happens to it.

#include "deploy/machine.hpp"
#include "tests/deploy/situations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;
using namespace ripcord::test;
using testing::IsEmpty;

std::optional<Instant> wake(const Deployment& deployment, Instant now,
                            const Health& health = unhealthy) {
  return wake_at(deployment, recipe(), now, health);
}

TEST(WakeAt, NamesTheNextInstantThatIsDue) {
  EXPECT_EQ(wake(deploying(), noon), deadline);
  EXPECT_EQ(wake(baking(), noon), settled);
  EXPECT_EQ(wake(baking(), settled), bake_over);
  EXPECT_EQ(wake(baking(true), bake_over), deadline);
  EXPECT_EQ(wake(rolling_back(0), noon), deadline);
  EXPECT_EQ(wake(verifying(VerifyScript::waiting), noon), settled);
  EXPECT_EQ(wake(verifying(VerifyScript::running), settled), verification_over);
  EXPECT_EQ(wake(verifying(VerifyScript::passed), settled, healthy_since(noon)), settled + 10s);
  EXPECT_EQ(wake(verifying(VerifyScript::passed), settled, healthy_since(at(150))), at(160));
  EXPECT_EQ(wake(verifying(VerifyScript::passed), verification_over), deadline);
}

TEST(WakeAt, IsSilentForWhatHasEnded) {
  for (const Phase& phase : {Phase(Succeeded{}), Phase(Failed{}), Phase(RolledBack{}),
                             Phase(RollbackFailed{}), Phase(Aborted{})}) {
    EXPECT_EQ(wake(deployment(phase), noon, healthy_since(noon)), std::nullopt) << name(phase);
  }
}

TEST(WakeAt, IsAlwaysLaterThanNow) {
  EXPECT_EQ(wake(deploying(), deadline), std::nullopt);
  EXPECT_EQ(wake(baking(), settled - 1us), settled);
  EXPECT_EQ(wake(baking(), settled), bake_over);
}

/// Random deployments, recipes, events and times, small enough to meet each other's limits.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] std::uint64_t up_to(std::uint64_t most) { return random_() % (most + 1); }
  [[nodiscard]] bool one_in(std::uint64_t n) { return random_() % n == 0; }
  [[nodiscard]] Duration length() { return Duration(one_in(4) ? 0 : up_to(20)); }
  [[nodiscard]] Instant instant() { return noon + Duration(up_to(60)); }
  [[nodiscard]] StepId step() {
    const StepKind kind = one_in(3) ? StepKind::verify : StepKind::rollback;
    const auto index = static_cast<std::uint32_t>(kind == StepKind::verify ? 0 : up_to(2));
    return {.kind = kind, .index = index, .attempt = static_cast<std::uint32_t>(up_to(1))};
  }

  [[nodiscard]] Recipe recipe() {
    Recipe recipe = test::recipe();
    recipe.settle = length();
    recipe.bake = length();
    recipe.healthy_for = length();
    recipe.verify_timeout = length();
    recipe.rollback.resize(up_to(2));
    for (RecipeStep& step : recipe.rollback) step.idempotent = one_in(2);
    if (one_in(2)) recipe.verify.reset();
    return recipe;
  }

  [[nodiscard]] Deployment deployment(const Recipe& recipe) {
    Deployment made = test::deployment(phase(recipe));
    made.deadline = instant();
    return made;
  }

  [[nodiscard]] Phase phase(const Recipe& recipe) {
    const auto attempt = static_cast<std::uint32_t>(up_to(1));
    switch (up_to(3)) {
      case 0:
        return Deploying{};
      case 1:
        return Baking{.settled_at = instant(), .until = instant(), .overdue = one_in(2)};
      case 2:
        return RollingBack{.step = static_cast<std::uint32_t>(up_to(1)), .attempt = attempt};
      default:
        return Verifying{
            .settled_at = instant(),
            .until = instant(),
            .script = recipe.verify ? static_cast<VerifyScript>(up_to(2)) : VerifyScript::passed,
            .attempt = attempt};
    }
  }

  [[nodiscard]] MachineEvent event() {
    switch (up_to(7)) {
      case 0:
        return Finished{.by = "ana"};
      case 1:
        return PipelineFailed{.reason = "no disk", .by = "ana"};
      case 2:
        return Tripped{trip()};
      case 3:
        return RollbackAsked{order()};
      case 4:
        return AbortAsked{.reason = "mine", .by = "ana"};
      case 5:
        return StepEnded{
            .step = step(),
            .result = one_in(3) ? ended(RunOutcome::lost) : exited(static_cast<int>(up_to(1)))};
      case 6:
        return StepFound{step()};
      default:
        return LookAgain{};
    }
  }

  [[nodiscard]] Health health(Instant now) {
    return one_in(2) ? unhealthy : healthy_since(std::min(now, instant()));
  }

 private:
  std::mt19937_64 random_;
};

/// Looks again until nothing is due any more at `now`.
Deployment done_with(Deployment deployment, const Recipe& recipe, Instant now,
                     const Health& health) {
  for (int i = 0; i < 5; ++i) {
    const Step step = deploy::step(deployment, recipe, LookAgain{}, now, health);
    if (step.effects.empty()) return deployment;
    deployment = step.next;
  }
  ADD_FAILURE() << "something is due for ever: " << fingerprint(deployment);
  return deployment;
}

TEST(WakeAt, MissesNothingThatComesDueAndNamesNothingInVain) {
  int due = 0;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    Chance chance(seed);
    const Recipe recipe = chance.recipe();
    const Instant now = chance.instant();
    const Health health = chance.health(now);
    const Deployment before = done_with(chance.deployment(recipe), recipe, now, health);
    const std::optional<Instant> wake = wake_at(before, recipe, now, health);
    const Instant horizon = wake.value_or(now + 100us);
    for (Instant when = now; when < horizon; when += 1us) {
      ASSERT_THAT(in_words(step(before, recipe, LookAgain{}, when, health).effects), IsEmpty())
          << "seed " << seed << ": " << fingerprint(before) << " at " << (when - now).count();
    }
    if (!wake) continue;
    ASSERT_GT(*wake, now) << "seed " << seed;
    if (!step(before, recipe, LookAgain{}, *wake, health).effects.empty()) ++due;
  }
  EXPECT_GT(due, 100) << "the end of a bake's settle is named in vain, but little else";
}

TEST(AnOpenDeployment, AlwaysHasAnInstantAtWhichItEnds) {
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    Chance chance(seed);
    const Recipe recipe = chance.recipe();
    Deployment deployment = chance.deployment(recipe);
    Instant now = chance.instant();
    deployment = done_with(deployment, recipe, now, unhealthy);
    for (int wakes = 0; is_open(deployment); ++wakes) {
      ASSERT_LT(wakes, 10) << "seed " << seed << ": " << fingerprint(deployment);
      const auto wake = wake_at(deployment, recipe, now, unhealthy);
      ASSERT_TRUE(wake) << "seed " << seed << ": " << fingerprint(deployment);
      now = *wake;
      ASSERT_LE(now, deployment.deadline) << "seed " << seed;
      deployment = done_with(deployment, recipe, now, unhealthy);
    }
  }
}

TEST(WhatHasEnded, IsNeverLeft) {
  Chance chance(1);
  for (const Phase& phase : {Phase(Succeeded{}), Phase(Failed{}), Phase(RolledBack{}),
                             Phase(RollbackFailed{}), Phase(Aborted{})}) {
    const Deployment over = deployment(phase);
    for (int i = 0; i < 2000; ++i) {
      const Instant now = chance.instant();
      const Step step =
          deploy::step(over, chance.recipe(), chance.event(), now, chance.health(now));
      ASSERT_EQ(fingerprint(step.next), fingerprint(over));
      ASSERT_THAT(step.effects, IsEmpty());
    }
  }
}

/// What must hold for one step, whatever it is.
void check(const Deployment& before, const Step& step) {
  std::size_t starts = 0;
  std::size_t records = 0;
  for (const Effect& effect : step.effects) {
    const auto* start = std::get_if<StartRun>(&effect);
    if (std::holds_alternative<Record>(effect)) ++records;
    if (start == nullptr) continue;
    ++starts;
    const auto* rolling = std::get_if<RollingBack>(&step.next.phase);
    const auto* verifying = std::get_if<Verifying>(&step.next.phase);
    ASSERT_TRUE(rolling != nullptr || verifying != nullptr);
    const StepId waits_for = rolling != nullptr
                                 ? StepId{StepKind::rollback, rolling->step, rolling->attempt}
                                 : StepId{StepKind::verify, 0, verifying->attempt};
    ASSERT_EQ(start->step, waits_for) << "a step is started that nobody waits for";
  }
  ASSERT_LE(starts, 1U);
  ASSERT_EQ(records == 0, step.effects.empty()) << "nothing happens unrecorded";
  ASSERT_EQ(fingerprint(before) == fingerprint(step.next) || records > 0, true);
  ASSERT_EQ(is_open(step.next), !step.next.ended_at);
  ASSERT_EQ(is_open(step.next), step.next.verdict.empty());
  ASSERT_GE(step.next.deadline, before.deadline) << "only ever extended";
}

TEST(AStep, IsSoundForEveryPhaseEventAndTime) {
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Chance chance(seed);
    const Recipe recipe = chance.recipe();
    const Deployment before = chance.deployment(recipe);
    const Instant now = chance.instant();
    const Step step = deploy::step(before, recipe, chance.event(), now, chance.health(now));
    ASSERT_NO_FATAL_FAILURE(check(before, step));
  }
}

}  // namespace
}  // namespace ripcord::deploy
