#pragma once

#include "net/alarms.hpp"
#include "net/clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace ripcord::test {

/// A clock that moves only when told to, and wakes sleepers in order of their wake time.
/// Single-threaded; a run with the same inputs always takes the same steps.
class ManualClock final : public net::Clock, private net::Alarms {
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

  [[nodiscard]] net::Alarms& alarms() override { return *this; }

  /// Runs the context until no work is left before `until`, jumping from wake to wake; at one time
  /// alarms ring first.
  void run_until(Instant until) {
    settle();
    for (std::optional<Instant> wake = next_wake(); wake && *wake <= until; wake = next_wake()) {
      now_ = *wake;
      const bool has_rung = ring(now_, 1) != 0;
      if (!has_rung) sleepers_.begin()->second->cancel();
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
  using Sleepers = std::multimap<Instant, boost::asio::steady_timer*>;

  /// When something happens next.
  std::optional<Instant> next_wake() {
    const std::optional<Instant> alarm = next();
    if (sleepers_.empty()) return alarm;
    return alarm ? std::min(*alarm, sleepers_.begin()->first) : sleepers_.begin()->first;
  }

  void on_sooner() override {
    if (next() > now_) return;
    boost::asio::post(context_, [this] { (void)ring(now_, 1); });
  }
  void on_none() override {}

  boost::asio::io_context& context_;
  Instant now_;
  Sleepers sleepers_;
};

}  // namespace ripcord::test
