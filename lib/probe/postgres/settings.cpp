#include "probe/postgres/settings.hpp"

#include "base/text.hpp"
#include "probe/postgres/statistics.hpp"

#include <fmt/format.h>

#include <libpq-fe.h>
#include <memory>
#include <string_view>

namespace ripcord::probe {
namespace {

/// What libpq says of a wrong text may quote any part of it.
bool may_hold_password(std::string_view dsn) {
  return dsn.contains("pass") || dsn.contains('@');
}

}  // namespace

Vocabulary vocabulary_of(const PostgresProbeSettings& settings) {
  Vocabulary vocabulary;
  for (const std::string_view name : postgres::statistics) vocabulary.values.emplace_back(name);
  for (const PostgresQuery& query : settings.queries) {
    if (query.columns.empty()) vocabulary.values.push_back(query.name);
    for (const std::string& column : query.columns) {
      vocabulary.values.push_back(fmt::format("{}_{}", query.name, column));
    }
  }
  return vocabulary;
}

Result<void> check_dsn(const std::string& dsn) {
  const bool is_uri = dsn.starts_with("postgres://") || dsn.starts_with("postgresql://");
  if (!is_uri && !dsn.contains('=')) {
    return failure(Fault::malformed,
                   "is no connection string; write \"host=… dbname=…\" or \"postgresql://…\"");
  }
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(dsn.c_str(), &complaint), &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> freed(complaint, &PQfreemem);
  if (options) return {};
  if (complaint == nullptr || may_hold_password(dsn)) {
    return failure(Fault::malformed, "is not a connection string or URI that libpq understands");
  }
  return failure(Fault::malformed, printable(trim(complaint)));
}

}  // namespace ripcord::probe
