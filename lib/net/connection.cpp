#include "net/connection.hpp"

#include "base/text.hpp"
#include "net/before.hpp"
#include "net/connecting.hpp"
#include "net/socket_fault.hpp"
#include "net/tls_contexts.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

using namespace std::chrono_literals;

constexpr Duration farewell = 500ms;
constexpr std::size_t farewell_bytes_max = 1024UL * 1024;

asio::awaitable<Result<void>> try_one(Socket& socket, asio::ip::tcp::endpoint endpoint,
                                      std::string name) {
  boost::system::error_code error;
  (void)socket.open(endpoint.protocol(), error);
  if (error) co_return std::unexpected(not_connected(name, error));
  prepare(socket);
  const asio::generic::stream_protocol::endpoint to(endpoint);
  const auto [ended] = co_await socket.async_connect(to, asio::as_tuple(asio::use_awaitable));
  throw_if_cancelled(ended);
  if (ended) co_return std::unexpected(not_connected(name, ended));
  co_return Result<void>();
}

asio::awaitable<Result<Socket>> try_all(asio::any_io_executor executor, Clock& clock,
                                        const Place& place,
                                        std::vector<asio::ip::address> addresses, Limit limit,
                                        Trace& trace) {
  std::optional<Error> furthest;
  auto left = static_cast<Duration::rep>(addresses.size());
  const Duration given = limit.length / left;
  for (const asio::ip::address& address : addresses) {
    const Instant now = clock.now();
    const Instant share = now + (limit.at - now) / left--;
    Socket socket(executor);
    trace.tried.push_back(address);
    const std::string name = attempt_name(place, address);
    Result<void> connected =
        co_await before(clock, share, try_one(socket, {address, place.port}, name));
    if (connected) {
      trace.connect = clock.now() - now;
      co_return socket;
    }
    Error& error = connected.error();
    if (error.fault == Fault::timeout) error = connect_timeout(name, given);
    if (!furthest || came_further(error, *furthest)) furthest = std::move(error);
  }
  co_return std::unexpected(*std::move(furthest));
}

Error tls_timeout(const std::string& name, Duration given) {
  return {Fault::timeout,
          fmt::format("timeout after {} in the TLS handshake with {}", for_people(given), name)};
}

/// `error` ended the handshake of `tls` with the peer called `name`.
Error handshake_failure(const boost::system::error_code& error, const TlsStream& tls,
                        const std::string& name) {
  if (tls.complaint()) return tls.complaint()->about(name);
  if (error == asio::error::eof) {
    return {Fault::closed, fmt::format("{} closed the connection in the TLS handshake", name)};
  }
  if (is_hang_up(error)) {
    return {Fault::refused, fmt::format("{} reset the connection in the TLS handshake", name)};
  }
  return {fault_of(error),
          fmt::format("the TLS handshake with {} broke: {}", name, error.message())};
}

using HandshakeEnd = Result<boost::system::error_code>;

asio::awaitable<HandshakeEnd> shake_hands(Connection& connection) {
  const boost::system::error_code error = co_await connection.tls->handshake(connection.socket);
  co_return HandshakeEnd(error);
}

asio::awaitable<Result<void>> drain(Socket& socket) {
  std::array<char, first_read_bytes> waste{};
  for (std::size_t total = 0; total < farewell_bytes_max;) {
    const auto [error, bytes] =
        co_await socket.async_read_some(asio::buffer(waste), asio::as_tuple(asio::use_awaitable));
    throw_if_cancelled(error);
    if (error) break;
    total += bytes;
  }
  co_return Result<void>();
}

}  // namespace

std::string to_string(const Place& place) {
  if (!place.unix_path.empty()) return "unix:" + place.unix_path;
  if (place.host.contains(':')) return fmt::format("[{}]:{}", place.host, place.port);
  return fmt::format("{}:{}", place.host, place.port);
}

Connection::Connection(Socket connected, std::size_t header_bytes)
    : socket(std::move(connected)), received(header_bytes + first_read_bytes) {
  received.reserve(first_read_bytes);
}

asio::awaitable<boost::system::error_code> Connection::read_more(std::size_t bytes) {
  const std::size_t room = std::min(bytes, received.max_size() - received.size());
  const auto space = received.prepare(room);
  Transferred read;
  if (tls) {
    read = co_await tls->read_some(socket, static_cast<char*>(space.data()), space.size());
  } else {
    std::tie(read.error, read.bytes) =
        co_await socket.async_read_some(space, asio::as_tuple(asio::use_awaitable));
    throw_if_cancelled(read.error);
  }
  received.commit(read.bytes);
  co_return read.error;
}

asio::awaitable<Transferred> Connection::write(std::string_view text) {
  Transferred written;
  if (tls) {
    written = co_await tls->write(socket, text);
  } else {
    std::tie(written.error, written.bytes) = co_await asio::async_write(
        socket, asio::buffer(text.data(), text.size()), asio::as_tuple(asio::use_awaitable));
    throw_if_cancelled(written.error);
  }
  co_return written;
}

asio::awaitable<Result<Socket>> connect(asio::any_io_executor executor, Clock& clock,
                                        Resolver& resolver, const Place& place, Limit limit,
                                        Trace* trace) {
  Trace unasked;
  Trace& noted = trace == nullptr ? unasked : *trace;
  const Instant began = clock.now();
  if (!place.unix_path.empty()) {
    const Result<int> connected = connect_unix(place);
    if (!connected) co_return std::unexpected(connected.error());
    noted.connect = clock.now() - began;
    Socket socket(executor);
    boost::system::error_code error;
    (void)socket.assign(asio::local::stream_protocol(), *connected, error);
    if (error) {
      ::close(*connected);
      co_return std::unexpected(not_connected(to_string(place), error));
    }
    co_return socket;
  }

  auto looked_up = co_await before(clock, limit.at, resolver.resolve(place.host));
  if (!looked_up && looked_up.error().fault == Fault::timeout) {
    co_return std::unexpected(lookup_timeout(place, limit.length));
  }
  if (!looked_up) co_return std::unexpected(std::move(looked_up).error());
  noted.dns = clock.now() - began;
  auto addresses = allowed_addresses(place, *std::move(looked_up));
  if (!addresses) co_return std::unexpected(std::move(addresses).error());
  Result<Socket> socket =
      co_await try_all(executor, clock, place, *std::move(addresses), limit, noted);
  co_return socket;
}

asio::awaitable<Result<void>> secure(Clock& clock, const Place& place, Limit limit,
                                     Connection& connection, Acquaintance& acquaintance,
                                     Trace& trace) {
  const TlsSettings& settings = *place.tls;
  const Instant began = clock.now();
  const auto context = TlsContexts::of(connection.socket.get_executor()).find(settings, began);
  if (!context) co_return std::unexpected(context.error());
  const std::string& name = settings.server_name.empty() ? place.host : settings.server_name;
  auto stream = TlsStream::over(connection.socket.native_handle(), *context, name, began);
  if (!stream) co_return std::unexpected(std::move(stream).error());
  connection.tls = *std::move(stream);
  if (began - acquaintance.checked_at < certificate_trust_max) {
    connection.tls->resume(acquaintance.session, acquaintance.checked_at);
  }
  acquaintance.session.reset();

  const auto ended = co_await before(clock, limit.at, shake_hands(connection));
  trace.tls = clock.now() - began;
  trace.secured = connection.tls->secured();
  const std::string peer = name_of(place);
  if (!ended) co_return std::unexpected(tls_timeout(peer, limit.length));
  if (*ended) co_return std::unexpected(handshake_failure(*ended, *connection.tls, peer));
  co_return Result<void>();
}

void prepare(Socket& socket) {
  // Neither can fail on an open socket in a way that matters; no_delay does not apply to unix.
  (void)::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  boost::system::error_code ignored;
  (void)socket.set_option(asio::ip::tcp::no_delay(true), ignored);
}

bool is_idle(Connection& connection) {
  return connection.received.size() == 0 && connection.tls->is_idle();
}

asio::awaitable<void> close_gently(Clock& clock, Connection& connection) {
  boost::system::error_code error;
  (void)connection.socket.shutdown(Socket::shutdown_send, error);
  if (error) co_return;
  const Instant deadline = clock.now() + farewell;
  (void)co_await before(clock, deadline, drain(connection.socket));
}

}  // namespace ripcord::net
