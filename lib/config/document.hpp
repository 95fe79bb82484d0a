#pragma once

#include "config/diagnostic.hpp"
#include "config/mistakes.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ripcord::config {

struct Entry;
struct Node;

/// The entries of one TOML table, in order of their keys.
struct Table {
  std::vector<Entry> entries;

  /// Nothing when there is no such key. O(log entries).
  [[nodiscard]] const Entry* find(std::string_view key) const;
};

struct List {
  std::vector<Node> items;
};

/// A date or a time: TOML has them, no setting does.
struct DateOrTime {};

/// What TOML can say, with the place of everything. Ours, and not toml++'s own tree, so that one
/// file alone pays for its headers and several files can be laid over each other.
struct Node {
  std::variant<std::string, std::int64_t, double, bool, DateOrTime, List, Table> value;
  Place place;
};

struct Entry {
  std::string key;
  Place place;  ///< of the key
  Node node;
};

/// `"a text"`, `"a whole number"`, `"a table"`, …, for messages.
[[nodiscard]] std::string_view kind_of(const Node& node);

/// `path.key`, safe to print.
[[nodiscard]] std::string joined(std::string_view path, std::string_view key);

/// Reads one TOML text; `file` becomes the file of every place. A table as far as it could be read:
/// empty after a syntax error, which is noted.
[[nodiscard]] Table parse_toml(std::string_view text, std::uint32_t file, Mistakes& mistakes);

/// Reads all the files and lays them over each other: tables are joined, anything else may be set
/// in one file only.
[[nodiscard]] Table parse_files(const std::vector<SourceFile>& files, Mistakes& mistakes);

}  // namespace ripcord::config
