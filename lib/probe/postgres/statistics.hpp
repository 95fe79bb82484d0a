#pragma once

#include "base/time.hpp"
#include "model/sample.hpp"
#include "probe/postgres/session.hpp"
#include "probe/postgres/settings.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::postgres {

/// The values that are read of every server, in their order; docs/configuration.md says what each
/// is.
inline constexpr std::array<std::string_view, 11> statistics{"active",
                                                             "idle_in_transaction",
                                                             "oldest_idle_in_transaction",
                                                             "oldest_transaction",
                                                             "lock_waits",
                                                             "connections_ratio",
                                                             "database_bytes",
                                                             "deadlocks",
                                                             "commits",
                                                             "rollbacks",
                                                             "replication_lag"};

/// Reads them all in one read-only transaction, which the server ends after `left`. As one text for
/// the simple protocol: one round trip.
[[nodiscard]] std::string statistics_query(Duration left);

/// What of it was read.
struct Statistics {
  std::vector<Reading> readings;  ///< without what is NULL
  std::string missing_grant;      ///< the command that an administrator has to run; or empty
  std::string role;               ///< `"primary"`, `"standby"`
  std::string counted_since;      ///< when the counters of the database were last reset
};

/// Of the answer to statistics_query().
[[nodiscard]] Tried<Statistics> parse_statistics(const Table& table);

/// Begins the read-only transaction of one query, which the server ends after `left`.
[[nodiscard]] std::string begin_query(Duration left);
/// The user's query as it is sent, by the extended protocol, so that it is exactly one, only reads,
/// and answers with two rows at most.
[[nodiscard]] std::string bounded(const std::string& sql);

/// The readings of the answer to `query`, whose first value has the place `first`. What is NULL or
/// not finite is not known; a second row, a column that is missing or no number are mistakes.
[[nodiscard]] Tried<std::vector<Reading>> parse_query(const PostgresQuery& query,
                                                      std::uint16_t first, const Table& table);

/// The GRANT that a query lacks which was refused with these words; empty when they do not tell.
[[nodiscard]] std::string grant_for(std::string_view refusal, const std::string& role);

}  // namespace ripcord::probe::postgres
