#pragma once

#include <string_view>

namespace ripcord::api {

/// Whether the value of an Accept-Encoding header (RFC 9110, 12.5.3) lets a reply be gzipped.
/// Nothing that it does not name does: an empty one asks for the text as it is.
[[nodiscard]] bool takes_gzip(std::string_view accept_encoding);

}  // namespace ripcord::api
