#pragma once

#include "base/result.hpp"
#include "net/blocking.hpp"
#include "net/resolver.hpp"
#include "net/system_clock.hpp"
#include "net/task_group.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace ripcord::test {

/// One loop with the real clock, for tests with real sockets. At its end every task is joined.
class Loop {
 public:
  Loop() = default;
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs the loop until `operation` has ended and returns what it returned. A test that would
  /// hang fails instead.
  template <class T>
  T wait_for(boost::asio::awaitable<T> operation) {
    std::optional<T> result;
    tasks.spawn("operation", keep(std::move(operation), result));
    const Instant patience = clock.now() + std::chrono::seconds(20);
    context.restart();
    while (!result && clock.now() < patience) {
      context.run_one_for(std::chrono::milliseconds(100));
      if (context.stopped()) context.restart();
    }
    if (!result) {
      ADD_FAILURE() << "the operation did not end";
      std::abort();
    }
    return *std::move(result);
  }

  /// Ends every task. For a test whose tasks borrow what dies before the loop does.
  void stop() {
    tasks.cancel();
    context.restart();
    context.run_for(std::chrono::seconds(5));
  }

  /// Cancels the tasks of `group` and waits until none is left.
  void end(net::TaskGroup& group) {
    group.cancel();
    (void)wait_for(joined(group));
  }

  /// Lets what has been asked for happen.
  void run_for(Duration duration) {
    context.restart();
    context.run_for(duration);
  }

  boost::asio::io_context context{1};
  net::SystemClock clock{context.get_executor()};
  net::BlockingPool lookups{"lookup", 2, 8};
  net::Resolver resolver{lookups};
  net::TaskGroup tasks{context.get_executor(),
                       [](const std::string& name, const std::exception_ptr& failure) {
                         ADD_FAILURE() << name << " threw";
                         std::rethrow_exception(failure);
                       }};

 private:
  static boost::asio::awaitable<bool> joined(net::TaskGroup& group) {
    co_await group.join();
    co_return true;
  }

  template <class T>
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<T> operation,
                                           std::optional<T>& result) {
    result.emplace(co_await std::move(operation));
  }
};

/// How many descriptors this process has open.
inline std::size_t open_descriptors() {
  const std::filesystem::directory_iterator listing("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(listing), end(listing)));
}

}  // namespace ripcord::test
