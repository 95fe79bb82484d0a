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

class TimerAlarm final : public Alarm {
 public:
  TimerAlarm(const asio::any_io_executor& executor, Steady::time_point expiry,
             std::function<void()> ring)
      : timer_(executor, expiry) {
    auto bell = std::make_unique<Bell>(*this, std::move(ring));
    timer_.async_wait([bell = std::move(bell)](const boost::system::error_code& error) {
      if (!error && bell->alarm != nullptr) bell->ring();
    });
  }
  ~TimerAlarm() override {
    if (bell_ != nullptr) bell_->alarm = nullptr;
  }
  TimerAlarm(const TimerAlarm&) = delete;
  TimerAlarm& operator=(const TimerAlarm&) = delete;

 private:
  /// Of the wait. It may be over, and its handler on its way, when the alarm is destroyed.
  struct Bell {
    Bell(TimerAlarm& of, std::function<void()> what) : alarm(&of), ring(std::move(what)) {
      of.bell_ = this;
    }
    ~Bell() {
      if (alarm != nullptr) alarm->bell_ = nullptr;
    }
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;

    TimerAlarm* alarm;  ///< none once it is destroyed
    std::function<void()> ring;
  };

  asio::steady_timer timer_;
  Bell* bell_ = nullptr;  ///< none once it has rung
};

}  // namespace

SystemClock::SystemClock(asio::any_io_executor executor)
    : executor_(std::move(executor)), started_(Steady::now()), started_at_(wall_clock()) {}

Instant SystemClock::now() const {
  return started_at_ + std::chrono::floor<Duration>(Steady::now() - started_);
}

asio::awaitable<void> SystemClock::sleep_until(Instant wake) {
  asio::steady_timer timer(executor_, expiry_of(wake));
  co_await timer.async_wait(asio::use_awaitable);
}

std::unique_ptr<Alarm> SystemClock::call_at(Instant wake, std::function<void()> ring) {
  return std::make_unique<TimerAlarm>(executor_, expiry_of(wake), std::move(ring));
}

Steady::time_point SystemClock::expiry_of(Instant wake) const {
  const Instant latest = now() + sleep_max;
  return started_ + (std::min(wake, latest) - started_at_);
}

}  // namespace ripcord::net
