#include "net/connection.hpp"

#include "base/text.hpp"
#include "net/before.hpp"
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
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

using namespace std::chrono_literals;

constexpr Duration farewell = 500ms;
constexpr std::size_t farewell_bytes_max = 1024UL * 1024;
constexpr std::size_t first_read_bytes = 4096;

struct Attempt {
  asio::generic::stream_protocol::endpoint endpoint;
  asio::ip::address address;
  std::string name;  ///< for messages: `"localhost:8000 (::1)"`
};

std::string timeout_words(const std::string& name, Duration given) {
  return fmt::format("timeout after {} while connecting to {}", for_people(given), name);
}

std::unexpected<Error> not_connected(const std::string& name,
                                     const boost::system::error_code& error) {
  Fault fault = fault_of(error);
  if (fault == Fault::closed) fault = Fault::refused;
  if (fault == Fault::refused) {
    return failure(fault, fmt::format("connection refused by {}", name));
  }
  if (fault == Fault::unreachable) return failure(fault, fmt::format("no route to {}", name));
  if (fault == Fault::busy || fault == Fault::missing) fault = Fault::internal;
  return failure(fault, fmt::format("cannot connect to {}: {}", name, error.message()));
}

asio::awaitable<Result<void>> try_one(Socket& socket, const Attempt& attempt) {
  boost::system::error_code error;
  (void)socket.open(attempt.endpoint.protocol(), error);
  if (error) co_return not_connected(attempt.name, error);
  prepare(socket);
  const auto [ended] =
      co_await socket.async_connect(attempt.endpoint, asio::as_tuple(asio::use_awaitable));
  throw_if_cancelled(ended);
  if (ended) co_return not_connected(attempt.name, ended);
  co_return Result<void>();
}

/// A unix socket connects at once or not at all. Not by async_connect: for a full queue (EAGAIN)
/// it would wait for a readiness that means nothing, and then report success.
Result<Socket> connect_unix(const asio::any_io_executor& executor, const Place& place) {
  const std::string name = to_string(place);
  if (place.unix_path.size() > unix_path_max) {
    return failure(Fault::internal,
                   fmt::format("{} is longer than a unix socket's path can be", printable(name)));
  }
  const asio::local::stream_protocol::endpoint endpoint(place.unix_path);
  Socket socket(executor);
  boost::system::error_code error;
  (void)socket.open(asio::local::stream_protocol(), error);
  if (error) return not_connected(name, error);
  prepare(socket);
  (void)socket.native_non_blocking(true, error);
  const auto length = static_cast<socklen_t>(endpoint.size());
  if (::connect(socket.native_handle(), endpoint.data(), length) == 0) return socket;

  switch (errno) {
    case ENOENT:
    case ENOTDIR:
      return failure(Fault::refused, fmt::format("connection refused: there is no {}", name));
    case ECONNREFUSED:
      return failure(Fault::refused, fmt::format("connection refused: nobody listens on {}", name));
    case EAGAIN:
      return failure(Fault::refused,
                     fmt::format("connection refused: the queue of {} is full", name));
    default:
      return not_connected(name, {errno, boost::system::system_category()});
  }
}

/// How far an attempt came; the failure of the one that came furthest is the one to tell.
int reach(Fault fault) {
  switch (fault) {
    case Fault::refused:
      return 3;
    case Fault::timeout:
      return 2;
    case Fault::unreachable:
      return 1;
    default:
      return 0;
  }
}

asio::awaitable<Result<Socket>> try_all(asio::any_io_executor executor, Clock& clock,
                                        std::vector<Attempt> attempts, Limit limit, Trace& trace) {
  std::optional<Error> furthest;
  auto left = static_cast<Duration::rep>(attempts.size());
  const Duration given = limit.length / left;
  for (const Attempt& attempt : attempts) {
    const Instant now = clock.now();
    const Instant share = now + (limit.at - now) / left--;
    Socket socket(executor);
    trace.tried.push_back(attempt.address);
    Result<void> connected = co_await before(clock, share, try_one(socket, attempt));
    if (connected) {
      trace.connect = clock.now() - now;
      co_return socket;
    }
    Error& error = connected.error();
    if (error.fault == Fault::timeout) error.message = timeout_words(attempt.name, given);
    if (!furthest || reach(error.fault) > reach(furthest->fault)) furthest = std::move(error);
  }
  co_return std::unexpected(*std::move(furthest));
}

std::vector<Attempt> attempts_for(const Place& place,
                                  const std::vector<asio::ip::address>& addresses) {
  const std::string name = to_string(place);
  std::vector<Attempt> attempts;
  for (const asio::ip::address& address : addresses) {
    const std::string numeric = address.to_string();
    attempts.push_back(
        {.endpoint = asio::ip::tcp::endpoint(address, place.port),
         .address = address,
         .name = numeric == place.host ? name : fmt::format("{} ({})", name, numeric)});
  }
  return attempts;
}

bool is_link_local(const asio::ip::address& address) {
  if (address.is_v4()) {
    constexpr std::uint32_t network = 0xA9FE0000;  // 169.254.0.0/16, RFC 3927
    return (address.to_v4().to_uint() & 0xFFFF0000U) == network;
  }
  const asio::ip::address_v6 six = address.to_v6();
  if (six.is_v4_mapped()) return is_link_local(asio::ip::make_address_v4(asio::ip::v4_mapped, six));
  return six.is_link_local();
}

/// Takes out of `addresses` what `place` must not lead to.
Result<void> keep_allowed(const Place& place, std::vector<asio::ip::address>& addresses) {
  if (!place.no_link_local) return {};
  std::erase_if(addresses, is_link_local);
  if (!addresses.empty()) return {};
  return failure(Fault::refused, fmt::format("{} is a link-local address, to which nobody is sent",
                                             printable(to_string(place))));
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
    Result<Socket> socket = connect_unix(executor, place);
    if (socket) noted.connect = clock.now() - began;
    co_return socket;
  }

  auto addresses = co_await before(clock, limit.at, resolver.resolve(place.host));
  if (!addresses && addresses.error().fault == Fault::timeout) {
    co_return failure(Fault::missing,
                      fmt::format("the lookup of \"{}\" took longer than {}",
                                  printable(place.host, 100), for_people(limit.length)));
  }
  if (!addresses) co_return std::unexpected(std::move(addresses).error());
  noted.dns = clock.now() - began;
  const Result<void> allowed = keep_allowed(place, *addresses);
  if (!allowed) co_return std::unexpected(allowed.error());
  auto attempts = attempts_for(place, *addresses);
  Result<Socket> socket = co_await try_all(executor, clock, std::move(attempts), limit, noted);
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
  const std::string peer = printable(to_string(place));
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
  if (connection.received.size() != 0) return false;
  if (connection.tls) return connection.tls->is_idle();
  char byte = 0;
  const auto got = ::recv(connection.socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && errno == EAGAIN;
}

asio::awaitable<void> close_gently(Clock& clock, Connection& connection) {
  boost::system::error_code error;
  (void)connection.socket.shutdown(Socket::shutdown_send, error);
  if (error) co_return;
  const Instant deadline = clock.now() + farewell;
  (void)co_await before(clock, deadline, drain(connection.socket));
}

}  // namespace ripcord::net
