#include "base/text.hpp"
#include "config/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

// Debian's toml++ library is built to throw; ours, compiled into this one file, reports by value.
// It also spares the keeper of a run one more shared library to load.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace ripcord::config {
namespace {

constexpr int depth_max = 32;      ///< of tables and lists in each other; the settings need 7
constexpr int key_parts_max = 16;  ///< of one dotted key; the settings need 5

bool starts_with_three(std::string_view text, std::size_t at, char quote) {
  return text.size() - at >= 3 && text[at] == quote && text[at + 1] == quote &&
         text[at + 2] == quote;
}

/// The end of the string that starts with the quote at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool many_lines = starts_with_three(text, at, quote);
  at += many_lines ? 3 : 1;
  while (at < text.size()) {
    if (quote == '"' && text[at] == '\\') {
      at += 2;
    } else if (many_lines && starts_with_three(text, at, quote)) {
      // Up to two more quotes belong to the string: `""""` ends with one of its own.
      at += 3;
      for (int more = 0; more < 2 && at < text.size() && text[at] == quote; ++more) ++at;
      return at;
    } else if (!many_lines && (text[at] == quote || text[at] == '\n')) {
      return at + 1;
    } else {
      ++at;
    }
  }
  return text.size();
}

/// Where a dotted key has more than key_parts_max parts. toml++ 3.3 makes a table for each part and
/// walks them recursively: `a.a.a.…` of 1 MiB would exhaust the stack (it bounds only brackets).
std::optional<std::size_t> too_long_key(std::string_view text) {
  int dots = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = end_of_string(text, at);
      continue;
    }
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (c == '.' && ++dots >= key_parts_max) return at;
    if (std::string_view("=,[]{}\n").contains(c)) dots = 0;
    ++at;
  }
  return std::nullopt;
}

Place place_in(std::string_view text, std::size_t at, std::uint32_t file) {
  const std::string_view before = text.substr(0, at);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 == 0
  return {.file = file,
          .line = static_cast<std::uint32_t>(std::ranges::count(before, '\n')) + 1,
          .column = static_cast<std::uint32_t>(at - line_start) + 1};
}

/// Turns toml++'s tree into ours.
class Converter {
 public:
  Converter(std::uint32_t file, Mistakes& mistakes) : file_(file), mistakes_(mistakes) {}

  Table convert(const toml::table& table, int depth) {
    Table converted;
    converted.entries.reserve(table.size());
    for (const auto& [key, node] : table) {
      converted.entries.push_back(
          {std::string(key.str()), place_of(key.source()), convert(node, depth + 1)});
    }
    return converted;
  }

 private:
  Place place_of(const toml::source_region& region) const {
    return {.file = file_, .line = region.begin.line, .column = region.begin.column};
  }

  Node convert(const toml::node& node, int depth) {
    Node converted{.value = DateOrTime{}, .place = place_of(node.source())};
    if (depth > depth_max) {
      mistakes_.note(converted.place, "", fmt::format("is nested more than {} deep", depth_max));
    } else if (const toml::table* table = node.as_table()) {
      converted.value = convert(*table, depth);
    } else if (const toml::array* array = node.as_array()) {
      converted.value = convert(*array, depth);
    } else {
      convert_scalar(node, converted);
    }
    return converted;
  }

  List convert(const toml::array& array, int depth) {
    List list;
    list.items.reserve(array.size());
    for (const toml::node& item : array) list.items.push_back(convert(item, depth + 1));
    return list;
  }

  static void convert_scalar(const toml::node& node, Node& converted) {
    if (const auto* text = node.as_string()) {
      converted.value = text->get();
    } else if (const auto* whole = node.as_integer()) {
      converted.value = whole->get();
    } else if (const auto* number = node.as_floating_point()) {
      converted.value = number->get();
    } else if (const auto* flag = node.as_boolean()) {
      converted.value = flag->get();
    }
  }

  std::uint32_t file_;
  Mistakes& mistakes_;
};

}  // namespace

Table parse_toml(std::string_view text, std::uint32_t file, Mistakes& mistakes) {
  if (const auto at = too_long_key(text)) {
    mistakes.note(place_in(text, *at, file), "",
                  fmt::format("a key has more than {} parts", key_parts_max));
    return {};
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    const toml::source_position at = error.source().begin;
    mistakes.note({.file = file, .line = at.line, .column = at.column}, "",
                  printable(error.description()));
    return {};
  }
  return Converter(file, mistakes).convert(parsed.table(), 0);
}

}  // namespace ripcord::config
