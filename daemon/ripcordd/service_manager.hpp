#pragma once

#include "net/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace ripcord::daemon {

/// Tells systemd how we are (sd_notify(3)). Does nothing when no service manager listens.
class ServiceManager {
 public:
  static void ready(const std::string& status);
  static void status(const std::string& status);
  static void reloading();
  static void stopping();

  /// How often systemd wants to hear of us; nothing when it does not watch.
  [[nodiscard]] static std::optional<Duration> watchdog_interval();

  /// Tells it at twice that pace, from the loop that does the work: a stuck loop is a dead daemon.
  static boost::asio::awaitable<void> keep_watchdog_fed(net::Clock& clock, Duration interval);
};

}  // namespace ripcord::daemon
