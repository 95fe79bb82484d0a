#include "service_manager.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <systemd/sd-daemon.h>

namespace ripcord::daemon {
namespace {

void tell(const std::string& state) {
  // Zero means that nobody listens, an error that the manager cannot be reached: neither may stop
  // us.
  (void)sd_notify(0, state.c_str());
}

}  // namespace

void ServiceManager::ready(const std::string& status) {
  tell(fmt::format("READY=1\nSTATUS={}", printable(status)));
}

void ServiceManager::status(const std::string& status) {
  tell(fmt::format("STATUS={}", printable(status)));
}

void ServiceManager::reloading() {
  tell("RELOADING=1");
}

void ServiceManager::stopping() {
  tell("STOPPING=1\nSTATUS=stopping; running steps go on");
}

std::optional<Duration> ServiceManager::watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return Duration(static_cast<Duration::rep>(microseconds));
}

boost::asio::awaitable<void> ServiceManager::keep_watchdog_fed(net::Clock& clock,
                                                               Duration interval) {
  for (;;) {
    tell("WATCHDOG=1");
    co_await clock.sleep_until(clock.now() + interval / 2);
  }
}

}  // namespace ripcord::daemon
