#include "ripcord/story.hpp"

#include "api/json.hpp"
#include "tests/api/stories.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ripcord::cli {
namespace {

using namespace std::chrono_literals;
using test::evening;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> told(Story& story, const api::DeploymentView& view) {
  std::vector<std::string> lines;
  for (const Change& change : story.take(view, evening + 1min)) {
    lines.push_back(render(line_of(change), Surface{}));
  }
  return lines;
}

api::DeploymentView with_output(std::string output) {
  api::DeploymentView view = test::rolling_back_view();
  view.history.clear();
  view.runs.front().output = std::move(output);
  return view;
}

TEST(GrownBy, FindsWhatIsNew) {
  EXPECT_EQ(grown_by("", "abc"), "abc");
  EXPECT_EQ(grown_by("ab", "abc"), "c");
  EXPECT_EQ(grown_by("abc", "abc"), "");
  EXPECT_EQ(grown_by("abcdef", "defgh"), "gh");
  EXPECT_EQ(grown_by("abc", "xyz"), "xyz");
  EXPECT_EQ(grown_by("abc", ""), "");
}

TEST(Story, TellsEachThingOnce) {
  Story story;
  EXPECT_THAT(
      told(story, test::rolling_back_view()),
      ElementsAre("19:00:00Z  deployment.started  deploying v2 to backend; a rollback would "
                  "lead to v1",
                  "19:00:40Z  deployment.deployed  v2 is in place after 40s; watching it "
                  "for 15m",
                  "19:01:02Z  rollback.started  rolling backend back from v2 to v1: 3 of 3 "
                  "failures in a row: status 500, expected 200",
                  "rollback.1 | stopping v2", "19:01:00Z  phase  rolling_back"));
  EXPECT_THAT(told(story, test::rolling_back_view()), IsEmpty());
  EXPECT_THAT(told(story, test::rolled_back_view()),
              ElementsAre("rollback.1 | starting v1",
                          "19:01:12Z  rollback.succeeded  v1 is back and verified; it took 10s "
                          "from the trip on",
                          "19:01:12Z  phase  rolled_back"));
}

TEST(Story, TellsOutputByWholeLines) {
  Story story;
  (void)told(story, with_output(""));
  EXPECT_THAT(told(story, with_output("one\ntw")), ElementsAre("rollback.1 | one"));
  EXPECT_THAT(told(story, with_output("one\ntwo")), IsEmpty());
  EXPECT_THAT(told(story, with_output("one\ntwo\n\n")),
              ElementsAre("rollback.1 | two", "rollback.1 | "));
  api::DeploymentView ended = with_output("one\ntwo\n\nthr");
  ended.runs.front().result = RunResult{};
  EXPECT_THAT(told(story, ended), ElementsAre("rollback.1 | thr"));
  EXPECT_THAT(told(story, ended), IsEmpty());
}

TEST(Story, GoesOnWhenTheBeginningOfTheOutputIsNoLongerKept) {
  Story story;
  (void)told(story, with_output("one\ntwo\nthree\n"));
  EXPECT_THAT(told(story, with_output("three\nfour\n")), ElementsAre("rollback.1 | four"));
  EXPECT_THAT(told(story, with_output("nine\n")), ElementsAre("rollback.1 | nine"));
}

TEST(Story, IsJsonForPrograms) {
  Story story;
  std::vector<std::string> lines;
  for (const Change& change : story.take(with_output("a\x1b\n"), evening)) {
    lines.push_back(api::to_text(json_of(change)));
  }
  EXPECT_THAT(lines,
              ElementsAre(R"({"change":"output","step":"rollback.1","line":"a "})",
                          R"({"change":"phase","at":"2026-11-22T19:00:00.000Z",)"
                          R"("phase":"rolling_back","phase_detail":{"step":"rollback.1"}})"));
  const Record record = test::rolled_back_view().history.front();
  EXPECT_EQ(api::to_text(json_of(record)),
            R"({"change":"record","at":"2026-11-22T19:00:00.000Z","kind":"deployment.started",)"
            R"("severity":"info","text":"deploying v2 to backend; a rollback would lead to v1",)"
            R"x("by":"uid 1000 (ana)"})x");
}

}  // namespace
}  // namespace ripcord::cli
