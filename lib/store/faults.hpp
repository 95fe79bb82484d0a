#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string_view>

namespace SQLite {  // NOLINT(readability-identifier-naming): the name that the library has
class Exception;
}  // namespace SQLite

namespace ripcord::store {

/// `"cannot ATTEMPT FILE: Permission denied"`, with what to do where that is known.
[[nodiscard]] Error system_error(std::string_view attempt, const std::filesystem::path& file,
                                 int error_number);

/// The same for an exception of SQLite. `error_number` is the errno behind it, or 0. Fault::full
/// when there is no space or memory, denied when it is read-only, busy when somebody else has
/// locked it, malformed when the file is damaged, changed by hand or no database, missing when a
/// run belongs to no known deployment, refused when a rule of the schema forbids it; otherwise
/// internal.
[[nodiscard]] Error sqlite_error(std::string_view attempt, const std::filesystem::path& file,
                                 const SQLite::Exception& exception, int error_number);

}  // namespace ripcord::store
