#include "net/connection.hpp"

#include "base/text.hpp"
#include "net/before.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/socket.h>
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
                                        std::vector<Attempt> attempts, Limit limit) {
  std::optional<Error> furthest;
  auto left = static_cast<Duration::rep>(attempts.size());
  const Duration given = limit.length / left;
  for (const Attempt& attempt : attempts) {
    const Instant now = clock.now();
    const Instant share = now + (limit.at - now) / left--;
    Socket socket(executor);
    Result<void> connected = co_await before(clock, share, try_one(socket, attempt));
    if (connected) co_return socket;
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
         .name = numeric == place.host ? name : fmt::format("{} ({})", name, numeric)});
  }
  return attempts;
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

asio::awaitable<Result<Socket>> connect(asio::any_io_executor executor, Clock& clock,
                                        Resolver& resolver, const Place& place, Limit limit) {
  if (!place.unix_path.empty()) co_return connect_unix(executor, place);

  auto addresses = co_await before(clock, limit.at, resolver.resolve(place.host));
  if (!addresses && addresses.error().fault == Fault::timeout) {
    co_return failure(Fault::missing,
                      fmt::format("the lookup of \"{}\" took longer than {}",
                                  printable(place.host, 100), for_people(limit.length)));
  }
  if (!addresses) co_return std::unexpected(std::move(addresses).error());
  auto attempts = attempts_for(place, *addresses);
  Result<Socket> socket = co_await try_all(executor, clock, std::move(attempts), limit);
  co_return socket;
}

void prepare(Socket& socket) {
  // Neither can fail on an open socket in a way that matters; no_delay does not apply to unix.
  (void)::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  boost::system::error_code ignored;
  (void)socket.set_option(asio::ip::tcp::no_delay(true), ignored);
}

bool is_idle(Connection& connection) {
  char byte = 0;
  const auto got = ::recv(connection.socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && errno == EAGAIN && connection.received.size() == 0;
}

asio::awaitable<void> close_gently(Clock& clock, Connection& connection) {
  boost::system::error_code error;
  (void)connection.socket.shutdown(Socket::shutdown_send, error);
  if (error) co_return;
  const Instant deadline = clock.now() + farewell;
  (void)co_await before(clock, deadline, drain(connection.socket));
}

}  // namespace ripcord::net
