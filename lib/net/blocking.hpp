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

  /// Runs `work`, which must not throw, on one of the threads, then `ended` on `executor` with its
  /// value; with none when it was dropped at the pool's end. False, and neither is called, when the
  /// queue is full.
  template <class T>
  [[nodiscard]] bool begin(boost::asio::any_io_executor executor, std::function<Result<T>()> work,
                           std::function<void(std::optional<Result<T>>)> ended);

  /// Why begin() has refused work.
  [[nodiscard]] Error too_busy() const;

  /// Runs `work` on one of the threads and returns its value on the caller's executor. `work`
  /// returns a Result and must not throw. Fault::busy at once when the queue is full. Throws
  /// operation_aborted when the caller is cancelled: the work itself then still runs to its end.
  template <class T>
  boost::asio::awaitable<Result<T>> run(std::function<Result<T>()> work);

 private:
  struct Threads;

  enum class Order : std::uint8_t { run, drop };
  using Job = std::function<void(Order)>;

  /// Where a caller waits; touched on the caller's executor only. Shared
  /// because either side may be gone first: a cancelled caller leaves the work behind.
  template <class T>
  struct Waiting {
    explicit Waiting(const boost::asio::any_io_executor& executor)
        : done(executor, boost::asio::steady_timer::time_point::max()) {}

    boost::asio::steady_timer done;   ///< never expires; cancelled when the work has ended
    std::optional<Result<T>> result;  ///< stays empty when the work was dropped
  };

  /// Queues `job`, which will be called exactly once; false when the queue is full.
  bool post(Job job);

  std::unique_ptr<Threads> threads_;
};

template <class T>
bool BlockingPool::begin(boost::asio::any_io_executor executor, std::function<Result<T>()> work,
                         std::function<void(std::optional<Result<T>>)> ended) {
  // `ended` dies in the handler that is posted back: what it holds is of the executor's thread.
  return post([executor = std::move(executor), work = std::move(work),
               ended = std::move(ended)](Order order) mutable {
    std::optional<Result<T>> result;
    if (order == Order::run) result.emplace(work());
    boost::asio::post(executor, [ended = std::move(ended), result = std::move(result)]() mutable {
      ended(std::move(result));
    });
  });
}

template <class T>
boost::asio::awaitable<Result<T>> BlockingPool::run(std::function<Result<T>()> work) {
  namespace asio = boost::asio;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto waiting = std::make_shared<Waiting<T>>(executor);
  std::function<void(std::optional<Result<T>>)> ended = [waiting](std::optional<Result<T>> result) {
    waiting->result = std::move(result);
    waiting->done.cancel();
  };
  const bool queued = begin<T>(executor, std::move(work), std::move(ended));
  if (!queued) co_return std::unexpected(too_busy());

  (void)co_await waiting->done.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!waiting->result) throw boost::system::system_error(asio::error::operation_aborted);
  co_return std::move(*waiting->result);
}

}  // namespace ripcord::net
