#include "api/words.hpp"

#include "tests/api/stories.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace ripcord::api {
namespace {

using namespace std::chrono_literals;
using test::backend_service;
using test::evening;

constexpr Instant now = evening + 1min + 40s;

std::string health(FindingState state, std::optional<Instant> since = std::nullopt) {
  engine::ServiceSnapshot service = backend_service();
  service.triggers.front().finding.state = state;
  service.healthy_since = since;
  return health_in_words(service, now);
}

std::string words_for(Phase phase) {
  engine::ServiceSnapshot service = backend_service();
  service.deployment->phase = phase;
  return deployment_in_words(service, now);
}

TEST(Words, TellHowAServiceIs) {
  EXPECT_EQ(health(FindingState::pass, evening), "healthy for 1m 40s");
  EXPECT_EQ(health(FindingState::pass), "healthy");
  EXPECT_EQ(health(FindingState::pending), "unhealthy pending");
  EXPECT_EQ(health(FindingState::tripped), "unhealthy has tripped");
  EXPECT_EQ(health(FindingState::no_data), "waiting for data of unhealthy");
  EXPECT_EQ(health_in_words(engine::ServiceSnapshot{}, now), "no trigger watches it");
}

TEST(Words, NameEveryTriggerThatHasTripped) {
  engine::ServiceSnapshot service = backend_service();
  service.triggers.push_back(service.triggers.front());
  service.triggers.back().name = "slow";
  for (auto& trigger : service.triggers) trigger.finding.state = FindingState::tripped;
  EXPECT_EQ(health_in_words(service, now), "unhealthy, slow have tripped");
}

TEST(Words, TellWhatGoesOn) {
  EXPECT_EQ(words_for(Deploying{}), "deploying v2 for 1m 40s");
  EXPECT_EQ(words_for(Baking{.settled_at = now, .until = now + 15min}), "baking v2, 15m left");
  EXPECT_EQ(words_for(Baking{.settled_at = now + 1s, .until = now + 15min}),
            "settling v2, 15m left");
  EXPECT_EQ(words_for(Baking{.settled_at = now, .until = now, .overdue = true}),
            "baking v2: its time is over, waiting for it to be healthy");
  EXPECT_EQ(words_for(RollingBack{}), "rolling back from v2 to v1 (rollback.1)");
  EXPECT_EQ(words_for(Verifying{.settled_at = now, .until = now + 90s}),
            "verifying that v1 is back, 1m 30s left");
}

/// The first of three stages, for 5 % of the traffic.
engine::ServiceSnapshot at_a_stage(Phase phase) {
  engine::ServiceSnapshot service = backend_service();
  service.deployment->way = Way::driven;
  service.deployment->phase = phase;
  service.stage =
      engine::StageSnapshot{.number = 1, .count = 3, .traffic = 0.05, .needs_approval = true};
  return service;
}

TEST(Words, TellWhereACanaryStands) {
  const Baking bake{.settled_at = now, .until = now + 9min};
  EXPECT_EQ(deployment_in_words(at_a_stage(Shifting{}), now),
            "shifting traffic to v2, stage 1 of 3 (5 % of the traffic)");
  EXPECT_EQ(deployment_in_words(at_a_stage(bake), now),
            "baking v2 at stage 1 of 3 (5 % of the traffic), 9m left");
  engine::ServiceSnapshot waiting =
      at_a_stage(Baking{.settled_at = now, .until = now, .awaiting = true});
  EXPECT_EQ(deployment_in_words(waiting, now),
            "v2 waits at stage 1 of 3 (5 % of the traffic) for a person to promote it");
  waiting.deployment->held = Held{.reason = "television", .by = "uid 1000 (ana)", .at = evening};
  EXPECT_EQ(deployment_in_words(waiting, now),
            "v2 is on hold at stage 1 of 3 (5 % of the traffic): television");
}

TEST(Words, TellWhichStepRuns) {
  engine::ServiceSnapshot service = backend_service();
  service.deployment->phase = Deploying{.step = 1};
  service.steps = 3;
  EXPECT_EQ(deployment_in_words(service, now), "deploying v2, step 2 of 3, for 1m 40s");
  service.deployment->phase = RollingBack{.step = 1};
  EXPECT_EQ(deployment_in_words(service, now), "rolling back from v2 to v1 (rollback.2 of 3)");
  service.deployment->cause = Cause{};
  service.deployment->phase = Deploying{};
  EXPECT_EQ(deployment_in_words(service, now),
            "turning back from v2 to v1 as soon as the running step has ended");
  service.deployment->phase = Shifting{};
  EXPECT_EQ(deployment_in_words(service, now),
            "turning back from v2 to v1 as soon as the running step has ended");
}

TEST(Words, SayWhatAPersonCanTypeWhoIsWaitedFor) {
  engine::ServiceSnapshot service =
      at_a_stage(Baking{.settled_at = now, .until = now, .awaiting = true});
  EXPECT_EQ(advice_in_words(service),
            "type \"ripcord promote backend\" to go on, or \"ripcord rollback backend --reason …\" "
            "to go back");
  service.deployment->held = Held{};
  EXPECT_EQ(advice_in_words(service),
            "type \"ripcord resume backend\" to go on, or \"ripcord rollback backend --reason …\" "
            "to go back");
  service.deployment->phase = RollbackFailed{};
  EXPECT_EQ(
      advice_in_words(service),
      "type \"ripcord show backend-20261122-190000\" to see what failed; what runs now is not "
      "known");
}

TEST(Words, SayNothingWhileNobodyIsWaitedFor) {
  EXPECT_EQ(advice_in_words(backend_service()), "");
  EXPECT_EQ(advice_in_words(engine::ServiceSnapshot{}), "");
  engine::ServiceSnapshot ended = backend_service();
  ended.deployment->held = Held{};
  ended.deployment->phase = Aborted{};
  EXPECT_EQ(advice_in_words(ended), "");
}

TEST(Words, TellHowTheLastOneEnded) {
  EXPECT_EQ(words_for(Succeeded{}), "v2 succeeded");
  EXPECT_EQ(words_for(Failed{}), "v2 failed");
  EXPECT_EQ(words_for(RolledBack{}), "v2 was rolled back to v1");
  EXPECT_EQ(words_for(RollbackFailed{}), "the rollback of v2 failed: a person must act");
  EXPECT_EQ(words_for(Aborted{}), "v2 was aborted");
  EXPECT_EQ(deployment_in_words(engine::ServiceSnapshot{}, now), "");
}

TEST(Words, DoNotInventAVersion) {
  engine::ServiceSnapshot service = backend_service();
  service.deployment->phase = RollingBack{};
  service.deployment->previous_version.clear();
  EXPECT_EQ(deployment_in_words(service, now),
            "rolling back from v2 to an unknown version (rollback.1)");
}

}  // namespace
}  // namespace ripcord::api
