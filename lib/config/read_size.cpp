#include "config/read_size.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>
#include <variant>

namespace ripcord::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array units{Unit{"GiB", 1ULL << 30}, Unit{"MiB", 1ULL << 20},
                           Unit{"KiB", 1ULL << 10}, Unit{"B", 1}};

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view written(end, static_cast<std::size_t>(last - end));
  for (const Unit& unit : units) {
    if (written != unit.name) continue;
    if (number > std::numeric_limits<std::uint64_t>::max() / unit.bytes) return std::nullopt;
    return number * unit.bytes;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> size_in(const Node& node) {
  if (const auto* text = std::get_if<std::string>(&node.value)) return parse_size(*text);
  const auto* whole = std::get_if<std::int64_t>(&node.value);
  if (whole == nullptr || *whole < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*whole);
}

}  // namespace

std::string size_in_words(std::uint64_t bytes) {
  for (const Unit& unit : units) {
    if (bytes > 0 && bytes % unit.bytes == 0) {
      return fmt::format("{}{}", bytes / unit.bytes, unit.name);
    }
  }
  return "0B";
}

std::uint64_t read_size(TableReader& table, std::string_view key, std::uint64_t fallback,
                        Range<std::uint64_t> range) {
  const Node* node = table.node(key);
  if (node == nullptr) return fallback;
  const std::optional<std::uint64_t> size = size_in(*node);
  if (!size) {
    table.note(key, R"(expected a size such as "64KiB", "10MiB" or a number of bytes)");
    return fallback;
  }
  if (*size < range.min || *size > range.max) {
    table.note(key, fmt::format("{} is outside [{}, {}]", size_in_words(*size),
                                size_in_words(range.min), size_in_words(range.max)));
    return fallback;
  }
  return *size;
}

}  // namespace ripcord::config
