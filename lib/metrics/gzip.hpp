#pragma once

#include <string>
#include <string_view>

namespace ripcord::metrics {

/// `text` as gzip has it (RFC 1952), at the speed at which a scrape shrinks to a twentieth.
/// O(text): about 6 ms for a megabyte of series. Empty when there is no memory for it.
[[nodiscard]] std::string gzip(std::string_view text);

}  // namespace ripcord::metrics
