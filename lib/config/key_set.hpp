#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace ripcord::config {

/// Up to 32 words; the unused ones are empty.
using Words = std::array<std::string_view, 32>;

[[nodiscard]] constexpr bool holds(const Words& words, std::string_view word) {
  return !word.empty() && std::ranges::find(words, word) != words.end();
}

/// The keys of one kind of table: what may stand there.
struct KeySet {
  std::string_view table;  ///< as docs/configuration.md heads it
  std::string_view type;   ///< the kind that it is for; empty when it has none
  Words keys;
  Words tables;  ///< keys whose value is a table or a list of tables
};

/// The kinds that a `type` can name.
struct TypeSet {
  std::string_view what;
  Words known;
};

}  // namespace ripcord::config
