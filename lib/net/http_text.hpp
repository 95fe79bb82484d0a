#pragma once

#include "base/result.hpp"
#include "net/http_message.hpp"

#include <string>
#include <string_view>

namespace ripcord::net {

/// Whether two header names are the same: letters compare without case.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

/// Whether `text` is a token (RFC 9110, 5.6.2), as methods and header names must be.
[[nodiscard]] bool is_token(std::string_view text);

/// Whether `header` can be sent: a token as its name; no CR, LF or NUL in its value, which would
/// let text from outside add headers or whole messages of its own.
[[nodiscard]] bool is_sendable(const Header& header);

/// `request` as it goes over the wire, with Host (`host`), User-Agent and Content-Length added
/// where missing. Fault::malformed when it cannot be sent as one well-formed message.
[[nodiscard]] Result<std::string> to_wire(const Request& request, std::string_view host);

/// How a reply is framed.
struct ReplyForm {
  bool head = false;       ///< the request was a HEAD: no body, but its length
  bool keep_alive = true;  ///< the connection stays open
  bool has_end = true;     ///< else the body ends with the connection, and has no length
};

/// `reply` as it goes over the wire: always with Content-Length (but for 204, which may have none)
/// and Connection. A header that is not sendable becomes a 500 without any: a bug, but never a
/// hole.
[[nodiscard]] std::string to_wire(const Reply& reply, ReplyForm form);

}  // namespace ripcord::net
