#pragma once

#include "net/clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <functional>
#include <map>
#include <memory>
#include <utility>

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

  [[nodiscard]] std::unique_ptr<net::Alarm> call_at(Instant wake,
                                                    std::function<void()> ring) override {
    return std::make_unique<Call>(*this, wake, std::move(ring));
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
  using Sleepers = std::multimap<Instant, boost::asio::steady_timer*>;

  class Call final : public net::Alarm {
   public:
    Call(ManualClock& clock, Instant wake, std::function<void()> ring)
        : sleepers_(clock.sleepers_),
          never_(clock.context_, boost::asio::steady_timer::time_point::max()),
          place_(sleepers_.end()),
          ring_(std::make_shared<std::function<void()>>(std::move(ring))) {
      never_.async_wait([this, &clock, wake, bell = std::weak_ptr(ring_)](const auto& /*error*/) {
        const auto still_wanted = bell.lock();
        if (!still_wanted || clock.now() < wake) return;
        leave();
        (*still_wanted)();
      });
      if (wake > clock.now()) {
        place_ = sleepers_.emplace(wake, &never_);
      } else {
        never_.cancel();
      }
    }
    ~Call() override { leave(); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    void leave() {
      if (place_ != sleepers_.end()) sleepers_.erase(place_);
      place_ = sleepers_.end();
    }

    Sleepers& sleepers_;
    boost::asio::steady_timer never_;
    Sleepers::iterator place_;
    std::shared_ptr<std::function<void()>> ring_;
  };

  boost::asio::io_context& context_;
  Instant now_;
  Sleepers sleepers_;
};

}  // namespace ripcord::test
