#pragma once

#include "base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace ripcord::net {

/// A few threads for work that blocks: SQLite, name lookup. Bounded in threads and in queue.
///
/// Work must not touch the loop's state: it takes what it needs by value and returns a value.
/// The io_contexts of its callers must outlive the pool: results are posted to them.
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

  enum class Order : std::uint8_t { run, drop };
  using Job = std::function<void(Order)>;

  /// Where a caller waits; touched on the caller's executor only. Shared (the one shared_ptr of
  /// this floor) because either side may be gone first: a cancelled caller leaves the work behind.
  template <class T>
  struct Waiting {
    explicit Waiting(const boost::asio::any_io_executor& executor)
        : done(executor, boost::asio::steady_timer::time_point::max()) {}

    boost::asio::steady_timer done;   ///< never expires; cancelled when the work has ended
    std::optional<Result<T>> result;  ///< stays empty when the work was dropped
  };

  /// Queues `job`, which will be called exactly once; false when the queue is full.
  bool post(Job job);
  [[nodiscard]] Error too_busy() const;

  std::unique_ptr<Threads> threads_;
};

template <class T>
boost::asio::awaitable<Result<T>> BlockingPool::run(std::function<Result<T>()> work) {
  namespace asio = boost::asio;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto waiting = std::make_shared<Waiting<T>>(executor);

  // The last use of `waiting` is always in the handler that is posted back: a timer must not be
  // destroyed on a thread of the pool.
  Job job = [executor, waiting, work = std::move(work)](Order order) mutable {
    std::optional<Result<T>> result;
    if (order == Order::run) result.emplace(work());
    asio::post(executor, [waiting = std::move(waiting), result = std::move(result)]() mutable {
      waiting->result = std::move(result);
      waiting->done.cancel();
    });
  };
  const bool queued = post(std::move(job));
  if (!queued) co_return std::unexpected(too_busy());

  (void)co_await waiting->done.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!waiting->result) throw boost::system::system_error(asio::error::operation_aborted);
  co_return std::move(*waiting->result);
}

}  // namespace ripcord::net
