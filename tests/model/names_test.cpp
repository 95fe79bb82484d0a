#include "model/deployment.hpp"
#include "model/effect.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(Names, OfOutcomes) {
  EXPECT_EQ(to_string(Outcome::good), "good");
  EXPECT_EQ(to_string(Outcome::bad), "bad");
  EXPECT_EQ(to_string(Outcome::unknown), "unknown");
}

TEST(Names, OfFindings) {
  EXPECT_EQ(to_string(FindingState::no_data), "no_data");
  EXPECT_EQ(to_string(FindingState::pass), "pass");
  EXPECT_EQ(to_string(FindingState::pending), "pending");
  EXPECT_EQ(to_string(FindingState::tripped), "tripped");
}

TEST(Names, OfSeverities) {
  EXPECT_EQ(to_string(Severity::info), "info");
  EXPECT_EQ(to_string(Severity::warning), "warning");
  EXPECT_EQ(to_string(Severity::critical), "critical");
}

TEST(Names, OfPhases) {
  EXPECT_EQ(name(Gating{}), "gating");
  EXPECT_EQ(name(Deploying{}), "deploying");
  EXPECT_EQ(name(Shifting{}), "shifting");
  EXPECT_EQ(name(Refused{}), "refused");
  EXPECT_EQ(name(Baking{}), "baking");
  EXPECT_EQ(name(RollingBack{}), "rolling_back");
  EXPECT_EQ(name(Verifying{}), "verifying");
  EXPECT_EQ(name(Succeeded{}), "succeeded");
  EXPECT_EQ(name(Failed{}), "failed");
  EXPECT_EQ(name(RolledBack{}), "rolled_back");
  EXPECT_EQ(name(RollbackFailed{}), "rollback_failed");
  EXPECT_EQ(name(Aborted{}), "aborted");
  EXPECT_THAT(phase_names(), ElementsAre("gating", "deploying", "shifting", "baking",
                                         "rolling_back", "verifying", "refused", "succeeded",
                                         "failed", "rolled_back", "rollback_failed", "aborted"));
}

TEST(APhase, IsTerminalOrTheDeploymentIsOpen) {
  for (const Phase& phase :
       {Phase(Deploying{}), Phase(Baking{}), Phase(RollingBack{}), Phase(Verifying{})}) {
    EXPECT_FALSE(is_terminal(phase)) << name(phase);
  }
  Deployment deployment;
  EXPECT_TRUE(is_open(deployment)) << "a new one is deploying";
  for (const Phase& phase : {Phase(Succeeded{}), Phase(Failed{}), Phase(RolledBack{}),
                             Phase(RollbackFailed{}), Phase(Aborted{})}) {
    EXPECT_TRUE(is_terminal(phase)) << name(phase);
    deployment.phase = phase;
    EXPECT_FALSE(is_open(deployment)) << name(phase);
  }
}

TEST(ASample, IsHeardOfWhenItsProbeIsDone) {
  Sample sample;
  sample.taken_at = Instant{} + 5s;
  sample.latency = 2s;
  EXPECT_EQ(sample.ended_at(), Instant{} + 7s);
}

TEST(ProbeTiming, IsStaleAfterThreeIntervalsUnlessTold) {
  EXPECT_EQ((ProbeTiming{.interval = 4s}).stale_after, 12s);
  EXPECT_EQ((ProbeTiming{.interval = 4s}).retry_interval, 4s);
  EXPECT_EQ((ProbeTiming{.interval = 4s, .stale_after = 5s}).stale_after, 5s);
}

}  // namespace
}  // namespace ripcord
