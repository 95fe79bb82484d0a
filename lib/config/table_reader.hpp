#pragma once

#include "base/time.hpp"
#include "config/document.hpp"
#include "config/keys.hpp"
#include "config/mistakes.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::config {

/// A TOML table with its dotted key and its place.
struct NamedTable {
  std::string name;  ///< the last part of `path`
  std::string path;
  Place place;
  const Table* table = nullptr;  ///< borrowed from the document
};

/// A text out of a list or a table of texts.
struct NamedText {
  std::string name;  ///< empty in a list
  std::string text;
  Place place;
};

template <class T>
struct Range {
  T min;
  T max;
};

/// Reads typed values out of one TOML table and notes every mistake, not only the first.
///
/// A getter given a bad value notes it and returns the fallback, so the caller reads straight
/// through; what was read is used only if nothing was noted. A comparison of two values asks
/// is_good() first, so that one mistake is not told twice.
class TableReader {
 public:
  /// Borrows the table behind `from`, `keys` and `mistakes`.
  TableReader(NamedTable from, const KeySet& keys, Mistakes& mistakes);

  [[nodiscard]] Duration duration(std::string_view key, Duration fallback, Range<Duration> range);
  /// One line, not empty, of at most 4,096 bytes.
  [[nodiscard]] std::string text(std::string_view key, std::string fallback);
  /// An absolute path.
  [[nodiscard]] std::string path(std::string_view key, std::string fallback);
  [[nodiscard]] std::uint32_t count(std::string_view key, std::uint32_t fallback,
                                    Range<std::uint32_t> range);
  /// `0.95`, `"95%"` or `"p95"`, in (0, 1].
  [[nodiscard]] double quantile(std::string_view key, double fallback);
  /// A number, whole or not.
  [[nodiscard]] double number(std::string_view key, double fallback, Range<double> range);
  /// `0.1` or `"10%"`.
  [[nodiscard]] double ratio(std::string_view key, double fallback, Range<double> range);
  [[nodiscard]] bool flag(std::string_view key, bool fallback);
  /// A list of texts of any kind but NUL; empty when there is none.
  [[nodiscard]] std::vector<NamedText> texts(std::string_view key);
  /// A table of texts of any kind but NUL; empty when there is none.
  [[nodiscard]] std::vector<NamedText> text_table(std::string_view key);

  /// The value itself, for what has several forms.
  [[nodiscard]] const Node* node(std::string_view key);

  /// The table called `key`; nothing when there is none.
  [[nodiscard]] std::optional<NamedTable> table(std::string_view key);
  /// The tables in the table called `key`. Notes those whose name is no is_name().
  [[nodiscard]] std::vector<NamedTable> tables(std::string_view key);
  /// The tables of the list `[[key]]`, named and counted from 1: `key[1]`.
  [[nodiscard]] std::vector<NamedTable> table_list(std::string_view key);

  /// Notes it when `key` is missing.
  void require(std::string_view key);
  /// The place is that of the value, or of the table when the key is not there.
  void note(std::string_view key, std::string message);
  void note(std::string_view key, Place place, std::string message);

  /// Remembers that something in the table called `key` has been noted.
  void note_below(std::string_view key) { bad_.emplace(key); }

  /// Notes each key that is not in the set: a typo must not be silent.
  void reject_unknown_keys();

  [[nodiscard]] bool has(std::string_view key) const;
  /// Whether nothing was noted about any of these, or about anything here.
  [[nodiscard]] bool is_good(std::initializer_list<std::string_view> keys) const;
  [[nodiscard]] bool is_good() const { return bad_.empty(); }

  [[nodiscard]] const NamedTable& from() const { return from_; }

 private:
  double in_range(std::string_view key, double number, double fallback, Range<double> range);
  template <class T>
  const T* get(std::string_view key, std::string_view expected);
  std::optional<std::string> one_line(std::string_view key);
  std::optional<std::string> text_in(std::string_view key, const Node& item);

  NamedTable from_;
  const KeySet& keys_;
  Mistakes& mistakes_;
  std::set<std::string, std::less<>> bad_;
};

/// Which of the known `types` the table's `type` names; nothing after noting why not.
[[nodiscard]] std::optional<std::string_view> read_type(const NamedTable& from,
                                                        const TypeSet& types, Mistakes& mistakes);

/// `"text"` in quotes, safe to print and not too long.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace ripcord::config
