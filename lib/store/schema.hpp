#pragma once

#include "base/result.hpp"

namespace SQLite {  // NOLINT(readability-identifier-naming): the name that the library has
class Database;
}  // namespace SQLite

namespace ripcord::store {

/// The schema that this version writes, in `PRAGMA user_version`.
inline constexpr int schema_version = 6;

/// In `PRAGMA application_id`, so that another program's database is known as such: `"ripc"`.
inline constexpr int application_id = 0x72697063;

/// Refuses, with Fault::malformed and without writing a byte, what is no sound journal of this
/// version or an older one. O(file size): it looks at every page.
[[nodiscard]] Result<void> check_schema(SQLite::Database& database);

/// Brings a checked journal to `version`, one transaction a step. Throws SQLite::Exception.
void migrate(SQLite::Database& database, int version = schema_version);

}  // namespace ripcord::store
