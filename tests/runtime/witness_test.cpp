#include "runtime/witness.hpp"

#include "runtime/run_follower.hpp"
#include "tests/runtime/fake_runner.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

// A rollback begins once its evidence is captured, or could not be.
namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Takes the time that it is told to take, or breaks.
class FakeWitness final : public Witness {
 public:
  explicit FakeWitness(net::Clock& clock) : clock_(clock) {}

  boost::asio::awaitable<void> capture(RunFacts facts) override {
    captured.push_back(facts.deployment);
    co_await clock_.sleep_until(clock_.now() + takes);
    if (breaks) throw std::logic_error("a bug");
  }
  [[nodiscard]] std::string directory(const std::string& deployment) const override {
    return "/evidence/" + deployment;
  }

  Duration takes{};
  bool breaks = false;
  std::vector<std::string> captured;

 private:
  net::Clock& clock_;
};

class WitnessTest : public testing::Test {
 protected:
  void TearDown() override { cancel(); }

  void cancel() {
    boost::asio::post(context_, [this] { tasks_.cancel(); });
    clock_.settle();
  }
  static act::RunOrder order(const std::string& deployment, StepId step = {}) {
    act::RunOrder order{
        .id = {.deployment = deployment, .step = step}, .facts = {}, .configuration = "f"};
    order.facts.deployment = deployment;
    return order;
  }
  void begin(const std::string& deployment, StepId step = {}) {
    follower_.begin(order(deployment, step));
    clock_.settle();
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_};
  test::FakeRunner runner_{context_.get_executor()};
  std::vector<std::string> bugs_;
  net::TaskGroup tasks_{
      context_.get_executor(),
      [this](const std::string& name, const std::exception_ptr&) { bugs_.push_back(name); }};
  std::vector<RunEnded> fed_;
  FakeWitness witness_{clock_};
  RunFollower follower_{clock_, runner_, tasks_,
                        [this](Event event) { fed_.push_back(std::get<RunEnded>(event)); },
                        &witness_};
};

TEST_F(WitnessTest, IsWaitedForBeforeTheFirstStepAndTheStepIsTold) {
  witness_.takes = 5s;
  begin("d");
  EXPECT_THAT(runner_.launched, IsEmpty());
  EXPECT_EQ(runner_.inspect({.deployment = "d", .step = {}}), act::RunState::absent)
      << "the claim comes after the capture, so that a daemon that is killed begins it";
  clock_.run_for(5s);
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
  EXPECT_THAT(runner_.evidence, ElementsAre("/evidence/d"));
}

TEST_F(WitnessTest, DelaysNoOtherDeployment) {
  witness_.takes = 5s;
  begin("a");
  begin("b");
  clock_.run_for(5s);
  EXPECT_THAT(runner_.launched, ElementsAre("a/rollback.1", "b/rollback.1"));
}

TEST_F(WitnessTest, IsNotAskedBeforeLaterSteps) {
  witness_.takes = 5s;
  begin("d", {.kind = StepKind::rollback, .index = 1});
  begin("d", {.kind = StepKind::rollback, .index = 0, .attempt = 1});
  begin("d", {.kind = StepKind::verify});
  begin("d", {.kind = StepKind::deploy});
  EXPECT_THAT(runner_.launched, SizeIs(4));
  EXPECT_THAT(witness_.captured, IsEmpty());
  EXPECT_THAT(runner_.evidence, ElementsAre("/evidence/d", "/evidence/d", "/evidence/d", ""));
}

TEST_F(WitnessTest, IsAskedOnceForARunThatIsBegunTwice) {
  witness_.takes = 5s;
  begin("d");
  begin("d");
  clock_.run_for(10s);
  EXPECT_THAT(witness_.captured, SizeIs(1));
  EXPECT_THAT(runner_.launched, SizeIs(1));
}

TEST_F(WitnessTest, IsAskedAgainForARunThatADaemonDiedBefore) {
  follower_.resume(order("d"), true);
  clock_.settle();
  EXPECT_THAT(witness_.captured, ElementsAre("d"));
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
}

TEST_F(WitnessTest, ThatIsCancelledLetsTheRunBeginAtOnce) {
  witness_.takes = 5s;
  begin("d");
  cancel();
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
}

TEST_F(WitnessTest, ThatBreaksLetsTheRunBeginAndIsABug) {
  witness_.breaks = true;
  begin("d");
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
  EXPECT_THAT(bugs_, ElementsAre("evidence before d/rollback.1"));
}

TEST_F(WitnessTest, ARunThatIsStoppedMeanwhileNeverBegins) {
  witness_.takes = 5s;
  begin("d");
  follower_.stop({.deployment = "d", .step = {}});
  clock_.run_for(10s);
  EXPECT_THAT(runner_.launched, IsEmpty());
  ASSERT_THAT(fed_, SizeIs(1));
  EXPECT_EQ(fed_[0].result.outcome, RunOutcome::refused);
  follower_.stop({.deployment = "d", .step = {}});
  EXPECT_THAT(runner_.stopped, ElementsAre("d/rollback.1"));
}

}  // namespace
}  // namespace ripcord::runtime
