#include "store/schema.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <array>
#include <string>
#include <string_view>

namespace ripcord::store {
namespace {

// deployments.sequence keeps the order in which deployments began, which their times do not: the
// wall clock may have been set back between two runs of the daemon.
constexpr std::string_view deployments_and_history = R"sql(
CREATE TABLE deployments (
  sequence         INTEGER PRIMARY KEY,
  id               TEXT NOT NULL UNIQUE,
  service          TEXT NOT NULL,
  version          TEXT NOT NULL,
  previous_version TEXT NOT NULL,
  configuration    TEXT NOT NULL,
  commit_time      INTEGER,
  started_at       INTEGER NOT NULL,
  deployed_at      INTEGER,
  ended_at         INTEGER,
  deadline         INTEGER NOT NULL,
  phase            TEXT NOT NULL,
  phase_detail     TEXT NOT NULL,
  cause            TEXT,
  preexisting      TEXT NOT NULL,
  manual_rollback  INTEGER NOT NULL,
  verdict          TEXT NOT NULL
) STRICT;
CREATE INDEX deployments_by_service ON deployments (service);
CREATE TRIGGER deployments_end_once BEFORE UPDATE ON deployments
WHEN OLD.phase IN ('succeeded', 'failed', 'rolled_back', 'rollback_failed', 'aborted')
 AND NEW.phase <> OLD.phase
BEGIN
  SELECT RAISE(ABORT, 'a deployment that has ended stays as it ended');
END;

CREATE TABLE history (
  sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
  at         INTEGER NOT NULL,
  service    TEXT NOT NULL,
  deployment TEXT NOT NULL,
  kind       TEXT NOT NULL,
  text       TEXT NOT NULL,
  "by"       TEXT NOT NULL,
  severity   TEXT NOT NULL
) STRICT;
CREATE INDEX history_by_deployment ON history (deployment);
CREATE TRIGGER history_is_never_changed BEFORE UPDATE ON history
BEGIN
  SELECT RAISE(ABORT, 'history is only ever appended to');
END;
CREATE TRIGGER history_is_never_deleted BEFORE DELETE ON history
BEGIN
  SELECT RAISE(ABORT, 'history is only ever appended to');
END;
)sql";

constexpr std::string_view runs = R"sql(
CREATE TABLE runs (
  deployment       TEXT NOT NULL REFERENCES deployments (id),
  step             TEXT NOT NULL,
  step_name        TEXT NOT NULL,
  idempotent       INTEGER NOT NULL,
  at               INTEGER NOT NULL,
  boot_id          TEXT NOT NULL,
  service          TEXT NOT NULL,
  version          TEXT NOT NULL,
  previous_version TEXT NOT NULL,
  trigger_name     TEXT NOT NULL,
  reason           TEXT NOT NULL,
  outcome          TEXT,
  code             INTEGER,
  started_at       INTEGER,
  ended_at         INTEGER,
  message          TEXT,
  PRIMARY KEY (deployment, step)
) STRICT;
CREATE TRIGGER runs_end_once BEFORE UPDATE ON runs
WHEN OLD.outcome IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'a run that has ended stays as it ended');
END;
)sql";

constexpr std::string_view driven_deployments = R"sql(
ALTER TABLE deployments ADD COLUMN way TEXT NOT NULL DEFAULT 'announced';
ALTER TABLE deployments ADD COLUMN begun_at INTEGER;
ALTER TABLE deployments ADD COLUMN held TEXT;
ALTER TABLE deployments ADD COLUMN irreversible TEXT NOT NULL DEFAULT '';
ALTER TABLE deployments ADD COLUMN rework INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN drill INTEGER NOT NULL DEFAULT 0;
UPDATE deployments SET begun_at = started_at;
UPDATE deployments SET phase_detail = '{"step":0,"attempt":0}' WHERE phase = 'deploying';
UPDATE deployments SET phase_detail =
  json_set(phase_detail, '$.stage', 0, '$.awaiting', json('false')) WHERE phase = 'baking';
DROP TRIGGER deployments_end_once;
CREATE TRIGGER deployments_end_once BEFORE UPDATE ON deployments
WHEN OLD.phase IN ('refused', 'succeeded', 'failed', 'rolled_back', 'rollback_failed', 'aborted')
 AND NEW.phase <> OLD.phase
BEGIN
  SELECT RAISE(ABORT, 'a deployment that has ended stays as it ended');
END;
ALTER TABLE runs ADD COLUMN stage TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN traffic REAL;
)sql";

constexpr std::string_view baselines = R"sql(
ALTER TABLE deployments ADD COLUMN baselines TEXT NOT NULL DEFAULT '[]';
)sql";

constexpr std::string_view words_to_the_gate = R"sql(
ALTER TABLE deployments ADD COLUMN confirmations TEXT NOT NULL DEFAULT '[]';
ALTER TABLE deployments ADD COLUMN overrides TEXT NOT NULL DEFAULT '[]';
)sql";

// The newest delivered one of an incident that has `opens` says whether it is open at the receiver.
constexpr std::string_view outbox_and_silences = R"sql(
CREATE TABLE outbox (
  number     INTEGER PRIMARY KEY,
  receiver   TEXT NOT NULL,
  incident   TEXT NOT NULL,
  message    TEXT NOT NULL,
  queued_at  INTEGER NOT NULL,
  attempts   INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  trouble    TEXT NOT NULL,
  thread     TEXT NOT NULL,
  fate       TEXT NOT NULL,
  ended_at   INTEGER,
  opens      INTEGER
) STRICT;
CREATE INDEX outbox_by_fate ON outbox (fate, ended_at);
CREATE INDEX outbox_by_incident ON outbox (receiver, incident);
CREATE TRIGGER outbox_ends_once BEFORE UPDATE ON outbox
WHEN OLD.fate <> 'pending' AND NEW.fate <> OLD.fate
BEGIN
  SELECT RAISE(ABORT, 'a message that has ended stays as it ended');
END;
CREATE TABLE silences (
  number     INTEGER PRIMARY KEY,
  service    TEXT NOT NULL,
  trigger    TEXT NOT NULL,
  from_time  INTEGER NOT NULL,
  until_time INTEGER NOT NULL,
  reason     TEXT NOT NULL,
  "by"       TEXT NOT NULL,
  ended_at   INTEGER
) STRICT;
)sql";

/// The step to version N is at N - 1. A published step never changes; a new one is appended.
constexpr std::array<std::string_view, schema_version> steps{
    deployments_and_history, runs, driven_deployments, baselines, words_to_the_gate,
    outbox_and_silences};

constexpr std::string_view advice =
    "it is left untouched; restore it from a backup, or move it and its -wal file aside to begin "
    "anew";

int number(SQLite::Database& database, const char* query) {
  return database.execAndGet(query).getInt();
}

std::unexpected<Error> malformed(const SQLite::Database& database, std::string_view what) {
  return failure(Fault::malformed, fmt::format("{} {}", printable(database.getFilename()), what));
}

Result<void> check_pages(SQLite::Database& database) {
  SQLite::Statement check(database, "PRAGMA quick_check(1)");
  const std::string found = check.executeStep() ? check.getColumn(0).getString() : "no answer";
  if (found == "ok") return {};
  return malformed(database, fmt::format("is damaged ({}): {}", printable(found, 200), advice));
}

}  // namespace

Result<void> check_schema(SQLite::Database& database) {
  const int version = number(database, "PRAGMA user_version");
  const int application = number(database, "PRAGMA application_id");
  const bool empty = number(database, "SELECT count(*) FROM sqlite_schema") == 0;
  if (empty && version == 0 && application == 0) return {};
  if (application != application_id) {
    return malformed(database, "is the database of another program: move it aside");
  }
  if (version > schema_version) {
    return malformed(database, fmt::format("has schema {}, this ripcordd knows up to {}: it was "
                                           "written by a newer version; install that version "
                                           "again or move the file aside",
                                           version, schema_version));
  }
  if (version < 1) {
    return malformed(database, fmt::format("is damaged (it has schema {}): {}", version, advice));
  }
  return check_pages(database);
}

void migrate(SQLite::Database& database, int version) {
  for (int have = number(database, "PRAGMA user_version"); have < version; ++have) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(std::string(steps.at(static_cast<std::size_t>(have))));
    database.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                              application_id, have + 1));
    transaction.commit();
  }
}

}  // namespace ripcord::store
