#include "net/connecting.hpp"

#include "base/text.hpp"
#include "net/socket_fault.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

bool is_link_local(const asio::ip::address& address) {
  if (address.is_v4()) {
    constexpr std::uint32_t network = 0xA9FE0000;  // 169.254.0.0/16, RFC 3927
    return (address.to_v4().to_uint() & 0xFFFF0000U) == network;
  }
  const asio::ip::address_v6 six = address.to_v6();
  if (six.is_v4_mapped()) return is_link_local(asio::ip::make_address_v4(asio::ip::v4_mapped, six));
  return six.is_link_local();
}

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

Error unix_failure(const std::string& name, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {Fault::refused, fmt::format("connection refused: there is no {}", name)};
    case ECONNREFUSED:
      return {Fault::refused, fmt::format("connection refused: nobody listens on {}", name)};
    case EAGAIN:
      return {Fault::refused, fmt::format("connection refused: the queue of {} is full", name)};
    default:
      return not_connected(name, {error, boost::system::system_category()});
  }
}

}  // namespace

std::string name_of(const Place& place) {
  return printable(to_string(place));
}

Result<std::vector<asio::ip::address>> allowed_addresses(const Place& place,
                                                         std::vector<asio::ip::address> addresses) {
  if (!place.no_link_local) return addresses;
  std::erase_if(addresses, is_link_local);
  if (!addresses.empty()) return addresses;
  return failure(Fault::refused, fmt::format("{} is a link-local address, to which nobody is sent",
                                             name_of(place)));
}

std::string attempt_name(const Place& place, const asio::ip::address& address) {
  std::string name = to_string(place);
  const std::string numeric = address.to_string();
  return numeric == place.host ? name : fmt::format("{} ({})", name, numeric);
}

Error lookup_timeout(const Place& place, Duration given) {
  return {Fault::missing, fmt::format("the lookup of \"{}\" took longer than {}",
                                      printable(place.host, 100), for_people(given))};
}

Error connect_timeout(const std::string& attempt, Duration given) {
  return {Fault::timeout,
          fmt::format("timeout after {} while connecting to {}", for_people(given), attempt)};
}

Error not_connected(const std::string& attempt, const boost::system::error_code& error) {
  Fault fault = fault_of(error);
  if (fault == Fault::closed) fault = Fault::refused;
  if (fault == Fault::refused) return {fault, fmt::format("connection refused by {}", attempt)};
  if (fault == Fault::unreachable) return {fault, fmt::format("no route to {}", attempt)};
  if (fault == Fault::busy || fault == Fault::missing) fault = Fault::internal;
  return {fault, fmt::format("cannot connect to {}: {}", attempt, error.message())};
}

bool came_further(const Error& error, const Error& other) {
  return reach(error.fault) > reach(other.fault);
}

Result<int> connect_unix(const Place& place) {
  const std::string name = to_string(place);
  if (place.unix_path.size() > unix_path_max) {
    return failure(Fault::internal,
                   fmt::format("{} is longer than a unix socket's path can be", printable(name)));
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(&address.sun_path[0], place.unix_path.data(), place.unix_path.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) {
    return std::unexpected(not_connected(name, {errno, boost::system::system_category()}));
  }
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket, generic, sizeof(address)) == 0) return socket;
  const int error = errno;
  ::close(socket);
  return std::unexpected(unix_failure(name, error));
}

}  // namespace ripcord::net
