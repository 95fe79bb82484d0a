#include "store/faults.hpp"

#include "base/system_fault.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>
#include <string>
#include <system_error>

namespace ripcord::store {
namespace {

constexpr std::string_view untouched =
    "; ripcordd leaves it untouched: restore it from a backup, or move it and its -wal file aside "
    "to begin anew";

std::string_view remedy(Fault fault) {
  switch (fault) {
    case Fault::full:
      return "; free some space";
    case Fault::denied:
      return "; ripcordd must be able to write there";
    case Fault::busy:
      return "; close the other program that uses it";
    default:
      return "";
  }
}

Fault fault_of_constraint(int extended_code) {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_TRIGGER:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return Fault::refused;
    default:
      return Fault::internal;
  }
}

Fault fault_of_sqlite(const SQLite::Exception& exception, int error_number) {
  switch (exception.getErrorCode() & 0xff) {  // the lowest byte is the primary code
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return Fault::full;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return Fault::denied;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Fault::busy;
    case SQLITE_ERROR:  // the statements are fixed: it is the schema that is not as it should be
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Fault::malformed;
    case SQLITE_CONSTRAINT:
      return fault_of_constraint(exception.getExtendedErrorCode());
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      // A quota or a full file system does not always reach SQLite as "full".
      return system_fault(error_number);
    default:
      return Fault::internal;
  }
}

bool is_of_the_system(const SQLite::Exception& exception) {
  const int primary = exception.getErrorCode() & 0xff;
  return primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
}

}  // namespace

Error system_error(std::string_view attempt, const std::filesystem::path& file, int error_number) {
  const Fault fault = system_fault(error_number);
  return {fault, fmt::format("cannot {} {}: {}{}", attempt, printable(file.native()),
                             std::generic_category().message(error_number), remedy(fault))};
}

Error sqlite_error(std::string_view attempt, const std::filesystem::path& file,
                   const SQLite::Exception& exception, int error_number) {
  const Fault fault = fault_of_sqlite(exception, error_number);
  std::string happened = printable(exception.what());
  if (error_number != 0 && is_of_the_system(exception)) {
    happened += fmt::format(" ({})", std::generic_category().message(error_number));
  }
  const std::string_view advice = fault == Fault::malformed ? untouched : remedy(fault);
  return {fault,
          fmt::format("cannot {} {}: {}{}", attempt, printable(file.native()), happened, advice)};
}

}  // namespace ripcord::store
