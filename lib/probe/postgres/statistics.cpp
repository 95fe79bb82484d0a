#include "probe/postgres/statistics.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>

namespace ripcord::probe::postgres {
namespace {

/// Ages are those of sessions in our database, other than ours. What other roles do is hidden from
/// a role without pg_read_all_stats: better no number than a wrong one. On a standby that
/// receives and has replayed it all, the age of the last transaction says nothing. A primary knows
/// of a standby what its last message said, and nothing of the time since.
constexpr std::string_view statistics_sql = R"(
WITH sessions AS (
  SELECT datname = current_database() AS here, state, state_change, xact_start, wait_event_type
  FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()),
activity AS (
  SELECT
    count(*) FILTER (WHERE here AND state = 'active') AS active,
    count(*) FILTER (WHERE here AND state LIKE 'idle in transaction%') AS idle_in_transaction,
    min(state_change) FILTER (WHERE here AND state LIKE 'idle in transaction%') AS idle_since,
    min(xact_start) FILTER (WHERE here) AS begun,
    count(*) FILTER (WHERE here AND wait_event_type = 'Lock') AS lock_waits,
    count(*) + 1 AS connections
  FROM sessions),
rights AS (
  SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS enough,
    current_setting('max_connections')::int
      - current_setting('superuser_reserved_connections')::int
      - coalesce(nullif(current_setting('reserved_connections', true), ''), '0')::int AS slots)
SELECT
  CASE WHEN enough THEN active END,
  CASE WHEN enough THEN idle_in_transaction END,
  CASE WHEN enough THEN
    greatest(coalesce(extract(epoch FROM clock_timestamp() - idle_since), 0), 0) END,
  CASE WHEN enough THEN
    greatest(coalesce(extract(epoch FROM clock_timestamp() - begun), 0), 0) END,
  CASE WHEN enough THEN lock_waits END,
  CASE WHEN enough THEN connections::float8 / nullif(slots, 0) END,
  pg_database_size(current_database()),
  d.deadlocks,
  d.xact_commit,
  d.xact_rollback,
  CASE WHEN pg_is_in_recovery() THEN
    CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
              AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
    ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END
  ELSE (
    SELECT max(CASE WHEN replay_lsn >= pg_current_wal_flush_lsn() THEN 0
               WHEN reply_time IS NOT NULL THEN greatest(0, extract(epoch FROM
                 coalesce(replay_lag, '0') + (clock_timestamp() - reply_time))) END)
    FROM pg_stat_replication WHERE state IN ('streaming', 'catchup')) END,
  CASE WHEN NOT enough THEN format('GRANT pg_monitor TO %I;', current_user) END,
  CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary' END,
  d.stats_reset
FROM activity, rights, pg_stat_database AS d
WHERE d.datname = current_database();
)";

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  return error == std::errc() && end == last ? std::optional(number) : std::nullopt;
}

Trouble wrong_query(std::string message) {
  return {.state = State::query, .message = std::move(message)};
}

/// Appends what a cell says; false when that is no number.
bool read_cell(const std::optional<std::string>& cell, std::uint16_t value,
               std::vector<Reading>& readings) {
  if (!cell) return true;
  const std::optional<double> number = number_in(*cell);
  if (number && std::isfinite(*number)) readings.push_back({.value = value, .number = *number});
  return number.has_value();
}

/// A name as SQL takes it, in quotes where it needs them.
std::string identifier(std::string_view name) {
  const bool is_plain = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (is_plain && (name.front() < '0' || name.front() > '9')) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string begin_query(Duration left) {
  // SET LOCAL ends with the transaction: behind a pooler the next one may be somebody else's.
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(left);
  return fmt::format("BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = {};",
                     std::max<std::chrono::milliseconds::rep>(limit.count(), 1));
}

std::string statistics_query(Duration left) {
  return fmt::format("{}{}COMMIT;", begin_query(left), statistics_sql);
}

Tried<Statistics> parse_statistics(const Table& table) {
  constexpr std::size_t grant = statistics.size();
  if (table.rows.size() != 1 || table.rows.front().size() != grant + 3) {
    return std::unexpected(Trouble{.state = State::broken,
                                   .message = "the server answered something else than was asked"});
  }
  const auto& row = table.rows.front();
  Statistics result;
  for (std::size_t i = 0; i < grant; ++i) {
    (void)read_cell(row[i], static_cast<std::uint16_t>(i), result.readings);
  }
  result.missing_grant = printable(row[grant].value_or(""));
  result.role = row[grant + 1].value_or("");
  result.counted_since = printable(row[grant + 2].value_or("the beginning"), 100);
  return result;
}

std::string bounded(const std::string& sql) {
  std::string_view query = trim(sql);
  while (query.ends_with(';')) query = trim(query.substr(0, query.size() - 1));
  // The line ends keep a comment at the end of the query from hiding what follows.
  return fmt::format("SELECT * FROM (\n{}\n) AS query LIMIT 2", query);
}

Tried<std::vector<Reading>> parse_query(const PostgresQuery& query, std::uint16_t first,
                                        const Table& table) {
  if (table.rows.size() > 1) return std::unexpected(wrong_query("it answers more than one row"));
  if (query.columns.empty() && table.columns.size() != 1) {
    return std::unexpected(
        wrong_query(fmt::format("it answers {}; name those that count in \"columns\"",
                                plural(table.columns.size(), "column"))));
  }
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < std::max<std::size_t>(query.columns.size(), 1); ++i) {
    const std::string& name = query.columns.empty() ? table.columns.front() : query.columns[i];
    const auto column = std::ranges::find(table.columns, name);
    if (column == table.columns.end()) {
      return std::unexpected(wrong_query(fmt::format(R"(it answers no column "{}")", name)));
    }
    if (table.rows.empty()) continue;
    const auto& cell = table.rows.front()[static_cast<std::size_t>(column - table.columns.begin())];
    if (!read_cell(cell, static_cast<std::uint16_t>(first + i), readings)) {
      return std::unexpected(wrong_query(fmt::format(R"(its column "{}" is no number: "{}")",
                                                     printable(name, 64), printable(*cell, 40))));
    }
  }
  return readings;
}

std::string grant_for(std::string_view refusal, const std::string& role) {
  struct Right {
    std::string_view refusal;
    std::string_view grant;
  };
  static constexpr std::array rights{
      Right{"permission denied for table ", "SELECT ON TABLE"},
      Right{"permission denied for view ", "SELECT ON TABLE"},
      Right{"permission denied for sequence ", "SELECT ON SEQUENCE"},
      Right{"permission denied for schema ", "USAGE ON SCHEMA"},
      Right{"permission denied for database ", "CONNECT ON DATABASE"},
  };
  for (const Right& right : rights) {
    if (!refusal.starts_with(right.refusal)) continue;
    std::string_view name = refusal.substr(right.refusal.size());
    if (name.starts_with('"') && name.ends_with('"') && name.size() > 1) {
      name = name.substr(1, name.size() - 2);
    }
    return fmt::format("GRANT {} {} TO {};", right.grant, identifier(name), identifier(role));
  }
  return {};
}

}  // namespace ripcord::probe::postgres
