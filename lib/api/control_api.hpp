#pragma once

#include "api/backend.hpp"
#include "api/tokens.hpp"
#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

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

/// The resources of the TCP port: `/`, `/metrics`, `/-/healthy`, `/-/ready`, and what the unix
/// socket has. Whoever shows a token reads everything and may command; anybody else only reads, and
/// hears of no person.
class PublicApi {
 public:
  /// Borrows `backend`.
  explicit PublicApi(Backend& backend) : backend_(backend) {}

  /// Who may command from now on.
  void set_tokens(Tokens tokens) { tokens_ = std::move(tokens); }

  boost::asio::awaitable<net::Reply> handle(net::IncomingRequest request);

 private:
  boost::asio::awaitable<net::Reply> page(net::IncomingRequest request);
  boost::asio::awaitable<net::Reply> scrape(net::Request request);
  boost::asio::awaitable<net::Reply> resource(net::IncomingRequest request);

  Backend& backend_;
  Tokens tokens_;
};

}  // namespace ripcord::api
