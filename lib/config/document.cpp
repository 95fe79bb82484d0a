#include "config/document.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ripcord::config {
namespace {

/// Lays tables over each other and notes what is set twice.
class Joiner {
 public:
  Joiner(const std::vector<SourceFile>& files, Mistakes& mistakes)
      : files_(files), mistakes_(mistakes) {}

  void join(Table& into, Table from, const std::string& path) {
    for (Entry& entry : from.entries) {
      const auto at = std::ranges::lower_bound(into.entries, entry.key, {}, &Entry::key);
      if (at == into.entries.end() || at->key != entry.key) {
        into.entries.insert(at, std::move(entry));
      } else {
        join_entry(*at, std::move(entry), path);
      }
    }
  }

 private:
  void join_entry(Entry& into, Entry from, const std::string& path) {
    auto* const below = std::get_if<Table>(&into.node.value);
    auto* const above = std::get_if<Table>(&from.node.value);
    const std::string full = joined(path, from.key);
    if (below != nullptr && above != nullptr) {
      join(*below, std::move(*above), full);
      return;
    }
    mistakes_.note(from.place, full,
                   fmt::format("is set already at {}", to_string(into.place, files_)));
  }

  const std::vector<SourceFile>& files_;
  Mistakes& mistakes_;
};

}  // namespace

const Entry* Table::find(std::string_view key) const {
  const auto at = std::ranges::lower_bound(entries, key, {}, &Entry::key);
  return at == entries.end() || at->key != key ? nullptr : &*at;
}

std::string_view kind_of(const Node& node) {
  constexpr std::array<std::string_view, 7> kinds{
      "a text", "a whole number", "a number", "a flag", "a date or time", "a list", "a table"};
  return kinds.at(node.value.index());
}

std::string joined(std::string_view path, std::string_view key) {
  const std::string shown = printable(key, 80);
  return path.empty() ? shown : fmt::format("{}.{}", path, shown);
}

Table parse_files(const std::vector<SourceFile>& files, Mistakes& mistakes) {
  Table root;
  Joiner joiner(files, mistakes);
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    joiner.join(root, parse_toml(files[i].text, i, mistakes), "");
  }
  return root;
}

}  // namespace ripcord::config
