#include "net/resolver.hpp"

#include "base/text.hpp"
#include "net/socket_fault.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::net {
namespace {

using Addresses = std::vector<asio::ip::address>;

std::optional<asio::ip::address> address_of(const addrinfo& entry) {
  if (entry.ai_family == AF_INET) {
    sockaddr_in socket_address{};
    std::memcpy(&socket_address, entry.ai_addr, sizeof(socket_address));
    return asio::ip::address_v4(ntohl(socket_address.sin_addr.s_addr));
  }
  if (entry.ai_family == AF_INET6) {
    sockaddr_in6 socket_address{};
    std::memcpy(&socket_address, entry.ai_addr, sizeof(socket_address));
    asio::ip::address_v6::bytes_type bytes{};
    std::memcpy(bytes.data(), &socket_address.sin6_addr, bytes.size());
    return asio::ip::address_v6(bytes, socket_address.sin6_scope_id);
  }
  return std::nullopt;
}

/// `error` is getaddrinfo's.
std::unexpected<Error> lookup_failed(const std::string& host, int error, int system_error) {
  Fault fault = Fault::missing;
  if (error == EAI_MEMORY) fault = Fault::full;
  if (error == EAI_SYSTEM && is_exhaustion(system_error)) fault = Fault::full;
  const std::string why =
      error == EAI_SYSTEM ? std::generic_category().message(system_error) : gai_strerror(error);
  return failure(fault, fmt::format("cannot look up \"{}\": {}", printable(host, 100), why));
}

/// Blocks for as long as the system's resolver likes. Both families are asked for whatever
/// addresses this host has (no AI_ADDRCONFIG): a service on ::1 is there even on an IPv4 network.
Result<Addresses> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) return lookup_failed(host, error, errno);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, &freeaddrinfo);

  Addresses addresses;
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    const auto address = address_of(*entry);
    if (!address) continue;
    const bool is_new = std::ranges::find(addresses, *address) == addresses.end();
    if (is_new) addresses.push_back(*address);
  }
  if (addresses.empty()) return lookup_failed(host, EAI_NONAME, 0);
  return addresses;
}

}  // namespace

asio::awaitable<Result<Addresses>> Resolver::resolve(std::string host) {
  boost::system::error_code not_numeric;
  const asio::ip::address numeric = asio::ip::make_address(host, not_numeric);
  if (!not_numeric) co_return Addresses{numeric};
  if (host.empty() || host.contains('\0')) {
    co_return lookup_failed(host, EAI_NONAME, 0);
  }
  std::function<Result<Addresses>()> work = [host] { return look_up(host); };
  Result<Addresses> looked_up = co_await pool_.run<Addresses>(std::move(work));
  co_return looked_up;
}

}  // namespace ripcord::net
