// What explain() makes of histories that the engine itself has written.
#include "deploy/explain.hpp"
#include "tests/engine/story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

engine::ServiceSettings in_two_stages() {
  engine::ServiceSettings settings = service();
  settings.recipe.deploy = {{.name = "start"}};
  settings.recipe.stages = {{.traffic = 0.05, .bake = 1min}, {.traffic = 1, .bake = 1min}};
  return settings;
}

class AnAccount : public testing::Test {
 protected:
  void reach_the_first_bake() {
    (void)story.command("backend", drive("v2"));
    story.happen(GateChecked{
        .deployment = story.deployment().id, .passed = true, .text = "the backup is 2h old"});
    story.step_ends({.kind = StepKind::deploy, .index = 0, .attempt = 0});
  }
  [[nodiscard]] std::vector<std::string> account() const {
    return deploy::explain(story.deployment(), story.records);
  }

  Story story{in_two_stages()};
};

TEST_F(AnAccount, OfACanaryNamesItsGateItsStagesAndWhatNearlyTripped) {
  reach_the_first_bake();
  story.good(3);
  story.bad(2);
  story.good(20);
  ASSERT_EQ(story.phase(), "succeeded");
  EXPECT_THAT(
      account(),
      ElementsAre(HasSubstr(": v2 of backend in place of v1, driven at 1970-01-01T19:00:00Z by "),
                  HasSubstr("deploying v2 to backend"),
                  "After 0s: the gate let it begin: the backup is 2h old.",
                  "After 0s: starting deploy.1 (start).",
                  "After 0s: deploy.1 (start) exited 0 after 0s.",
                  HasSubstr("stage 1 of 2: 5 % of the traffic goes to v2"),
                  HasSubstr("stage 2 of 2: 100 % of the traffic goes to v2"),
                  HasSubstr("v2 has been healthy to the end of its bake"),
                  "Trigger unhealthy came to 66 % of its trip: 2 of 3 failures in a row: status "
                  "500; with failures = 2 it would have tripped.",
                  StartsWith("It ended as succeeded after 2m: ")));
}

TEST_F(AnAccount, OfARollbackSaysHowLongEachPartOfItTook) {
  reach_the_first_bake();
  story.good(3);
  story.bad(3);
  story.finish_rollback();
  ASSERT_EQ(story.phase(), "rolled_back");
  const std::vector<std::string> lines = account();
  EXPECT_THAT(lines, testing::Contains(HasSubstr("3 of 3 failures in a row")));
  EXPECT_THAT(lines, testing::Contains(StartsWith("From the first bad evidence to the end")));
  EXPECT_THAT(lines.back(), StartsWith("It ended as rolled_back after "));
}

TEST_F(AnAccount, IsTheSameAfterARestart) {
  reach_the_first_bake();
  story.good(3);
  story.bad(3);
  story.finish_rollback();
  const std::vector<std::string> before = account();
  story.restart();
  EXPECT_EQ(account(), before);
}

}  // namespace
}  // namespace ripcord::test
