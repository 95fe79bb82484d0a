#pragma once

#include "base/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>

namespace ripcord::net {

/// What Clock::call_at() was asked for; destroyed, it calls nothing any more.
class Alarm {
 public:
  virtual ~Alarm() = default;
};

/// The only source of time in the daemon: SystemClock in production, ManualClock in tests.
class Clock {
 public:
  virtual ~Clock() = default;

  [[nodiscard]] virtual Instant now() const = 0;

  /// Returns once now() >= wake. Throws operation_aborted when cancelled, like any Asio wait.
  virtual boost::asio::awaitable<void> sleep_until(Instant wake) = 0;

  /// Calls `ring` once now() >= wake, on the clock's executor and never from within this call.
  [[nodiscard]] virtual std::unique_ptr<Alarm> call_at(Instant wake,
                                                       std::function<void()> ring) = 0;
};

}  // namespace ripcord::net
