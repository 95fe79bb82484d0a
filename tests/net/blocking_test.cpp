#include "net/blocking.hpp"

#include "net/task_group.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <exception>
#include <functional>
#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace ripcord {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Work = std::function<Result<int>()>;

/// Real threads, but no time: latches hold them.
class BlockingPoolTest : public testing::Test {
 protected:
  boost::asio::awaitable<void> keep(net::BlockingPool& pool, Work work) {
    const auto result = co_await pool.run<int>(std::move(work));
    results_.push_back(result);
    resumed_on_ = std::this_thread::get_id();
  }

  void start(net::BlockingPool& pool, Work work) {
    tasks_.spawn("caller", keep(pool, std::move(work)));
  }

  /// The values of all results so far; -1 for a busy pool, -2 for another failure.
  [[nodiscard]] std::vector<int> values() const {
    std::vector<int> all;
    for (const auto& result : results_) {
      const int otherwise = !result && result.error().fault == Fault::busy ? -1 : -2;
      all.push_back(result.value_or(otherwise));
    }
    return all;
  }

  boost::asio::io_context context_{1};
  std::vector<Result<int>> results_;
  std::optional<std::thread::id> resumed_on_;
  net::TaskGroup tasks_{context_.get_executor(),
                        [](const std::string& name, const std::exception_ptr&) {
                          ADD_FAILURE() << name << " threw";
                        }};
};

TEST_F(BlockingPoolTest, RunsOnAnotherThreadAndComesBack) {
  net::BlockingPool pool("test", 1, 1);
  std::optional<std::thread::id> ran_on;
  start(pool, [&ran_on] {
    ran_on = std::this_thread::get_id();
    return 7;
  });
  context_.run();
  EXPECT_THAT(values(), ElementsAre(7));
  EXPECT_NE(ran_on, std::this_thread::get_id());
  EXPECT_EQ(resumed_on_, std::this_thread::get_id());
}

TEST_F(BlockingPoolTest, ReturnsAFailureAsItIs) {
  net::BlockingPool pool("test", 1, 1);
  start(pool, [] { return failure(Fault::full, "disk full"); });
  context_.run();
  EXPECT_EQ(results_.at(0).error().message, "disk full");
}

TEST_F(BlockingPoolTest, TakesAsManyAsThreadsAndQueueAndThenIsBusy) {
  std::latch open(1);
  net::BlockingPool pool("lookup", 2, 1);
  for (int i = 0; i < 4; ++i) {
    start(pool, [&open, i] {
      open.wait();
      return i;
    });
  }
  context_.poll();
  EXPECT_THAT(values(), ElementsAre(-1));
  EXPECT_THAT(results_.at(0).error().message, HasSubstr("\"lookup\""));
  open.count_down();
  context_.run();
  EXPECT_EQ(results_.size(), 4U);
}

TEST_F(BlockingPoolTest, NeedsNoQueueWhileAThreadIsIdle) {
  net::BlockingPool pool("test", 1, 0);
  start(pool, [] { return 1; });
  context_.run();
  EXPECT_THAT(values(), ElementsAre(1));
}

TEST_F(BlockingPoolTest, ACancelledCallerLeavesTheWorkToItsEnd) {
  std::latch begun(1);
  std::latch open(1);
  std::latch ended(1);
  net::BlockingPool pool("test", 1, 1);
  start(pool, [&] {
    begun.count_down();
    open.wait();
    ended.count_down();
    return 7;
  });
  context_.poll();
  begun.wait();
  tasks_.cancel();
  context_.restart();
  context_.run();  // returns although the work still hangs
  EXPECT_TRUE(results_.empty());
  EXPECT_FALSE(ended.try_wait());
  open.count_down();
  ended.wait();
}

TEST_F(BlockingPoolTest, ItsEndDropsWhatHasNotBegun) {
  std::latch begun(1);
  std::latch open(1);
  bool second_ran = false;
  std::optional<net::BlockingPool> pool(std::in_place, "test", 1, 1);
  start(*pool, [&] {
    begun.count_down();
    open.wait();
    return 1;
  });
  start(*pool, [&second_ran] {
    second_ran = true;
    return 2;
  });
  context_.poll();
  begun.wait();
  std::jthread opener([&open] { open.count_down(); });
  // The first job may end before the pool is told to stop; only then may the second one begin.
  pool.reset();
  context_.restart();
  context_.run();
  EXPECT_EQ(values().front(), 1);
  EXPECT_EQ(second_ran, results_.size() == 2);
}

TEST_F(BlockingPoolTest, ServesManyCallersWithFewThreads) {
  net::BlockingPool pool("test", 3, 1000);
  for (int i = 0; i < 500; ++i) start(pool, [i] { return i; });
  context_.run();
  int sum = 0;
  for (const int value : values()) sum += value;
  EXPECT_EQ(sum, 499 * 500 / 2);
}

}  // namespace
}  // namespace ripcord
