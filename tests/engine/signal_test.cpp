// What people report, and what triggers make of it.

#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// The usual service; more than 2 complaints within half a minute are too many.
engine::ServiceSettings with_complaints() {
  engine::ServiceSettings settings = service();
  settings.triggers.push_back(
      {.name = "complaints",
       .probe = std::nullopt,
       .rule = evaluate::Occurrences{
           .what = "user_complaints", .more_than = 2, .within = 30s, .needs_samples = false}});
  return settings;
}

class ASignal : public testing::Test {
 protected:
  Answer report(std::uint32_t count = 1, const std::string& name = "user_complaints") {
    return story.command("backend", ReportSignal{.name = name, .count = count, .note = "slow"});
  }
  void bake() {
    story.good();
    (void)story.start("v2");
    (void)story.finish();
    story.good(3);
  }

  Story story{with_complaints()};
};

TEST_F(ASignal, IsKeptWithWhoReportedIt) {
  const Answer answer = report(2);
  EXPECT_EQ(answer.kind, AnswerKind::accepted);
  EXPECT_EQ(answer.message, "user_complaints reported, 2 at once: slow");
  EXPECT_EQ(answer.deployment, "");
  EXPECT_EQ(story.records.back().kind, "signal.reported");
  EXPECT_EQ(story.records.back().by, "uid 1000 (ana)");
  EXPECT_EQ(story.seen().triggers[1].finding.state, FindingState::pending);
  EXPECT_EQ(story.seen().triggers[1].reason, "2 user_complaints within 30s, limit 2: slow");
  EXPECT_EQ(story.seen().triggers[1].probe, "");
}

TEST_F(ASignal, RollsBackWhenThereAreTooMany) {
  bake();
  const std::string id = story.deployment().id;
  EXPECT_EQ(report(2).deployment, id);
  EXPECT_EQ(story.phase(), "baking");
  (void)story.asked();
  EXPECT_EQ(report().deployment, id);
  std::vector<std::string> asked = story.asked();
  std::erase(asked, "trigger.peak");  // of what bakes
  EXPECT_THAT(asked, ElementsAre("signal.reported", "trigger.tripped", "save rolling_back",
                                 "rollback.started", "rollback.step_started", "start rollback.1",
                                 "answer"));
  EXPECT_EQ(story.deployment().cause->trigger, "complaints");
  EXPECT_THAT(story.deployment().cause->reason, HasSubstr("more than 2 user_complaints"));
}

TEST_F(ASignal, AgesOut) {
  bake();
  (void)report(2);
  story.wait(31s);
  EXPECT_EQ(story.seen().triggers[1].finding.state, FindingState::pass);
  (void)report(2);
  EXPECT_EQ(story.phase(), "baking");
}

TEST_F(ASignal, IsNoSignOfHealthWhileItStaysAway) {
  EXPECT_EQ(story.seen().triggers[1].finding.state, FindingState::pass);
  EXPECT_EQ(story.seen().healthy_since, std::nullopt) << "no probe has known anything yet";
}

TEST_F(ASignal, ThatBeganBeforeTheDeploymentHasSettledCountsForNothing) {
  bake();
  const auto report_since = [this](Instant since) {
    return story.command(
        "backend", ReportSignal{.name = "user_complaints", .count = 5, .note = "", .since = since});
  };
  const Instant settled_at = *story.engine.epoch(*story.engine.find("backend"));
  for (const Instant since : {evening - 24h, settled_at - 1us}) {
    const Answer answer = report_since(since);
    EXPECT_EQ(answer.kind, AnswerKind::preexisting);
    EXPECT_EQ(answer.deployment, story.deployment().id);
    EXPECT_THAT(answer.message, HasSubstr("it began before what runs now did"));
    EXPECT_EQ(story.told("signal.reported"), answer.message) << "it is kept all the same";
    EXPECT_EQ(story.phase(), "baking");
    EXPECT_EQ(story.seen().triggers[1].finding.state, FindingState::pass);
  }
  EXPECT_EQ(report_since(settled_at).kind, AnswerKind::accepted);
  EXPECT_EQ(story.phase(), "rolling_back");
}

TEST_F(ASignal, ThatBeganBeforeTheFirstDeploymentIsOfAnotherVersionToo) {
  story.good();
  const Instant before = story.now;
  (void)story.start("v2");
  EXPECT_EQ(
      story
          .command("backend",
                   ReportSignal{
                       .name = "user_complaints", .count = 5, .note = "", .since = before - 1us})
          .kind,
      AnswerKind::preexisting);
}

TEST_F(ASignal, ThatNobodyCountsIsRefused) {
  const Answer answer = report(1, "user_complaint");
  EXPECT_EQ(answer.kind, AnswerKind::unknown_signal);
  EXPECT_EQ(answer.message,
            "no trigger of backend counts a signal called \"user_complaint\"; did you mean "
            "user_complaints?");
  EXPECT_TRUE(story.records.empty());
  EXPECT_EQ(report(1, "x").message,
            "no trigger of backend counts a signal called \"x\"; there is user_complaints");
  Story bare;
  EXPECT_EQ(bare.command("backend", ReportSignal{.name = "x"}).message,
            "no trigger of backend counts a signal called \"x\", nor any other");
}

TEST_F(ASignal, SurvivesAReloadOfTheSameSettings) {
  (void)report(2);
  story.engine.apply(story.settings, "another");
  EXPECT_EQ(story.seen().triggers[1].finding.state, FindingState::pending);
  story.settings.triggers[1].probe = 0;
  story.engine.apply(story.settings, "a third");
  EXPECT_NE(story.seen().triggers[1].finding.state, FindingState::pending);
}

}  // namespace
}  // namespace ripcord::test
