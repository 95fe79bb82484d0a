#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace SQLite {  // NOLINT(readability-identifier-naming): the name that the library has
class Statement;
}  // namespace SQLite

namespace ripcord::store {

// The lines of an export (docs/adr/0016-history-moves-as-a-file.md): one JSON object each, with the
// columns of one row.

/// What a line may be about.
struct LineKind {
  std::string word;                  ///< the one member of its object: `"deployment"`
  std::string table;                 ///< of the journal
  std::vector<std::string> columns;  ///< in their order
};

/// The deployments, the records, the runs.
[[nodiscard]] std::span<const LineKind> line_kinds();

using LineValue = std::variant<std::monostate, std::int64_t, double, std::string>;

/// One row: the place of its kind among line_kinds(), and a value for each of its columns.
struct HistoryLine {
  std::size_t kind = 0;
  std::vector<LineValue> values;

  [[nodiscard]] const LineValue& at(std::string_view column) const;
  /// Empty when the column has no text.
  [[nodiscard]] std::string text(std::string_view column) const;
};

/// The first line of every export: the format and the schema of the journal.
[[nodiscard]] std::string head_line();
/// Fault::malformed for the head of something else, or of another schema.
[[nodiscard]] Result<void> check_head_line(std::string_view line);

/// Without its line end. The same row always gives the same bytes.
[[nodiscard]] std::string to_text(const HistoryLine& line);
/// Fault::malformed unless every column is there, and nothing else.
[[nodiscard]] Result<HistoryLine> parse_line(std::string_view text);

/// From a row of the columns of `kind`.
[[nodiscard]] HistoryLine read_line(std::size_t kind, SQLite::Statement& row);
void bind(SQLite::Statement& statement, const HistoryLine& line);

}  // namespace ripcord::store
