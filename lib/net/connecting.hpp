#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/http_client.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <string>
#include <vector>

namespace ripcord::net {

/// Those of `addresses` to which `place` may lead; Fault::refused when there is none left.
[[nodiscard]] Result<std::vector<boost::asio::ip::address>> allowed_addresses(
    const Place& place, std::vector<boost::asio::ip::address> addresses);

/// What `place` is called in messages.
[[nodiscard]] std::string name_of(const Place& place);

/// What a try to connect to one address of `place` is called: `"localhost:8000 (::1)"`.
[[nodiscard]] std::string attempt_name(const Place& place, const boost::asio::ip::address& address);

// Why there is no connection, for the administrator; the faults are those of HttpClient.
[[nodiscard]] Error lookup_timeout(const Place& place, Duration given);
[[nodiscard]] Error connect_timeout(const std::string& attempt, Duration given);
[[nodiscard]] Error not_connected(const std::string& attempt,
                                  const boost::system::error_code& error);

/// Whether the try that failed with `error` came further than the one that failed with `other`: it
/// is the one to tell of.
[[nodiscard]] bool came_further(const Error& error, const Error& other);

/// A non-blocking descriptor, closed on exec, that is connected to the unix socket of `place`. That
/// happens at once or not at all.
[[nodiscard]] Result<int> connect_unix(const Place& place);

}  // namespace ripcord::net
