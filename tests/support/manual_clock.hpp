#pragma once

#include "net/clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <map>

namespace ripcord::test {

/// A clock that moves only when told to, and wakes sleepers in order of their wake time.
/// Single-threaded; a run with the same inputs always takes the same steps.
class ManualClock final : public net::Clock {
 public:
  explicit ManualClock(boost::asio::io_context& context, Instant start = Instant{})
      : context_(context), now_(start) {}

  [[nodiscard]] Instant now() const override { return now_; }

  boost::asio::awaitable<void> sleep_until(Instant wake) override {
    if (wake <= now_) co_return;

    // A timer that never expires is Asio's condition variable: cancel() is notify().
    boost::asio::steady_timer never(context_, boost::asio::steady_timer::time_point::max());
    const auto place = sleepers_.emplace(wake, &never);
    const auto [error] =
        co_await never.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    sleepers_.erase(place);
    if (now_ < wake) throw boost::system::system_error(error);  // cancelled, not woken
  }

  /// Runs the context until no work is left before `until`, jumping from wake to wake.
  void run_until(Instant until) {
    settle();
    while (!sleepers_.empty() && sleepers_.begin()->first <= until) {
      now_ = sleepers_.begin()->first;
      sleepers_.begin()->second->cancel();
      settle();
    }
    now_ = until;
  }

  void run_for(Duration duration) { run_until(now_ + duration); }

  /// Runs what is ready now; no time passes.
  void settle() {
    context_.restart();
    while (context_.poll() > 0) {
    }
  }

 private:
  boost::asio::io_context& context_;
  Instant now_;
  std::multimap<Instant, boost::asio::steady_timer*> sleepers_;
};

}  // namespace ripcord::test
