#include "net/system_clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

using Steady = std::chrono::steady_clock;

/// Longer sleeps would overflow the nanoseconds of the monotonic clock; nobody waits for so long.
constexpr Duration sleep_max = std::chrono::years(100);

Instant wall_clock() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return Instant(std::chrono::floor<Duration>(since_epoch));
}

}  // namespace

SystemClock::SystemClock(asio::any_io_executor executor)
    : executor_(std::move(executor)), started_(Steady::now()), started_at_(wall_clock()) {}

Instant SystemClock::now() const {
  return started_at_ + std::chrono::floor<Duration>(Steady::now() - started_);
}

asio::awaitable<void> SystemClock::sleep_until(Instant wake) {
  const Instant latest = now() + sleep_max;
  asio::steady_timer timer(executor_, started_ + (std::min(wake, latest) - started_at_));
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace ripcord::net
