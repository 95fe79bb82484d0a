#include "net/resolver.hpp"

#include "base/text.hpp"
#include "net/socket_fault.hpp"
#include "net/wakeup.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
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

asio::awaitable<void> Resolver::look_up_for_all(BlockingPool& pool,
                                                std::shared_ptr<Lookups> lookups,
                                                std::string host) {
  const std::shared_ptr<Lookup> lookup = lookups->at(host);
  std::function<Result<Addresses>()> work = [host] { return look_up(host); };
  try {
    Result<Addresses> found = co_await pool.run<Addresses>(std::move(work));
    lookup->found = std::move(found);
  } catch (const boost::system::system_error&) {  // the pool has ended
    lookup->found = lookup_failed(host, EAI_AGAIN, 0);
  }
  lookups->erase(host);
  lookup->done.notify();
}

asio::awaitable<Result<Addresses>> Resolver::resolve(std::string host) {
  boost::system::error_code not_numeric;
  const asio::ip::address numeric = asio::ip::make_address(host, not_numeric);
  if (!not_numeric) co_return Addresses{numeric};
  if (host.empty() || host.contains('\0')) {
    co_return lookup_failed(host, EAI_NONAME, 0);
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto [place, is_first] = lookups_->try_emplace(host);
  if (is_first) place->second = std::make_shared<Lookup>(executor);
  const std::shared_ptr<Lookup> lookup = place->second;
  if (is_first) {
    asio::co_spawn(executor, look_up_for_all(pool_, lookups_, std::move(host)), asio::detached);
  }
  while (!lookup->found) (void)co_await lookup->done.wait();
  Result<Addresses> found = *lookup->found;
  co_return found;
}

}  // namespace ripcord::net
