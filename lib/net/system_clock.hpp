#pragma once

#include "base/time.hpp"
#include "net/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace ripcord::net {

/// The disciplined clock (ADR 0007): the wall clock, read once at construction, plus the monotonic
/// time since. Setting the system's clock does not move it, so no window ever sees a jump.
class SystemClock final : public Clock {
 public:
  /// Sleepers are woken on `executor`.
  explicit SystemClock(boost::asio::any_io_executor executor);

  [[nodiscard]] Instant now() const override;
  boost::asio::awaitable<void> sleep_until(Instant wake) override;
  [[nodiscard]] std::unique_ptr<Alarm> call_at(Instant wake, std::function<void()> ring) override;

 private:
  [[nodiscard]] std::chrono::steady_clock::time_point expiry_of(Instant wake) const;

  boost::asio::any_io_executor executor_;
  std::chrono::steady_clock::time_point started_;
  Instant started_at_;  ///< what the wall clock said at `started_`
};

}  // namespace ripcord::net
