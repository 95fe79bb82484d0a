#pragma once

#include "base/time.hpp"
#include "net/alarms.hpp"
#include "net/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace ripcord::net {

/// The disciplined clock (ADR 0007): the wall clock, read once at construction, plus the monotonic
/// time since. Setting the system's clock does not move it, so no window ever sees a jump.
class SystemClock final : public Clock, private Alarms {
 public:
  /// Sleepers are woken, and alarms ring, on `executor`.
  explicit SystemClock(boost::asio::any_io_executor executor);

  [[nodiscard]] Instant now() const override;
  boost::asio::awaitable<void> sleep_until(Instant wake) override;
  [[nodiscard]] Alarms& alarms() override { return *this; }

 private:
  void on_sooner() override { arm(); }
  void on_none() override;
  /// Sets the timer for the earliest alarm.
  void arm();
  void ring_due();
  [[nodiscard]] std::chrono::steady_clock::time_point expiry_of(Instant wake) const;

  boost::asio::any_io_executor executor_;
  std::chrono::steady_clock::time_point started_;
  Instant started_at_;  ///< what the wall clock said at `started_`

  boost::asio::steady_timer timer_;     ///< one for all alarms
  std::optional<Instant> armed_for_;    ///< nothing while the timer does not run
  std::shared_ptr<SystemClock*> self_;  ///< what is queued on the loop may outlive the clock
};

}  // namespace ripcord::net
