#pragma once

#include <string>
#include <string_view>

namespace ripcord::metrics {

/// `text` as gzip has it (RFC 1952), at its fastest: a scrape shrinks to a twentieth all the same.
/// O(text). Empty when there is no memory for it.
[[nodiscard]] std::string gzip(std::string_view text);

}  // namespace ripcord::metrics
