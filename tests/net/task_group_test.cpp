#include "net/task_group.hpp"

#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class TaskGroupTest : public testing::Test {
 protected:
  ~TaskGroupTest() override {
    group_.cancel();
    joiners_.cancel();
    clock_.settle();
  }

  boost::asio::awaitable<void> log_after(std::string line, Duration delay) {
    co_await clock_.sleep_until(clock_.now() + delay);
    log_.push_back(line);
  }

  boost::asio::awaitable<void> fail_after(Duration delay) {
    co_await clock_.sleep_until(clock_.now() + delay);
    throw std::logic_error("bug");
  }

  /// A task that, asked to stop, starts another one on its way out.
  boost::asio::awaitable<void> respawn_on_cancel() {
    bool cancelled = false;
    try {
      co_await clock_.sleep_until(clock_.now() + 1h);
    } catch (const boost::system::system_error&) {
      cancelled = true;
    }
    if (cancelled) group_.spawn("late", log_after("late", 1h));
  }

  boost::asio::awaitable<void> join_then_log() {
    co_await group_.join();
    log_.emplace_back("joined");
  }

  void join() { joiners_.spawn("joiner", join_then_log()); }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_};
  std::vector<std::string> log_;
  net::TaskGroup joiners_{
      context_.get_executor(),
      [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; }};
  net::TaskGroup group_{context_.get_executor(),
                        [this](const std::string& name, const std::exception_ptr&) {
                          log_.push_back(name + " failed");
                        }};
};

TEST_F(TaskGroupTest, JoinWaitsForEveryTask) {
  group_.spawn("a", log_after("a", 1s));
  group_.spawn("b", log_after("b", 2s));
  join();
  clock_.run_for(1500ms);
  EXPECT_THAT(log_, ElementsAre("a"));
  clock_.run_for(1s);
  EXPECT_THAT(log_, ElementsAre("a", "b", "joined"));
}

TEST_F(TaskGroupTest, JoinOfAnEmptyGroupReturnsAtOnce) {
  join();
  clock_.settle();
  EXPECT_THAT(log_, ElementsAre("joined"));
}

TEST_F(TaskGroupTest, CancelEndsTasksAtOnceAndSilently) {
  group_.spawn("a", log_after("a", 1h));
  group_.spawn("b", log_after("b", 1h));
  join();
  clock_.settle();
  group_.cancel();
  clock_.settle();
  EXPECT_THAT(log_, ElementsAre("joined"));
}

TEST_F(TaskGroupTest, CancelByNameEndsThatTaskAlone) {
  group_.spawn("a", log_after("a", 1s));
  group_.spawn("b", log_after("b", 1s));
  clock_.settle();
  group_.cancel("a");
  group_.cancel("c");
  clock_.run_for(2s);
  EXPECT_THAT(log_, ElementsAre("b"));
  group_.spawn("a", log_after("again", 1s));
  join();
  clock_.run_for(2s);
  EXPECT_THAT(log_, ElementsAre("b", "again", "joined"));
}

TEST_F(TaskGroupTest, JoinWaitsForACancellationByName) {
  group_.cancel("a");
  join();
  EXPECT_THAT(log_, IsEmpty());
  clock_.settle();
  EXPECT_THAT(log_, ElementsAre("joined"));
}

TEST_F(TaskGroupTest, ReportsABugWithTheTasksName) {
  group_.spawn("prober", fail_after(1s));
  clock_.run_for(2s);
  EXPECT_THAT(log_, ElementsAre("prober failed"));
}

TEST_F(TaskGroupTest, ABugInOneTaskLeavesTheOthersRunning) {
  group_.spawn("prober", fail_after(1s));
  group_.spawn("b", log_after("b", 2s));
  clock_.run_for(3s);
  EXPECT_THAT(log_, ElementsAre("prober failed", "b"));
}

TEST_F(TaskGroupTest, ATaskStartedWhileTheGroupStopsDoesNotDelayTheJoin) {
  group_.spawn("respawner", respawn_on_cancel());
  join();
  clock_.settle();
  group_.cancel();
  clock_.settle();
  EXPECT_THAT(log_, ElementsAre("joined"));
}

TEST_F(TaskGroupTest, ATaskMayEndBeforeItsCancellationReachesIt) {
  boost::asio::steady_timer timer(context_, boost::asio::steady_timer::time_point::max());
  group_.spawn("a", timer.async_wait(boost::asio::use_awaitable));
  clock_.settle();
  timer.cancel();   // its end is queued first,
  group_.cancel();  // its cancellation second
  join();
  clock_.settle();
  EXPECT_THAT(log_, ElementsAre("joined"));
}

TEST_F(TaskGroupTest, DropsTasksAfterCancelUntilItIsJoined) {
  group_.cancel();
  group_.spawn("a", log_after("a", 1s));
  clock_.run_for(2s);
  EXPECT_THAT(log_, IsEmpty());

  join();
  clock_.settle();
  group_.spawn("b", log_after("b", 1s));
  clock_.run_for(2s);
  EXPECT_THAT(log_, ElementsAre("joined", "b"));
}

TEST(TaskGroupDeathTest, MustBeJoinedBeforeItDies) {
  const auto abandon = [] {
    boost::asio::io_context context{1};
    test::ManualClock clock{context};
    net::TaskGroup group{context.get_executor(),
                         [](const std::string&, const std::exception_ptr&) {}};
    group.spawn("forgotten", clock.sleep_until(Instant{} + 1h));
    clock.settle();
  };
  EXPECT_DEATH(abandon(), "contract broken");
}

}  // namespace
}  // namespace ripcord
