#pragma once

#include "config/table_reader.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace ripcord::config {

/// A number of bytes, written `"64KiB"`, `"10MiB"`, `"1GiB"`, `"512B"` or as a whole number.
[[nodiscard]] std::uint64_t read_size(TableReader& table, std::string_view key,
                                      std::uint64_t fallback, Range<std::uint64_t> range);

/// `"64KiB"`, `"1000B"`: exact.
[[nodiscard]] std::string size_in_words(std::uint64_t bytes);

}  // namespace ripcord::config
