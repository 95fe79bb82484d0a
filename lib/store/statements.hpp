#pragma once

#include <SQLiteCpp/Statement.h>

namespace SQLite {  // NOLINT(readability-identifier-naming): the name that the library has
class Database;
}  // namespace SQLite

namespace ripcord::store {

/// Every statement of the journal, prepared once.
struct Statements {
  explicit Statements(const SQLite::Database& database);

  SQLite::Statement save;
  SQLite::Statement append;
  SQLite::Statement intend;
  SQLite::Statement end;
  SQLite::Statement all;
  SQLite::Statement one;
  SQLite::Statement story;
  SQLite::Statement news;
  SQLite::Statement runs;
  SQLite::Statement put;
  SQLite::Statement silence;
  SQLite::Statement outbox;
  SQLite::Statement prune;
  SQLite::Statement silences;
};

}  // namespace ripcord::store
