#include "store/sqlite_journal.hpp"

#include "base/text.hpp"
#include "store/deployment_select.hpp"
#include "store/faults.hpp"
#include "store/journal_file.hpp"
#include "store/rows.hpp"
#include "store/schema.hpp"
#include "store/statements.hpp"

#include <fmt/format.h>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <system_error>
#include <utility>

namespace ripcord::store {
namespace {

constexpr int busy_timeout_ms = 250;
/// The write-ahead log is given this many bytes at the start, and begins anew before it has used
/// them up: a commit into space that the file has already takes half the time of one that makes it
/// grow, and for a while needs no free space.
constexpr std::uintmax_t log_reserve = std::uintmax_t{1} << 20U;
constexpr std::uintmax_t page_size = 4096;
constexpr int log_pages_max = 200;
/// Not from a disk that has little left.
constexpr std::uintmax_t free_space_min = 16 * log_reserve;

/// Makes a statement ready for its next use, also after a failure: one that is left in the middle
/// would keep its transaction open.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(SQLite::Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.tryReset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  SQLite::Statement& statement_;
};

/// The number of rows that it changed.
template <class Value>
int write(SQLite::Statement& statement, const Value& value) {
  const ResetAtEnd reset(statement);
  bind(statement, value);
  return statement.exec();
}

bool is_empty(const Commit& commit) {
  return commit.deployments.empty() && commit.records.empty() && commit.intents.empty() &&
         commit.ends.empty() && commit.outbox.empty() && commit.silences.empty();
}

/// While on, closing the connection leaves the write-ahead log as it is, so that a file which is
/// refused is not touched.
void keep_log_at_close(SQLite::Database& database, bool on) {
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 1 : 0, nullptr);
}

Result<void> configure(SQLite::Database& database) {
  const std::string mode = database.execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal") {
    return failure(Fault::internal,
                   fmt::format("cannot keep a write-ahead log for {} (mode {}): its file system "
                               "lacks shared memory or locks; use a local one",
                               printable(database.getFilename()), mode));
  }
  database.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  return {};
}

/// Best effort: without it commits are slower. Fills the log with commits that change nothing.
void reserve_log(SQLite::Database& database) {
  std::error_code error;
  const std::filesystem::path file = database.getFilename();
  const std::filesystem::space_info disk = std::filesystem::space(file, error);
  if (error || disk.available < free_space_min) return;
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  const std::string same = fmt::format("PRAGMA user_version = {}", version);
  bool written = database.tryExec("PRAGMA synchronous = OFF") == SQLITE_OK;
  for (std::uintmax_t bytes = 0; written && bytes < log_reserve; bytes += page_size) {
    written = database.tryExec(same) == SQLITE_OK;
  }
  database.exec("PRAGMA synchronous = FULL");
  (void)database.tryExec("PRAGMA wal_checkpoint(RESTART)");
}

/// Does `work` and makes an Error of SQLite's exceptions.
template <class Work>
auto guarded(std::string_view what, const std::filesystem::path& file, Work work)
    -> decltype(work()) {
  // SQLite does not keep the errno of a COMMIT that failed (sqlite3_system_errno() stays 0).
  errno = 0;
  try {
    return work();
  } catch (const SQLite::Exception& exception) {
    return std::unexpected(sqlite_error(what, file, exception, errno));
  }
}

class SqliteJournal final : public Journal {
 public:
  SqliteJournal(std::filesystem::path file, SQLite::Database database)
      : file_(std::move(file)),
        database_(std::move(database)),
        statements_(database_),
        file_identity_(identity(file_)),
        log_identity_(identity(write_ahead_log(file_))) {}

  void prepare_log() {
    reserve_log(database_);
    database_.exec(fmt::format("PRAGMA wal_autocheckpoint = {}", log_pages_max));
  }

  Result<void> commit(const Commit& commit) override {
    if (is_empty(commit)) return {};
    return attempt("write", [&]() -> Result<void> {
      SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
      if (Result<void> written = write_all(commit); !written) return written;
      transaction.commit();
      return {};
    });
  }

  Result<std::vector<Deployment>> deployments(const DeploymentQuery& query) override {
    return attempt("read", [&] {
      SQLite::Statement select = select_deployments(database_, query);
      return read_all(select, read_deployment);
    });
  }

  Result<std::vector<Deployment>> all_deployments() override {
    return attempt("read", [&] { return read_all(statements_.all, read_deployment); });
  }

  Result<Deployment> deployment(const std::string& id) override {
    auto found = select_for(statements_.one, id, read_deployment);
    if (!found) return std::unexpected(std::move(found.error()));
    if (found->empty()) {
      return failure(Fault::missing,
                     fmt::format("there is no deployment {:?}", printable(id, 100)));
    }
    return std::move(found->front());
  }

  Result<std::vector<EndedRow>> ended(const std::string& service, Instant from,
                                      Instant to) override {
    return attempt("read", [&] {
      SQLite::Statement select = select_ended(database_, service, from, to);
      return read_all(select, read_ended);
    });
  }

  Result<std::optional<Instant>> known_since(const std::string& service) override {
    return attempt("read", [&]() -> Result<std::optional<Instant>> {
      SQLite::Statement select(
          database_,
          "SELECT min(at) FROM (SELECT min(started_at) AS at FROM deployments "
          "WHERE ?1 = '' OR service = ?1 UNION ALL SELECT at FROM (SELECT at FROM history "
          "WHERE ?1 = '' OR service = ?1 ORDER BY sequence LIMIT 1))");
      select.bind(1, service);
      if (!select.executeStep() || select.getColumn(0).isNull()) return std::nullopt;
      return Instant(Duration(select.getColumn(0).getInt64()));
    });
  }

  Result<std::vector<HistoryRow>> history_after(std::int64_t after, std::size_t limit) override {
    return attempt("read", [&] {
      statements_.news.bind(1, after);
      statements_.news.bind(2, static_cast<std::int64_t>(limit));
      return read_all(statements_.news, read_history);
    });
  }

  Result<std::int64_t> last_sequence() override {
    return attempt("read", [&]() -> Result<std::int64_t> {
      return database_.execAndGet("SELECT coalesce(max(sequence), 0) FROM history").getInt64();
    });
  }

  Result<bool> has_record(const std::string& service, const std::string& kind, Instant since,
                          const std::string& text) override {
    return attempt("read", [&]() -> Result<bool> {
      SQLite::Statement select(database_,
                               "SELECT 1 FROM history WHERE service = ? AND kind = ? AND at >= ? "
                               "AND instr(text, ?) > 0 LIMIT 1");
      select.bind(1, service);
      select.bind(2, kind);
      select.bind(3, std::int64_t{since.time_since_epoch().count()});
      select.bind(4, text);
      return select.executeStep();
    });
  }

  Result<std::vector<HistoryRow>> history(const std::string& deployment) override {
    return select_for(statements_.story, deployment, read_history);
  }

  Result<std::vector<RunRow>> runs(const std::string& deployment) override {
    return select_for(statements_.runs, deployment, read_run);
  }

  Result<std::vector<OutboxEntry>> outbox(Instant since) override {
    return attempt("read", [&] {
      statements_.outbox.bind(1, since.time_since_epoch().count());
      return read_all(statements_.outbox, read_outbox);
    });
  }

  Result<void> prune_outbox(Instant before) override {
    return attempt("write", [&]() -> Result<void> {
      const ResetAtEnd reset(statements_.prune);
      statements_.prune.bind(1, before.time_since_epoch().count());
      statements_.prune.exec();
      return {};
    });
  }

  Result<std::vector<Silence>> silences() override {
    return attempt("read", [&] { return read_all(statements_.silences, read_silence); });
  }

 private:
  Result<void> write_all(const Commit& commit) {
    for (const Deployment& deployment : commit.deployments) write(statements_.save, deployment);
    for (const Record& record : commit.records) write(statements_.append, record);
    for (const RunIntent& intent : commit.intents) {
      if (write(statements_.intend, intent) == 0) {
        return failure(Fault::exists,
                       fmt::format("step {} of {} has been started before: each runs at most once",
                                   to_string(intent.step), printable(intent.deployment, 100)));
      }
    }
    for (const RunEnd& end : commit.ends) write(statements_.end, end);
    for (const OutboxEntry& entry : commit.outbox) write(statements_.put, entry);
    for (const Silence& silence : commit.silences) write(statements_.silence, silence);
    return {};
  }

  template <class Row>
  Result<std::vector<Row>> read_all(SQLite::Statement& query,
                                    Result<Row> (*read)(SQLite::Statement&)) {
    const ResetAtEnd reset(query);
    std::vector<Row> rows;
    while (query.executeStep()) {
      Result<Row> row = read(query);
      if (!row) {
        return failure(
            row.error().fault,
            fmt::format("cannot read {}: {}", printable(file_.native()), row.error().message));
      }
      rows.push_back(std::move(*row));
    }
    return rows;
  }

  /// The rows of a query whose only parameter is `key`.
  template <class Row>
  Result<std::vector<Row>> select_for(SQLite::Statement& query, const std::string& key,
                                      Result<Row> (*read)(SQLite::Statement&)) {
    return attempt("read", [&] {
      query.bind(1, key);
      return read_all(query, read);
    });
  }

  /// Does `work` on a journal that is still in its place; exceptions become Errors.
  template <class Work>
  auto attempt(std::string_view what, Work work) -> decltype(work()) {
    if (identity(file_) != file_identity_ || identity(write_ahead_log(file_)) != log_identity_) {
      return failure(
          Fault::internal,
          fmt::format("cannot {} {}: it, or its -wal file, was removed or replaced while "
                      "in use; put it back or restart ripcordd",
                      what, printable(file_.native())));
    }
    return guarded(what, file_, work);
  }

  std::filesystem::path file_;
  SQLite::Database database_;
  Statements statements_;
  std::optional<FileIdentity> file_identity_;
  std::optional<FileIdentity> log_identity_;
};

/// Checks an open database, then turns it into a journal of the present schema.
Result<void> make_ready(SQLite::Database& database) {
  keep_log_at_close(database, true);
  database.exec("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF");
  if (Result<void> known = check_schema(database); !known) return known;
  if (Result<void> configured = configure(database); !configured) return configured;
  migrate(database);
  keep_log_at_close(database, false);
  return {};
}

Result<std::unique_ptr<Journal>> open_prepared(const std::filesystem::path& file) {
  SQLite::Database database(file.native(), SQLite::OPEN_READWRITE, busy_timeout_ms);
  // Guarded on its own: closing the database would change the errno.
  if (Result<void> ready = guarded("open", file, [&] { return make_ready(database); }); !ready) {
    return std::unexpected(std::move(ready.error()));
  }
  auto journal = std::make_unique<SqliteJournal>(file, std::move(database));
  journal->prepare_log();
  return journal;
}

}  // namespace

Result<std::unique_ptr<Journal>> open_journal(const std::filesystem::path& file) {
  if (Result<void> prepared = prepare_file(file); !prepared) {
    return std::unexpected(std::move(prepared.error()));
  }
  return guarded("open", file, [&] { return open_prepared(file); });
}

}  // namespace ripcord::store
