#include "store/journal_file.hpp"

#include "base/text.hpp"
#include "store/faults.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace ripcord::store {
namespace {

constexpr std::uintmax_t smallest_database = 512;

/// In bytes; 0 when there is no such file.
std::uintmax_t size_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

Result<void> check_existing(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    return failure(Fault::malformed, fmt::format("{} is not a regular file: move it aside",
                                                 printable(file.native())));
  }
  // Shorter than any database: SQLite would take a byte or two for an empty file.
  if (const std::uintmax_t size = size_of(file); size > 0 && size < smallest_database) {
    return failure(Fault::malformed, fmt::format("{} is not a database of ripcordd ({} bytes): "
                                                 "restore it from a backup, or move it aside",
                                                 printable(file.native()), size));
  }
  if (::faccessat(AT_FDCWD, file.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
    return std::unexpected(system_error("write", file, errno));
  }
  return {};
}

}  // namespace

std::filesystem::path write_ahead_log(const std::filesystem::path& file) {
  return file.native() + "-wal";
}

Result<void> prepare_file(const std::filesystem::path& file) {
  if (size_of(file) == 0 && size_of(write_ahead_log(file)) > 0) {
    return failure(Fault::malformed,
                   fmt::format("{0} is missing or empty, but {0}-wal beside it is not: restore the "
                               "file, or move both aside to begin anew",
                               printable(file.native())));
  }
  // An existing file is not opened here: closing it again would drop the locks that another
  // connection of this process has on it.
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (descriptor >= 0) {
    ::close(descriptor);
    return {};
  }
  if (errno != EEXIST) return std::unexpected(system_error("create", file, errno));
  return check_existing(file);
}

std::optional<FileIdentity> identity(const std::filesystem::path& file) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return std::nullopt;
  return FileIdentity{.device = found.st_dev, .inode = found.st_ino};
}

}  // namespace ripcord::store
