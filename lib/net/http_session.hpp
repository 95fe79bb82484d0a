#pragma once

#include "net/clock.hpp"
#include "net/connection.hpp"
#include "net/http_message.hpp"
#include "net/http_server.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace ripcord::net {

/// What every connection of a server shares.
struct Service {
  Clock& clock;
  HttpServer::StreamingHandler handler;
  ServerLimits limits;
};

/// Serves one connection, request by request, until either side ends it. Borrows `service`.
boost::asio::awaitable<void> serve(const Service& service, Connection connection,
                                   std::optional<Peer> peer);

/// Answers 503, whatever is asked, and closes.
boost::asio::awaitable<void> turn_away(const Service& service, Connection connection);

}  // namespace ripcord::net
