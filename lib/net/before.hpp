#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <exception>
#include <tuple>
#include <utility>

namespace ripcord::net {

/// Runs `operation`, cancelling it and returning Fault::timeout if `deadline` passes first.
///
/// Returns only once `operation` has ended: nothing that it borrowed is in use any more. What it
/// throws is thrown at once, unlike from Asio's ||, which waits for the first *success*
/// (chriskohlhoff/asio#900) and throws multiple_exceptions on cancellation. Throws
/// operation_aborted when the caller itself is cancelled. Pre: T is default-constructible.
template <class T>
boost::asio::awaitable<Result<T>> before(Clock& clock, Instant deadline,
                                         boost::asio::awaitable<Result<T>> operation) {
  namespace asio = boost::asio;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto race = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(operation), asio::deferred),
      asio::co_spawn(executor, clock.sleep_until(deadline), asio::deferred));
  auto ended = co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);

  const std::size_t first = std::get<0>(ended)[0];
  const std::exception_ptr& thrown = first == 0 ? std::get<1>(ended) : std::get<3>(ended);
  if (thrown) std::rethrow_exception(thrown);
  if (first != 0) co_return failure(Fault::timeout, "deadline passed");
  co_return std::move(std::get<2>(ended));
}

}  // namespace ripcord::net
