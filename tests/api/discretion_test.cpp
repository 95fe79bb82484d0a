#include "api/discretion.hpp"

#include "tests/api/stories.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace ripcord::api
