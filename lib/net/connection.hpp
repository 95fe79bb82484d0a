#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "net/resolver.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <cstddef>

namespace ripcord::net {

/// TCP or unix: one type for both, so that everything above is compiled once.
using Socket = boost::asio::generic::stream_protocol::socket;

/// A connected stream, and what has come from it but has not been used yet.
struct Connection {
  /// Takes a connected socket. `header_bytes` bounds what is read before a message's header is
  /// complete.
  Connection(Socket connected, std::size_t header_bytes);

  Socket socket;
  boost::beast::flat_buffer received;
};

/// When an exchange must be over, and for the words of its failure, how long it was given.
struct Limit {
  Instant at;
  Duration length{};
};

/// Connects to `place` before `limit`: looks its name up, then tries its addresses in turn, each
/// with its share of the time that is left. The failure is that of the address that came
/// furthest; the faults are those of HttpClient::exchange(). Borrows all.
boost::asio::awaitable<Result<Socket>> connect(boost::asio::any_io_executor executor, Clock& clock,
                                               Resolver& resolver, const Place& place, Limit limit);

/// What every socket of ours needs once it exists: closed on exec (Asio leaves that out), no
/// delay of small messages.
void prepare(Socket& socket);

/// Whether a kept connection can carry another exchange: still open, and nothing has come unasked.
[[nodiscard]] bool is_idle(Connection& connection);

/// Ends our side and reads what still comes, for a short while, before closing: a socket closed
/// with unread input is reset, and the peer would lose the reply that it has not read yet.
boost::asio::awaitable<void> close_gently(Clock& clock, Connection& connection);

}  // namespace ripcord::net
