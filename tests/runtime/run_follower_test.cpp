#include "runtime/run_follower.hpp"

#include "tests/runtime/fake_runner.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

RunResult exited(int code) {
  RunResult result;
  result.outcome = RunOutcome::exited;
  result.code = code;
  return result;
}

class RunFollowerTest : public testing::Test {
 protected:
  void TearDown() override {
    boost::asio::post(context_, [this] { tasks_.cancel(); });
    clock_.settle();
  }

  void begin() {
    follower_.begin(order_);
    clock_.settle();
  }
  void resume(bool same_boot) {
    follower_.resume(order_, same_boot);
    clock_.settle();
  }
  void found_as(act::RunState state) { runner_.states["d/rollback.1"] = state; }
  /// How the run ended, as the engine was told; fails unless it was told once.
  RunResult told() {
    EXPECT_EQ(fed_.size(), 1U);
    return fed_.empty() ? RunResult{} : fed_.front().result;
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_};
  test::FakeRunner runner_{context_.get_executor()};
  net::TaskGroup tasks_{
      context_.get_executor(),
      [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; }};
  void feed(const Event& event) {
    const auto* ended = std::get_if<RunEnded>(&event);
    ended != nullptr ? fed_.push_back(*ended)
                     : before_.push_back(std::get<FoundIrreversible>(event));
    EXPECT_TRUE(ended != nullptr || fed_.empty()) << "it is told before the end";
  }

  std::vector<RunEnded> fed_;
  std::vector<FoundIrreversible> before_;
  RunFollower follower_{clock_, runner_, tasks_, [this](const Event& event) { feed(event); }};
  act::RunOrder order_{.id = {.deployment = "d", .step = {}}, .facts = {}, .configuration = "f"};
};

TEST_F(RunFollowerTest, LaunchesOnceAndTellsTheEnd) {
  begin();
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
  EXPECT_EQ(follower_.active(), 1U);
  runner_.end("d/rollback.1", exited(0));
  clock_.settle();
  EXPECT_TRUE(told().succeeded());
  EXPECT_EQ(follower_.active(), 0U);
}

TEST_F(RunFollowerTest, DoesNotLaunchAgainWhatWasStoppedMeanwhile) {
  runner_.launches_to_fail = 1;
  begin();
  follower_.stop(order_.id);
  clock_.run_for(10s);
  EXPECT_THAT(runner_.launched, IsEmpty());
  EXPECT_EQ(told().outcome, RunOutcome::refused);
}

TEST_F(RunFollowerTest, TellsThatADeployStepCannotBeUndoneBeforeItsEnd) {
  order_.id.step = {.kind = StepKind::deploy};
  begin();
  RunResult failed = exited(1);
  failed.irreversible = "column email is dropped";
  runner_.end("d/deploy.1", failed);
  clock_.settle();
  EXPECT_FALSE(told().succeeded());
  ASSERT_EQ(before_.size(), 1U);
  EXPECT_EQ(before_[0].deployment, "d");
  EXPECT_EQ(before_[0].reason, "column email is dropped");
  EXPECT_EQ(before_[0].by, "step deploy.1");
}

TEST_F(RunFollowerTest, HearsNoSuchWordFromTheScriptsOfARollback) {
  begin();
  RunResult done = exited(0);
  done.irreversible = "x";
  runner_.end("d/rollback.1", done);
  clock_.settle();
  EXPECT_TRUE(told().succeeded());
  EXPECT_THAT(before_, IsEmpty());
}

TEST_F(RunFollowerTest, NeverLaunchesWhatIsThereAlready) {
  found_as(act::RunState::running);
  begin();
  EXPECT_THAT(runner_.launched, IsEmpty());
  EXPECT_EQ(follower_.active(), 1U);
}

TEST_F(RunFollowerTest, SaysWhyARunCouldNotBegin) {
  runner_.claim_fails = true;
  begin();
  EXPECT_EQ(told().outcome, RunOutcome::refused);
  EXPECT_EQ(told().message, "permission denied");
}

TEST_F(RunFollowerTest, TriesAgainWhenTheMachineIsOutOfProcesses) {
  runner_.launches_to_fail = 3;
  begin();
  EXPECT_THAT(runner_.launched, IsEmpty());
  clock_.run_for(10s);
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
  EXPECT_THAT(fed_, IsEmpty());
}

TEST_F(RunFollowerTest, GivesUpInTheEndAndSaysSo) {
  runner_.launches_to_fail = 100;
  begin();
  clock_.run_for(60s);
  EXPECT_EQ(told().outcome, RunOutcome::refused);
  EXPECT_EQ(told().message, "out of processes");
}

TEST_F(RunFollowerTest, BeginsAfterARestartWhatNeverBegan) {
  resume(true);
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
}

TEST_F(RunFollowerTest, DoesNotBeginAfterARebootWhatMayHaveBegun) {
  resume(false);
  EXPECT_THAT(runner_.launched, IsEmpty());
  EXPECT_EQ(told().outcome, RunOutcome::lost);
}

TEST_F(RunFollowerTest, LaunchesAfterARestartWhatWasOnlyClaimed) {
  found_as(act::RunState::claimed);
  resume(true);
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
}

TEST_F(RunFollowerTest, AdoptsWhatRunsAndWhatHasEnded) {
  found_as(act::RunState::running);
  resume(true);
  runner_.end("d/rollback.1", exited(4));
  clock_.settle();
  EXPECT_EQ(told().code, 4);
  EXPECT_THAT(runner_.launched, IsEmpty());
}

TEST_F(RunFollowerTest, FollowsARunOnlyOnce) {
  found_as(act::RunState::running);
  resume(true);
  resume(true);
  runner_.end("d/rollback.1", exited(0));
  clock_.settle();
  EXPECT_EQ(fed_.size(), 1U);
}

TEST_F(RunFollowerTest, StopsARun) {
  begin();
  follower_.stop(order_.id);
  EXPECT_THAT(runner_.stopped, ElementsAre("d/rollback.1"));
}

}  // namespace
}  // namespace ripcord::runtime
