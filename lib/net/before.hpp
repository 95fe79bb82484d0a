#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/alarms.hpp"
#include "net/clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace ripcord::net {

namespace detail {

/// An operation against its deadline.
struct Race {
  boost::asio::cancellation_signal stop;
  bool has_ended = false;
  bool is_late = false;
};

template <class T>
boost::asio::awaitable<Result<T>> run(boost::asio::awaitable<Result<T>> operation, Race& race) {
  Result<T> result = co_await std::move(operation);
  race.has_ended = true;
  co_return result;
}

}  // namespace detail

/// Runs `operation`, cancelling it and returning Fault::timeout if `deadline` passes first.
///
/// Returns only once `operation` has ended: nothing that it borrowed is in use any more. What it
/// throws is thrown at once, unlike from Asio's ||, which waits for the first *success*
/// (chriskohlhoff/asio#900) and throws multiple_exceptions on cancellation. Throws
/// operation_aborted when the caller itself is cancelled. Costs no exception unless there is one:
/// every probe passes here. Pre: T is default-constructible.
template <class T>
boost::asio::awaitable<Result<T>> before(Clock& clock, Instant deadline,
                                         boost::asio::awaitable<Result<T>> operation) {
  namespace asio = boost::asio;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  detail::Race race;
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  asio::cancellation_slot caller = state.slot();
  if (caller.is_connected()) {
    caller.assign([&race](asio::cancellation_type type) { race.stop.emit(type); });
  }
  Alarm alarm(clock.alarms(), [&race] {
    if (race.has_ended) return;
    race.is_late = true;
    race.stop.emit(asio::cancellation_type::terminal);
  });
  alarm.set(deadline);
  auto [thrown, result] = co_await asio::co_spawn(
      executor, detail::run(std::move(operation), race),
      asio::bind_cancellation_slot(race.stop.slot(), asio::as_tuple(asio::use_awaitable)));
  if (race.is_late) co_return failure(Fault::timeout, "deadline passed");
  if (thrown) std::rethrow_exception(thrown);
  co_return std::move(result);
}

}  // namespace ripcord::net
