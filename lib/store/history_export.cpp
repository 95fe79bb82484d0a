#include "base/system_fault.hpp"
#include "base/text.hpp"
#include "store/faults.hpp"
#include "store/history_file.hpp"
#include "store/history_line.hpp"
#include "store/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <array>
#include <cstdint>
#include <limits>
#include <system_error>
#include <utility>

namespace ripcord::store {
namespace {

constexpr int busy_timeout_ms = 5'000;

/// What is exported of each kind of line, in the order of line_kinds(); `?1` is the first instant.
constexpr std::array<std::string_view, 3> wanted{
    "WHERE started_at >= ?1 AND ended_at IS NOT NULL ORDER BY sequence",
    "WHERE CASE deployment WHEN '' THEN at >= ?1 ELSE deployment IN (SELECT id FROM deployments "
    "WHERE started_at >= ?1 AND ended_at IS NOT NULL) END ORDER BY sequence",
    "WHERE deployment IN (SELECT id FROM deployments WHERE started_at >= ?1 AND ended_at IS NOT "
    "NULL) ORDER BY rowid"};

Result<std::size_t> write_kind(const SQLite::Database& database, std::size_t kind,
                               std::int64_t since,
                               const std::function<Result<void>(std::string_view)>& write) {
  const LineKind& what = line_kinds()[kind];
  std::vector<std::string> columns;
  columns.reserve(what.columns.size());
  for (const std::string& column : what.columns) columns.push_back(fmt::format("\"{}\"", column));
  SQLite::Statement select(database, fmt::format("SELECT {} FROM {} {}", fmt::join(columns, ", "),
                                                 what.table, wanted.at(kind)));
  select.bind(1, since);
  std::size_t count = 0;
  while (select.executeStep()) {
    if (Result<void> done = write(to_text(read_line(kind, select)) + "\n"); !done) {
      return std::unexpected(std::move(done).error());
    }
    ++count;
  }
  return count;
}

std::vector<std::string> open_deployments(const SQLite::Database& database, std::int64_t since) {
  SQLite::Statement select(database,
                           "SELECT id FROM deployments WHERE started_at >= ? AND ended_at IS NULL "
                           "ORDER BY sequence");
  select.bind(1, since);
  std::vector<std::string> open;
  while (select.executeStep()) open.push_back(select.getColumn(0).getString());
  return open;
}

Result<void> check(SQLite::Database& database) {
  if (Result<void> sound = check_schema(database); !sound) return sound;
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  if (version == schema_version) return {};
  return failure(Fault::malformed,
                 fmt::format("{} has schema {}, this ripcord has {}: start the ripcordd of this "
                             "version once, which brings it up to date",
                             printable(database.getFilename()), version, schema_version));
}

Result<HistoryCount> write_all(const std::filesystem::path& journal, std::optional<Instant> since,
                               const std::function<Result<void>(std::string_view)>& write) {
  SQLite::Database database(journal.native(), SQLite::OPEN_READONLY, busy_timeout_ms);
  if (Result<void> known = check(database); !known) return std::unexpected(known.error());
  const SQLite::Transaction one_instant(database);
  const std::int64_t from =
      since ? since->time_since_epoch().count() : std::numeric_limits<std::int64_t>::min();
  if (Result<void> head = write(head_line() + "\n"); !head) return std::unexpected(head.error());
  std::array<std::size_t, wanted.size()> counts{};
  for (std::size_t kind = 0; kind < wanted.size(); ++kind) {
    const Result<std::size_t> count = write_kind(database, kind, from, write);
    if (!count) return std::unexpected(count.error());
    counts.at(kind) = *count;
  }
  return HistoryCount{.deployments = counts[0],
                      .records = counts[1],
                      .runs = counts[2],
                      .open = open_deployments(database, from)};
}

}  // namespace

Result<HistoryCount> export_history(
    const std::filesystem::path& journal, std::optional<Instant> since,
    const std::function<Result<void>(std::string_view line)>& write) {
  std::error_code error;
  if (!std::filesystem::exists(journal, error)) {
    const Fault fault = error ? system_fault(error.value()) : Fault::missing;
    return failure(fault, fmt::format("there is no journal {}{}", printable(journal.native()),
                                      error ? ": " + error.message() : ""));
  }
  try {
    return write_all(journal, since, write);
  } catch (const SQLite::Exception& exception) {
    return std::unexpected(sqlite_error("read", journal, exception, 0));
  }
}

}  // namespace ripcord::store
