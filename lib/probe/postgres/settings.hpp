#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/vocabulary.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace ripcord::probe {

/// A query of the user's own: one SELECT of at most one row, whose columns are numbers.
struct PostgresQuery {
  std::string name;
  std::string sql;
  /// Those that become values, called `NAME_COLUMN`; none: the only column, called `NAME`.
  std::vector<std::string> columns;

  friend bool operator==(const PostgresQuery&, const PostgresQuery&) = default;
};

struct PostgresProbeSettings {
  std::string dsn;  ///< a connection string or URI of libpq; may hold a password, so never shown
  std::vector<PostgresQuery> queries;
  Duration timeout = std::chrono::seconds(2);  ///< of one sample, connecting included

  friend bool operator==(const PostgresProbeSettings&, const PostgresProbeSettings&) = default;
};

/// The values of every server (docs/configuration.md), then those of the queries in their order.
[[nodiscard]] Vocabulary vocabulary_of(const PostgresProbeSettings& settings);

/// Whether libpq understands `dsn`; Fault::malformed, with nothing of a password, otherwise.
[[nodiscard]] Result<void> check_dsn(const std::string& dsn);

}  // namespace ripcord::probe
