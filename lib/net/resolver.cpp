#include "net/resolver.hpp"

#include "base/text.hpp"
#include "net/socket_fault.hpp"
#include "net/wakeup.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/asio/this_coro.hpp>
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

struct Resolver::Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : done(executor) {}

  std::optional<Result<Addresses>> found;
  Wakeup done;
};

Resolver::Resolver(BlockingPool& pool) : pool_(pool), lookups_(std::make_shared<Lookups>()) {}

Result<std::shared_ptr<Resolver::Lookup>> Resolver::lookup_of(const asio::any_io_executor& executor,
                                                              const std::string& host) {
  if (const auto under_way = lookups_->find(host); under_way != lookups_->end()) {
    return under_way->second;
  }
  auto lookup = std::make_shared<Lookup>(executor);
  std::function<Result<Addresses>()> work = [host] { return look_up(host); };
  std::function<void(std::optional<Result<Addresses>>)> ended =
      [lookup, lookups = lookups_, host](std::optional<Result<Addresses>> found) {
        // Nothing when the pool has ended.
        lookup->found = found ? *std::move(found) : lookup_failed(host, EAI_AGAIN, 0);
        lookups->erase(host);
        lookup->done.notify();
      };
  const bool has_begun = pool_.begin<Addresses>(executor, std::move(work), std::move(ended));
  if (!has_begun) return std::unexpected(pool_.too_busy());
  lookups_->emplace(host, lookup);
  return lookup;
}

asio::awaitable<Result<Addresses>> Resolver::resolve(std::string host) {
  boost::system::error_code not_numeric;
  const asio::ip::address numeric = asio::ip::make_address(host, not_numeric);
  if (!not_numeric) co_return Addresses{numeric};
  if (host.empty() || host.contains('\0')) {
    co_return lookup_failed(host, EAI_NONAME, 0);
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const Result<std::shared_ptr<Lookup>> lookup = lookup_of(executor, host);
  if (!lookup) co_return std::unexpected(lookup.error());
  while (!(*lookup)->found) (void)co_await (*lookup)->done.wait();
  Result<Addresses> found = *(*lookup)->found;
  co_return found;
}

}  // namespace ripcord::net
