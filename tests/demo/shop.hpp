#pragma once

#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace ripcord::demo {

/// What becomes of a bad version.
enum class Turn : std::uint8_t {
  none,      ///< a good version
  failing,   ///< its database is gone: the deep health checks answer 500
  slow,      ///< its database is slow: the deep health checks take 0.9 s
  crashing,  ///< the process ends with 70
};

/// A small shop: the application that the demo deploys.
class Shop {
 public:
  struct Release {
    std::string version;
    Turn turn = Turn::none;
    Duration after{};  ///< the start, until it turns
  };

  /// Borrows `clock`. The shop opens now.
  Shop(net::Clock& clock, Release release);

  /// `/version`, `/metrics` and `/health/v2/{simple,live,ready,detailed}`.
  boost::asio::awaitable<net::Reply> handle(net::IncomingRequest incoming);

  /// Returns when the version has turned bad; at once or never if it is a good one.
  boost::asio::awaitable<void> wait_for_turn();

 private:
  [[nodiscard]] bool has_turned(Turn turn) const;
  boost::asio::awaitable<net::Reply> check_database(bool detailed);
  [[nodiscard]] net::Reply details(bool has_database) const;
  [[nodiscard]] net::Reply metrics() const;

  net::Clock& clock_;
  Release release_;
  Instant opened_at_;
  std::uint64_t requests_ = 0;
  std::uint64_t errors_ = 0;
};

}  // namespace ripcord::demo
