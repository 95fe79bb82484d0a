#include "base/text.hpp"
#include "model/deployment.hpp"
#include "store/faults.hpp"
#include "store/history_file.hpp"
#include "store/history_line.hpp"
#include "store/rows.hpp"
#include "store/sqlite_journal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <algorithm>
#include <cerrno>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

namespace ripcord::store {
namespace {

constexpr std::size_t line_bytes_max = std::size_t{8} << 20U;
constexpr std::size_t id_bytes_max = 128;
constexpr const char* contradiction = "it is here already, but differs, or stands here twice";

std::unexpected<Error> malformed(std::string what) {
  return failure(Fault::malformed, std::move(what));
}

/// What can be a directory's name: evidence and runs have theirs by it.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= id_bytes_max && text.front() != '.' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

std::string columns_of(const LineKind& kind) {
  std::vector<std::string> quoted;
  quoted.reserve(kind.columns.size());
  for (const std::string& column : kind.columns) quoted.push_back(fmt::format("\"{}\"", column));
  return fmt::format("{}", fmt::join(quoted, ", "));
}

SQLite::Statement insertion(const SQLite::Database& database, const LineKind& kind) {
  const std::vector<std::string> marks(kind.columns.size(), "?");
  return {database, fmt::format("INSERT INTO {} ({}) VALUES ({})", kind.table, columns_of(kind),
                                fmt::join(marks, ","))};
}

/// One import into one journal. Its transaction is left behind when something is wrong.
class Import {
 public:
  explicit Import(SQLite::Database& database) : database_(database) {
    for (std::size_t kind = 0; kind < line_kinds().size(); ++kind) {
      const LineKind& what = line_kinds()[kind];
      insertions_.push_back(insertion(database, what));
      SQLite::Statement select(database,
                               fmt::format("SELECT {} FROM {}", columns_of(what), what.table));
      while (select.executeStep()) ++known_[to_text(read_line(kind, select))];
    }
    SQLite::Statement newest(database,
                             "SELECT service, max(started_at), max(ended_at IS NULL) FROM "
                             "deployments GROUP BY service");
    while (newest.executeStep()) {
      newest_[newest.getColumn(0).getString()] = {.started_at = newest.getColumn(1).getInt64(),
                                                  .is_open = newest.getColumn(2).getInt() != 0};
    }
  }

  /// Adds one line, unless the journal has it.
  Result<void> add(std::string_view text) {
    const Result<HistoryLine> line = parse_line(text);
    if (!line) return std::unexpected(line.error());
    // As it would be written: members may stand in any order.
    const auto known = known_.find(to_text(*line));
    if (known != known_.end() && known->second > 0) {
      --known->second;
      ++count_.known;
      return {};
    }
    if (line->kind == 0) {
      if (Result<void> fits = check_order(*line); !fits) return fits;
    }
    if (Result<void> inserted = insert(*line); !inserted) return inserted;
    return read_back(*line);
  }

  [[nodiscard]] HistoryCount count() const { return count_; }

 private:
  struct Newest {
    std::int64_t started_at = 0;
    bool is_open = false;
  };

  /// The newest deployment of a service says what runs, so what is there stays the newest, or
  /// everything that is added is newer.
  Result<void> check_order(const HistoryLine& line) const {
    const std::string id = line.text("id");
    if (!is_id(id)) return malformed(fmt::format("{:?} is no id", printable(id, 60)));
    if (is_here(id)) return malformed(contradiction);
    const auto newest = newest_.find(line.text("service"));
    if (newest == newest_.end()) return {};
    if (newest->second.is_open) {
      return malformed(fmt::format("a deployment of {} is open here: end it first",
                                   printable(newest->first, 64)));
    }
    const auto* started = std::get_if<std::int64_t>(&line.at("started_at"));
    if (started != nullptr && *started > newest->second.started_at) return {};
    return malformed(
        fmt::format("{} is not here, but newer deployments of {} are: a history can only be "
                    "continued",
                    printable(id, 100), printable(newest->first, 64)));
  }

  [[nodiscard]] bool is_here(const std::string& id) const {
    SQLite::Statement select(database_, "SELECT 1 FROM deployments WHERE id = ?");
    select.bind(1, id);
    return select.executeStep();
  }

  Result<void> insert(const HistoryLine& line) {
    SQLite::Statement& statement = insertions_.at(line.kind);
    try {
      bind(statement, line);
      statement.exec();
      statement.reset();
    } catch (const SQLite::Exception& exception) {
      statement.tryReset();
      const std::string_view why = exception.what();
      if (why.contains("UNIQUE")) return malformed(contradiction);
      if (why.contains("FOREIGN KEY")) return malformed("it is of a deployment that is not here");
      // Every other one is of the journal and not of the line.
      if (exception.getErrorCode() != constraint_failed) throw;
      return malformed(printable(why, 200));
    }
    return {};
  }

  /// Whether what was just inserted is what this version would have written.
  Result<void> read_back(const HistoryLine& line) {
    const LineKind& kind = line_kinds()[line.kind];
    const bool is_record = kind.table == "history";
    SQLite::Statement select(
        database_, fmt::format("SELECT {}{} FROM {} WHERE rowid = last_insert_rowid()",
                               is_record ? "sequence, " : "", columns_of(kind), kind.table));
    if (!select.executeStep()) return malformed("it cannot be read back");
    if (is_record) {
      ++count_.records;
      return soundness(read_history(select));
    }
    if (kind.table == "runs") {
      ++count_.runs;
      return soundness(read_run(select));
    }
    ++count_.deployments;
    const Result<Deployment> deployment = read_deployment(select);
    if (!deployment) return std::unexpected(deployment.error());
    if (!is_name(deployment->service)) return malformed("its service has no proper name");
    if (!is_open(*deployment) && deployment->ended_at) return {};
    return malformed(fmt::format("{} is open: it belongs to the host that runs it; end it there",
                                 printable(deployment->id, 100)));
  }

  template <class T>
  static Result<void> soundness(const Result<T>& row) {
    if (!row) return std::unexpected(row.error());
    return {};
  }

  static constexpr int constraint_failed = 19;  // SQLITE_CONSTRAINT

  SQLite::Database& database_;
  std::vector<SQLite::Statement> insertions_;
  std::unordered_map<std::string, std::size_t> known_;  ///< lines, and how often each is there
  std::map<std::string, Newest> newest_;                ///< by service, before the import
  HistoryCount count_;
};

std::unexpected<Error> at_line(std::size_t number, const Error& error) {
  return failure(error.fault, fmt::format("line {}: {}", number, error.message));
}

/// Every line, the first one is the head.
Result<void> read_all(std::istream& in, Import& import) {
  std::string line;
  std::size_t number = 0;
  while (std::getline(in, line)) {
    ++number;
    if (line.size() > line_bytes_max) {
      return at_line(number, {Fault::malformed, "it is longer than any line of an export"});
    }
    const Result<void> done = number == 1 ? check_head_line(line) : import.add(line);
    if (!done) return at_line(number, done.error());
  }
  if (in.bad()) return failure(Fault::internal, "the history cannot be read");
  if (number == 0) return malformed("there is nothing to import");
  return {};
}

Result<HistoryCount> import_into(const std::filesystem::path& journal, std::istream& in) {
  SQLite::Database database(journal.native(), SQLite::OPEN_READWRITE);
  database.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  HistoryCount count;
  {
    Import import(database);
    if (Result<void> read = read_all(in, import); !read) return std::unexpected(read.error());
    count = import.count();
  }
  transaction.commit();
  return count;
}

}  // namespace

Result<HistoryCount> import_history(const std::filesystem::path& journal, std::istream& in) {
  // Makes it, or brings it up to date.
  if (auto opened = open_journal(journal); !opened) return std::unexpected(opened.error());
  errno = 0;
  try {
    return import_into(journal, in);
  } catch (const SQLite::Exception& exception) {
    return std::unexpected(sqlite_error("write", journal, exception, errno));
  }
}

}  // namespace ripcord::store
