#pragma once

#include "base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace ripcord::net {

/// A few threads for work that blocks: SQLite, name lookup. Bounded in threads and in queue.
///
/// Work must not touch the loop's state: it takes what it needs by value and returns a value.
class BlockingPool {
 public:
  /// `name` is what the threads are called (at most 15 bytes are shown by the system).
  BlockingPool(std::string name, std::size_t threads, std::size_t queue_max);

  /// Waits for work that has begun; drops what is still queued (its callers get operation_aborted).
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// Runs `work` on one of the threads and returns its value on the caller's executor. `work`
  /// returns a Result and must not throw. Fault::busy at once when the queue is full. Throws
  /// operation_aborted when the caller is cancelled: the work itself then still runs to its end.
  template <class T>
  boost::asio::awaitable<Result<T>> run(std::function<Result<T>()> work);

 private:
  struct Threads;

  /// Queues `job`; false when the queue is full.
  bool post(std::function<void()> job);

  std::unique_ptr<Threads> threads_;
};

}  // namespace ripcord::net
