#pragma once

#include "api/backend.hpp"
#include "api/events.hpp"
#include "api/tokens.hpp"
#include "net/http_message.hpp"
#include "net/http_stream.hpp"

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
  ControlApi(Backend& backend, Authority authority, EventLimits events = {})
      : backend_(backend), authority_(authority), events_(backend, events) {}

  /// Answers one request. Never throws except when cancelled.
  boost::asio::awaitable<net::Response> handle(net::IncomingRequest request);

 private:
  Backend& backend_;
  Authority authority_;
  EventStreams events_;
};

/// The resources of the TCP port: `/`, `/metrics`, `/-/healthy`, `/-/ready`, and what the unix
/// socket has. Whoever shows a token reads everything and may command; anybody else only reads, and
/// hears of no person.
class PublicApi {
 public:
  /// Borrows `backend`.
  explicit PublicApi(Backend& backend, EventLimits events = {})
      : backend_(backend), events_(backend, events) {}

  /// Who may command from now on.
  void set_tokens(Tokens tokens) { tokens_ = std::move(tokens); }

  boost::asio::awaitable<net::Response> handle(net::IncomingRequest request);

 private:
  boost::asio::awaitable<net::Reply> page(net::IncomingRequest request);
  boost::asio::awaitable<net::Reply> scrape(net::Request request);
  boost::asio::awaitable<net::Response> resource(net::IncomingRequest request);

  Backend& backend_;
  EventStreams events_;
  Tokens tokens_;
};

}  // namespace ripcord::api
