#pragma once

#include "model/deployment_query.hpp"

#include <SQLiteCpp/Statement.h>

namespace SQLite {  // NOLINT(readability-identifier-naming): the name that the library has
class Database;
}  // namespace SQLite

namespace ripcord::store {

/// Selects the `deployment_columns` of what `query` wants, newest first. Throws what SQLite throws.
[[nodiscard]] SQLite::Statement select_deployments(const SQLite::Database& database,
                                                   const DeploymentQuery& query);

/// Selects the `deployment_columns` of what ended in [`from`, `to`), and when its first rollback
/// step began and its last one ended; of `service` only, unless it is empty.
[[nodiscard]] SQLite::Statement select_ended(const SQLite::Database& database,
                                             const std::string& service, Instant from, Instant to);

}  // namespace ripcord::store
