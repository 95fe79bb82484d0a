#pragma once

#include "base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>

namespace ripcord::net {

/// Wakes coroutines that wait for a condition, as a condition variable does for threads: check the
/// condition, wait(), check again. Of one executor only.
class Wakeup {
 public:
  explicit Wakeup(const boost::asio::any_io_executor& executor)
      : never_(executor, boost::asio::steady_timer::time_point::max()) {}

  /// Wakes everybody who waits now.
  void notify() {
    ++notified_;
    never_.cancel();
  }

  /// Returns after the next notify(), counted from this call and not from when the coroutine first
  /// runs: a notify() in between is not lost. Throws operation_aborted when cancelled.
  [[nodiscard]] boost::asio::awaitable<Result<void>> wait() { return wait_past(notified_); }

 private:
  boost::asio::awaitable<Result<void>> wait_past(std::uint64_t seen);

  boost::asio::steady_timer never_;
  std::uint64_t notified_ = 0;
};

}  // namespace ripcord::net
