#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::net {

struct Header {
  std::string name;
  std::string value;

  friend bool operator==(const Header&, const Header&) = default;
};

struct Request {
  std::string method = "GET";
  std::string target = "/";  ///< path and query
  std::vector<Header> headers;
  std::string body;
};

struct Reply {
  unsigned status = 200;
  std::vector<Header> headers;
  std::string body;
};

/// The value of the first header called `name` (case does not matter); nothing when there is none.
[[nodiscard]] std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                                          std::string_view name);

/// Whether `request` can go over the wire as one well-formed message: no CR, LF or NUL smuggles in
/// a second one. Fault::malformed with what is wrong.
[[nodiscard]] Result<void> check_sendable(const Request& request);

/// Who is at the other end of a unix socket (SO_PEERCRED, SO_PEERGROUPS).
struct Peer {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;  ///< supplementary
};

/// A request as a server's handler sees it.
struct IncomingRequest {
  Request request;
  std::optional<Peer> peer;  ///< only on a unix socket
};

}  // namespace ripcord::net
