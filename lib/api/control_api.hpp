#pragma once

#include "api/backend.hpp"
#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace ripcord::api {

/// Who may use the unix socket besides root and the daemon's own user.
struct Authority {
  std::uint32_t daemon_uid = 0;
  std::optional<std::uint32_t> group;  ///< members may command; nobody else when not set
};

/// The resources of the unix socket: reading and commanding, for peers that are authorised.
class ControlApi {
 public:
  /// Borrows `backend`.
  ControlApi(Backend& backend, Authority authority) : backend_(backend), authority_(authority) {}

  /// Answers one request. Never throws except when cancelled.
  boost::asio::awaitable<net::Reply> handle(net::IncomingRequest request);

 private:
  Backend& backend_;
  Authority authority_;
};

/// The resources of the TCP port: `/`, `/metrics`, `/-/healthy`, `/-/ready`. Read only.
class PublicApi {
 public:
  /// Borrows `backend`.
  explicit PublicApi(Backend& backend) : backend_(backend) {}

  boost::asio::awaitable<net::Reply> handle(net::IncomingRequest request);

 private:
  Backend& backend_;
};

}  // namespace ripcord::api
