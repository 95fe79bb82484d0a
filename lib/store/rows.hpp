#pragma once

#include "base/result.hpp"
#include "model/deployment.hpp"
#include "model/effect.hpp"
#include "model/silence.hpp"
#include "store/journal.hpp"

#include <string_view>

namespace SQLite {  // NOLINT(readability-identifier-naming): the name that the library has
class Statement;
}  // namespace SQLite

namespace ripcord::store {

// Values to columns and back. The columns of each list stand in one order everywhere: in the
// statements, in bind() and in the readers. A reader gives Fault::malformed, naming table, row and
// column, for what this version cannot have written.

inline constexpr std::string_view deployment_columns =
    "id, service, version, previous_version, configuration, commit_time, started_at, deployed_at, "
    "ended_at, deadline, phase, phase_detail, cause, preexisting, manual_rollback, verdict, "
    "way, begun_at, held, irreversible, rework, drill, baselines, confirmations, overrides";
inline constexpr std::string_view record_columns =
    R"(at, service, deployment, kind, text, "by", severity)";
inline constexpr std::string_view intent_columns =
    "deployment, step, step_name, idempotent, at, boot_id, service, version, previous_version, "
    "trigger_name, reason, stage, traffic";
inline constexpr std::string_view result_columns = "outcome, code, started_at, ended_at, message";

void bind(SQLite::Statement& statement, const Deployment& deployment);
void bind(SQLite::Statement& statement, const Record& record);
void bind(SQLite::Statement& statement, const RunIntent& intent);
/// The columns of an intent that is not known (see RunEnd), then those of the result.
void bind(SQLite::Statement& statement, const RunEnd& end);

/// From a row of `deployment_columns`.
[[nodiscard]] Result<Deployment> read_deployment(SQLite::Statement& row);
/// From a row of `deployment_columns` and two instants that may be missing.
[[nodiscard]] Result<EndedRow> read_ended(SQLite::Statement& row);
/// From a row of `sequence`, `record_columns`.
[[nodiscard]] Result<HistoryRow> read_history(SQLite::Statement& row);
/// From a row of `intent_columns`, `result_columns`.
[[nodiscard]] Result<RunRow> read_run(SQLite::Statement& row);

inline constexpr std::string_view outbox_columns =
    "number, receiver, incident, message, queued_at, attempts, not_before, trouble, thread, fate, "
    "ended_at, opens";
inline constexpr std::string_view silence_columns =
    R"(number, service, "trigger", from_time, until_time, reason, "by", ended_at)";

void bind(SQLite::Statement& statement, const OutboxEntry& entry);
void bind(SQLite::Statement& statement, const Silence& silence);
[[nodiscard]] Result<OutboxEntry> read_outbox(SQLite::Statement& row);
[[nodiscard]] Result<Silence> read_silence(SQLite::Statement& row);

}  // namespace ripcord::store
