#pragma once

#include "base/result.hpp"
#include "net/http_client.hpp"

#include <string>
#include <string_view>

namespace ripcord::net {

/// Where a client of HTTP connects and what it asks for.
struct HttpUrl {
  Place place;
  std::string target = "/";  ///< path and query, percent-encoded as it was written

  friend bool operator==(const HttpUrl&, const HttpUrl&) = default;
};

/// Parses `"http://host[:port][/path][?query]"` (RFC 3986), where the host is a name, an IPv4 or a
/// bracketed IPv6 address, the same with `https`, and `"unix:/path/to.sock[:/path][?query]"`.
/// Fault::malformed with what is wrong; no user information, no fragment.
[[nodiscard]] Result<HttpUrl> parse_http_url(std::string_view text);

}  // namespace ripcord::net
