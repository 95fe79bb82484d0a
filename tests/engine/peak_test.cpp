// How near triggers came, for the account of a deployment.

#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

engine::ServiceSettings with_two_triggers() {
  engine::ServiceSettings settings = service();
  settings.triggers.push_back(
      {.name = "patient", .probe = 0, .rule = evaluate::ConsecutiveFailures{.failures = 4}});
  return settings;
}

std::vector<std::string> peaks(const Story& story) {
  std::vector<std::string> texts;
  for (const Record& record : story.records) {
    if (record.kind == "trigger.peak") texts.push_back(record.text);
  }
  return texts;
}

TEST(APeak, IsToldAtTheEndOfTheBakeTheNearestFirst) {
  Story story(with_two_triggers());
  (void)story.start("v2");
  story.bad(1);
  (void)story.finish();
  story.good(3);
  story.bad(2);
  EXPECT_THAT(peaks(story), IsEmpty());
  story.good(8);
  ASSERT_EQ(story.phase(), "succeeded");
  EXPECT_THAT(peaks(story),
              ElementsAre("trigger unhealthy came to 66 % of its trip: 2 of 3 failures in a row: "
                          "status 500; with failures = 2 it would have tripped",
                          "trigger patient came to 50 % of its trip: 2 of 4 failures in a row: "
                          "status 500; with failures = 2 it would have tripped"));
}

TEST(APeak, OfTheTriggerThatRolledItBackIsItsTrip) {
  Story story(with_two_triggers());
  (void)story.start("v2");
  (void)story.finish();
  story.good(2);
  story.bad(3);
  ASSERT_EQ(story.phase(), "rolling_back");
  story.bad(5);
  EXPECT_THAT(peaks(story),
              ElementsAre("trigger patient came to 75 % of its trip: 3 of 4 failures in a row: "
                          "status 500; with failures = 3 it would have tripped"))
      << "what happens during the rollback counts no more";
}

TEST(APeak, OfNothingIsToldToo) {
  Story story;
  story.deploy_good("v2");
  EXPECT_THAT(peaks(story), ElementsAre("trigger unhealthy came nowhere near its trip"));
}

TEST(APeak, OfATriggerThatTrippedWithoutActingIsWhole) {
  engine::ServiceSettings settings = with_two_triggers();
  settings.triggers[0].shadow = true;
  Story story(settings);
  (void)story.start("v2");
  (void)story.finish();
  story.good(2);
  story.bad(3);
  story.good(9);
  ASSERT_EQ(story.phase(), "succeeded");
  EXPECT_EQ(peaks(story).at(0),
            "trigger unhealthy came to 100 % of its trip: 3 of 3 failures in a row: status 500");
}

TEST(APeak, SaysWhatItDidNotSee) {
  Story story;
  (void)story.start("v2");
  (void)story.finish();
  story.good(3);
  story.bad(2);
  story.good(1);
  story.restart();
  story.good(8);
  ASSERT_EQ(story.phase(), "succeeded");
  EXPECT_THAT(peaks(story), ElementsAre("trigger unhealthy came nowhere near its trip since the "
                                        "daemon began"));
}

TEST(APeak, IsNotToldOfWhatNeverBaked) {
  Story story;
  (void)story.start("v2");
  story.bad(2);
  (void)story.fail();
  EXPECT_THAT(peaks(story), IsEmpty());
}

}  // namespace
}  // namespace ripcord::test
