#include "net/system_clock.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

using Steady = std::chrono::steady_clock;

/// Longer sleeps would overflow the nanoseconds of the monotonic clock; nobody waits for so long.
constexpr Duration sleep_max = std::chrono::years(100);

/// So many alarms ring before the loop looks at what has come meanwhile: of ten thousand probes
/// that are due, the first shall not wait for the last.
constexpr std::size_t rings_max = 64;

Instant wall_clock() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return Instant(std::chrono::floor<Duration>(since_epoch));
}

}  // namespace

SystemClock::SystemClock(asio::any_io_executor executor)
    : executor_(std::move(executor)),
      started_(Steady::now()),
      started_at_(wall_clock()),
      timer_(executor_),
      self_(std::make_shared<SystemClock*>(this)) {}

Instant SystemClock::now() const {
  return started_at_ + std::chrono::floor<Duration>(Steady::now() - started_);
}

asio::awaitable<void> SystemClock::sleep_until(Instant wake) {
  asio::steady_timer timer(executor_, expiry_of(wake));
  co_await timer.async_wait(asio::use_awaitable);
}

void SystemClock::arm() {
  const std::optional<Instant> earliest = next();
  if (!earliest || (armed_for_ && *armed_for_ <= *earliest)) return;
  armed_for_ = earliest;
  const std::weak_ptr<SystemClock*> self = self_;
  if (*earliest <= now()) {
    asio::post(executor_, [self] {
      if (const auto clock = self.lock()) (*clock)->ring_due();
    });
    return;
  }
  timer_.expires_at(expiry_of(*earliest));
  timer_.async_wait([self](const boost::system::error_code& error) {
    const auto clock = self.lock();
    if (!error && clock) (*clock)->ring_due();
  });
}

void SystemClock::on_none() {
  armed_for_.reset();
  timer_.cancel();
}

void SystemClock::ring_due() {
  // What is set while alarms ring waits for arm() below.
  armed_for_ = Instant::min();
  (void)ring(now(), rings_max);
  armed_for_.reset();
  arm();
}

Steady::time_point SystemClock::expiry_of(Instant wake) const {
  const Instant latest = now() + sleep_max;
  return started_ + (std::min(wake, latest) - started_at_);
}

}  // namespace ripcord::net
