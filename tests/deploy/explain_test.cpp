#include "deploy/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr Instant seven = Instant{} + std::chrono::hours(19);

Record record(Duration after, std::string kind, std::string text, std::string by = "ripcord") {
  return {.at = seven + after,
          .service = "backend",
          .deployment = "d",
          .kind = std::move(kind),
          .text = std::move(text),
          .by = std::move(by)};
}

Deployment rolled_back() {
  Deployment deployment;
  deployment.id = "d";
  deployment.service = "backend";
  deployment.version = "v2";
  deployment.previous_version = "v1";
  deployment.started_at = seven;
  deployment.ended_at = seven + 5min;
  deployment.phase = RolledBack{};
  deployment.verdict = "v1 is back and verified";
  deployment.cause = Cause{.trigger = "unhealthy",
                           .reason = "3 of 3 failures in a row",
                           .by = "ripcord",
                           .at = seven + 2min,
                           .bad_since = seven + 110s};
  return deployment;
}

TEST(AnExplanation, TellsARollbackFromItsHistoryAlone) {
  const std::vector<Record> history{
      record(0s, "deployment.started", "deploying v2 to backend", "uid 1000 (ana)"),
      record(1min, "deployment.deployed", "v2 is in place", "uid 1000 (ana)"),
      record(2min, "trigger.peak", "trigger slow came to 75 % of its trip: p95 6s"),
      record(2min, "rollback.started", "rolling backend back from v2 to v1"),
      record(121s, "rollback.step_started", "starting rollback.1"),
      record(3min, "rollback.verifying", "every rollback step has succeeded"),
      record(5min, "rollback.succeeded", "v1 is back and verified")};
  EXPECT_THAT(
      explain(rolled_back(), history),
      ElementsAre(
          "d: v2 of backend in place of v1, announced at 1970-01-01T19:00:00Z by uid 1000 (ana).",
          "After 0s: deploying v2 to backend (by uid 1000 (ana)).",
          "After 1m: v2 is in place (by uid 1000 (ana)).",
          "After 2m: rolling backend back from v2 to v1.", "After 2m 1s: starting rollback.1.",
          "After 3m: every rollback step has succeeded.", "After 5m: v1 is back and verified.",
          "From the first bad evidence to the end it took 3m 10s: 10s to detect it, 1s to decide, "
          "59s to act and 2m to verify.",
          "Trigger slow came to 75 % of its trip: p95 6s.",
          "It ended as rolled_back after 5m: v1 is back and verified."));
}

TEST(AnExplanation, PassesOverTheHistoryOfOthers) {
  Record other = record(0s, "deployment.started", "something else");
  other.deployment = "e";
  EXPECT_THAT(explain(rolled_back(), std::vector{other}), Not(Contains(HasSubstr("else"))));
}

TEST(AnExplanation, SaysWhatHappenedAndNotOnlyWhy) {
  const std::vector<Record> history{record(1s, "deployment.held", "asleep", "ana"),
                                    record(2s, "deployment.resumed", "after 1s on hold", "ana"),
                                    record(3s, "deployment.promoted", "approved of", "ana"),
                                    record(4s, "deployment.aborted", "mine", "ana")};
  const auto told = explain(rolled_back(), history);
  for (const char* sentence :
       {"After 1s: held: asleep (by ana).", "After 2s: resumed after 1s on hold (by ana).",
        "After 3s: promoted: approved of (by ana).", "After 4s: aborted: mine (by ana)."}) {
    EXPECT_THAT(told, Contains(sentence));
  }
}

TEST(AnExplanation, OfWhatIsOpenSaysSo) {
  Deployment open = rolled_back();
  open.phase = Baking{};
  open.ended_at.reset();
  open.cause.reset();
  open.drill = true;
  open.previous_version = "";
  const auto told = explain(open, {});
  EXPECT_THAT(told, ElementsAre("d: v2 of backend in place of an unknown version, announced at "
                                "1970-01-01T19:00:00Z. It was a drill: no figure counts it.",
                                "It is baking still."));
}

TEST(AnExplanation, OfAnOrderedRollbackNamesBothVersions) {
  Deployment ordered = rolled_back();
  ordered.manual_rollback = true;
  ordered.cause->bad_since.reset();
  const std::vector<Record> history{
      record(0s, "rollback.started", "rolling back", "uid 0 (root)"),
      record(1s, "rollback.step_started", "starting rollback.1"),
      record(3s, "rollback.failed", "rollback.1 exited 1; a person must act")};
  const auto told = explain(ordered, history);
  EXPECT_EQ(told.front(),
            "d: backend was rolled back from v2 to v1, ordered at 1970-01-01T19:00:00Z by uid 0 "
            "(root).");
  EXPECT_THAT(told, Not(Contains(HasSubstr("to verify"))));
}

}  // namespace
}  // namespace ripcord::deploy
