#pragma once

#include "base/time.hpp"
#include "net/alarms.hpp"

#include <boost/asio/awaitable.hpp>

namespace ripcord::net {

/// The only source of time in the daemon: SystemClock in production, ManualClock in tests.
class Clock {
 public:
  virtual ~Clock() = default;

  [[nodiscard]] virtual Instant now() const = 0;

  /// Returns once now() >= wake. Throws operation_aborted when cancelled, like any Asio wait.
  virtual boost::asio::awaitable<void> sleep_until(Instant wake) = 0;

  /// Where an Alarm is set by this clock.
  [[nodiscard]] virtual Alarms& alarms() = 0;
};

}  // namespace ripcord::net
