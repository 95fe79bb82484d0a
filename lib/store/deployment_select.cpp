#include "store/deployment_select.hpp"

#include "store/rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <SQLiteCpp/Database.h>
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::store {
namespace {

std::int64_t number(Instant instant) {
  return instant.time_since_epoch().count();
}

/// For LIMIT, which takes a signed number.
std::int64_t limit_of(const DeploymentQuery& query) {
  constexpr std::size_t most = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(query.limit, most));
}

/// Conditions that must all hold, each with one `?` and what stands for it.
class Conditions {
 public:
  void add(std::string condition, std::variant<std::int64_t, std::string> value) {
    conditions_.push_back(std::move(condition));
    values_.push_back(std::move(value));
  }
  void add_any(const std::string& column, const std::vector<std::string>& values) {
    std::vector<std::string> marks(values.size(), "?");
    conditions_.push_back(fmt::format("{} IN ({})", column, fmt::join(marks, ",")));
    values_.insert(values_.end(), values.begin(), values.end());
  }

  [[nodiscard]] std::string where() const {
    if (conditions_.empty()) return "";
    return fmt::format(" WHERE {}", fmt::join(conditions_, " AND "));
  }

  /// The number of parameters that are bound.
  int bind_to(SQLite::Statement& statement) const {
    int index = 0;
    for (const auto& value : values_) {
      ++index;
      std::visit([&](const auto& each) { statement.bind(index, each); }, value);
    }
    return index;
  }

 private:
  std::vector<std::string> conditions_;
  std::vector<std::variant<std::int64_t, std::string>> values_;
};

Conditions conditions_of(const DeploymentQuery& query) {
  Conditions conditions;
  if (!query.service.empty()) conditions.add("service = ?", query.service);
  if (!query.version.empty()) conditions.add("version = ?", query.version);
  if (!query.phases.empty()) conditions.add_any("phase", query.phases);
  if (query.since) conditions.add("started_at >= ?", number(*query.since));
  if (query.until) conditions.add("started_at < ?", number(*query.until));
  if (!query.kind.empty()) {
    conditions.add(
        "EXISTS (SELECT 1 FROM history WHERE history.deployment = deployments.id "
        "AND history.kind GLOB ?)",
        query.kind);
  }
  if (!query.before.empty()) {
    conditions.add("sequence < (SELECT sequence FROM deployments WHERE id = ?)", query.before);
  }
  return conditions;
}

}  // namespace

SQLite::Statement select_deployments(const SQLite::Database& database,
                                     const DeploymentQuery& query) {
  const Conditions conditions = conditions_of(query);
  SQLite::Statement select(
      database, fmt::format("SELECT {} FROM deployments{} ORDER BY sequence DESC LIMIT ?",
                            deployment_columns, conditions.where()));
  const int bound = conditions.bind_to(select);
  select.bind(bound + 1, limit_of(query));
  return select;
}

SQLite::Statement select_ended(const SQLite::Database& database, const std::string& service,
                               Instant from, Instant to) {
  Conditions conditions;
  conditions.add("ended_at >= ?", number(from));
  conditions.add("ended_at < ?", number(to));
  if (!service.empty()) conditions.add("service = ?", service);
  constexpr std::string_view of_rollback =
      "FROM runs WHERE runs.deployment = deployments.id AND runs.step GLOB 'rollback.*'";
  SQLite::Statement select(
      database, fmt::format("SELECT {}, (SELECT min(coalesce(runs.started_at, runs.at)) {}), "
                            "(SELECT max(runs.ended_at) {}) FROM deployments{} ORDER BY sequence",
                            deployment_columns, of_rollback, of_rollback, conditions.where()));
  conditions.bind_to(select);
  return select;
}

}  // namespace ripcord::store
