#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/clock.hpp"
#include "net/http_client.hpp"
#include "net/resolver.hpp"
#include "net/tls_stream.hpp"
#include "net/trace.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace ripcord::net {

/// What is read at first: most messages are smaller.
inline constexpr std::size_t first_read_bytes = 4096;

/// A connected stream, and what has come from it but has not been used yet.
struct Connection {
  /// Takes a connected socket. `header_bytes` bounds what is read before a message's header is
  /// complete.
  Connection(Socket connected, std::size_t header_bytes);

  /// Reads at most `bytes` into the end of `received`, through TLS where there is any. eof when the
  /// peer is done. Throws only when cancelled.
  boost::asio::awaitable<boost::system::error_code> read_more(std::size_t bytes);
  /// Writes all of `text`. Throws only when cancelled.
  boost::asio::awaitable<Transferred> write(std::string_view text);

  Socket socket;
  boost::beast::flat_buffer received;
  std::unique_ptr<TlsStream> tls;  ///< none when it is not secured
};

/// When an exchange must be over, and for the words of its failure, how long it was given.
struct Limit {
  Instant at;
  Duration length{};
};

/// Connects to `place` before `limit`: looks its name up, then tries its addresses in turn, each
/// with its share of the time that is left. The failure is that of the address that came
/// furthest; the faults are those of HttpClient::exchange(). Does not secure it. What it does is
/// added to `trace`, if there is one. Borrows all.
boost::asio::awaitable<Result<Socket>> connect(boost::asio::any_io_executor executor, Clock& clock,
                                               Resolver& resolver, const Place& place, Limit limit,
                                               Trace* trace = nullptr);

/// What a client still knows of the last secured connection to its place.
struct Acquaintance {
  TlsSession session;
  Instant checked_at;  ///< when the certificate was seen and checked
};

/// For how long a certificate that was checked is relied on without being shown again.
inline constexpr Duration certificate_trust_max = std::chrono::minutes(10);

/// Secures `connection` to `place`, which has TLS settings, before `limit`. The failure is worded
/// for the administrator, with the place; the faults are those of HttpClient::exchange(). Borrows
/// all.
boost::asio::awaitable<Result<void>> secure(Clock& clock, const Place& place, Limit limit,
                                            Connection& connection, Acquaintance& acquaintance,
                                            Trace& trace);

/// What every socket of ours needs once it exists: closed on exec (Asio leaves that out), no
/// delay of small messages.
void prepare(Socket& socket);

/// Whether a kept connection, which is secured, can carry another exchange: still open, and nothing
/// has come unasked.
[[nodiscard]] bool is_idle(Connection& connection);

/// Ends our side and reads what still comes, for a short while, before closing: a socket closed
/// with unread input is reset, and the peer would lose the reply that it has not read yet.
boost::asio::awaitable<void> close_gently(Clock& clock, Connection& connection);

}  // namespace ripcord::net
