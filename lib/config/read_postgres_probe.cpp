#include "base/text.hpp"
#include "config/probe_readers.hpp"
#include "probe/postgres/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>

namespace ripcord::config {
namespace {

constexpr std::size_t sql_bytes_max = 4096;

/// Unlike other texts it may have several lines.
std::string read_sql(TableReader& table) {
  table.require("sql");
  const Node* node = table.node("sql");
  if (node == nullptr) return {};
  const auto* sql = std::get_if<std::string>(&node->value);
  if (sql == nullptr) {
    table.note("sql", fmt::format("expected a text, found {}", kind_of(*node)));
  } else if (trim(*sql).empty()) {
    table.note("sql", "is empty");
  } else if (sql->size() > sql_bytes_max) {
    table.note("sql", fmt::format("is longer than {} bytes", sql_bytes_max));
  } else if (sql->contains('\0')) {
    table.note("sql", "must not hold a zero byte");
  }
  return sql == nullptr ? std::string() : *sql;
}

probe::PostgresQuery read_query(const NamedTable& from, Mistakes& mistakes, bool& is_good) {
  TableReader table(from, postgres_query_keys, mistakes);
  probe::PostgresQuery query{.name = from.name, .sql = read_sql(table), .columns = {}};
  if (!is_value_name(from.name)) {
    table.note("", from.place, "is not the name of a value; write a-z, 0-9 and \"_\"");
  }
  for (NamedText& column : table.texts("columns")) {
    if (!is_value_name(column.text)) {
      table.note("columns", column.place,
                 fmt::format("{} is not the name of a value; write a-z, 0-9 and \"_\", and AS in "
                             "the query",
                             in_quotes(column.text)));
    } else if (std::ranges::find(query.columns, column.text) != query.columns.end()) {
      table.note("columns", column.place, fmt::format("{} is there twice", in_quotes(column.text)));
    }
    query.columns.push_back(std::move(column.text));
  }
  table.reject_unknown_keys();
  is_good = is_good && table.is_good();
  return query;
}

/// Notes the first name that two values would have.
void check_names(TableReader& table, const probe::PostgresProbeSettings& postgres) {
  std::vector<std::string> names = vocabulary_of(postgres).values;
  std::ranges::sort(names);
  const auto same = std::ranges::adjacent_find(names);
  if (same != names.end()) {
    table.note("query", fmt::format("two values would be called {}", in_quotes(*same)));
  }
}

void read_dsn(TableReader& table, probe::PostgresProbeSettings& postgres) {
  table.require("dsn");
  postgres.dsn = table.text("dsn", "");
  if (!table.is_good({"dsn"})) return;
  if (const auto checked = probe::check_dsn(postgres.dsn); !checked) {
    table.note("dsn", checked.error().message);
  }
}

}  // namespace

ReadProbe read_postgres_probe(const NamedTable& from, Mistakes& mistakes) {
  TableReader table(from, postgres_probe_keys, mistakes);
  const ProbeTiming timing = read_timing(table);
  probe::PostgresProbeSettings postgres;
  postgres.timeout = timing.timeout;
  read_dsn(table, postgres);
  bool queries_are_good = true;
  for (const NamedTable& query : table.tables("query")) {
    postgres.queries.push_back(read_query(query, mistakes, queries_are_good));
  }
  if (queries_are_good) check_names(table, postgres);
  table.reject_unknown_keys();
  ReadProbe read{
      .settings = {.name = from.name, .timing = timing, .vocabulary = vocabulary_of(postgres)},
      .kind = std::move(postgres),
      .from = from,
      .is_good = table.is_good() && queries_are_good && is_name(from.name)};
  read.has_connection = true;
  return read;
}

}  // namespace ripcord::config
