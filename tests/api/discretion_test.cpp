#include "api/discretion.hpp"

#include "tests/api/stories.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace ripcord::api {
namespace {

using testing::Each;
using testing::Field;
using testing::HasSubstr;

const std::string ana = "uid 1000 (ana)";

DeploymentView story() {
  DeploymentView view = test::rolled_back_view();
  view.deployment.held = Held{.reason = "asked by " + ana, .by = ana, .at = test::evening};
  view.deployment.confirmations = {{.item = "notes read", .by = ana}};
  view.deployment.overrides = {{.gate = "hours", .by = "token ci", .reason = "an outage"}};
  view.history[0].text = "hours: overridden by token ci, read by " + ana + " and by " + ana;
  return view;
}

TEST(Discretion, HasSomebodyInPlaceOfEveryPerson) {
  const DeploymentView shown = discreet(story());
  EXPECT_EQ(shown.history[0].by, "somebody");
  EXPECT_EQ(shown.history[0].text,
            "hours: overridden by somebody, read by somebody and by somebody");
  EXPECT_EQ(shown.deployment.held->by, "somebody");
  EXPECT_EQ(shown.deployment.held->reason, "asked by somebody");
  EXPECT_EQ(shown.deployment.confirmations[0].by, "somebody");
  EXPECT_EQ(shown.deployment.overrides[0].by, "somebody");
}

TEST(Discretion, KeepsWhatRipcordDid) {
  const DeploymentView shown = discreet(story());
  EXPECT_EQ(shown.deployment.cause->by, "ripcord");
  EXPECT_EQ(shown.history[2].by, "ripcord");
  EXPECT_THAT(shown.history[2].text, HasSubstr("rolling backend back from v2 to v1"));
}

TEST(Discretion, ShowsNoOutput) {
  EXPECT_THAT(discreet(story()).runs, Each(Field(&RunView::output, "")));
}

TEST(Discretion, TakesTheLongerNameFirst) {
  DeploymentView view = story();
  view.history[1].by = "uid 1000 (ana) (on call)";
  view.history[1].text = "by uid 1000 (ana) (on call)";
  EXPECT_EQ(discreet(view).history[1].text, "by somebody");
}

TEST(Discretion, CoversTheSnapshot) {
  engine::Snapshot snapshot{
      .at = test::evening, .services = {test::backend_service()}, .blind_since = {}};
  snapshot.services[0].deployment = story().deployment;
  EXPECT_EQ(discreet(snapshot).services[0].deployment->held->by, "somebody");
}

Record told(std::string text, std::string by) {
  Record record;
  record.text = std::move(text);
  record.by = std::move(by);
  return discreet(std::move(record));
}

TEST(Discretion, TakesWhateverLooksLikeAPersonInARecordForOne) {
  const auto hidden = [](std::string text) { return told(std::move(text), "signal 1").text; };
  EXPECT_EQ(hidden("confirmed by uid 1000 (ana), uid 0 and token ci: ok"),
            "confirmed by somebody, somebody and somebody: ok");
  EXPECT_EQ(hidden("signal 1 said so"), "somebody said so");
  EXPECT_EQ(hidden("the uid is missing; uid x"), "the uid is missing; uid x");
  EXPECT_EQ(hidden("uid 5 (never closed"), "somebody (never closed");
  EXPECT_EQ(told("", "uid 1000 (ana)").by, "somebody");
  EXPECT_EQ(told("", "ripcord").by, "ripcord");
}

}  // namespace
}  // namespace ripcord::api
