#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <sys/types.h>

namespace ripcord::store {

/// The file beside `file` in which SQLite keeps what is committed but not yet moved into it.
[[nodiscard]] std::filesystem::path write_ahead_log(const std::filesystem::path& file);

/// Makes an empty `file`, mode 0640 as far as the umask permits, unless there is one. Refuses what
/// is no regular file, cannot be read and written, or is empty while its write-ahead log is not:
/// SQLite would throw that log away.
[[nodiscard]] Result<void> prepare_file(const std::filesystem::path& file);

/// Tells one file from another of the same name.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// Nothing when there is no such file.
[[nodiscard]] std::optional<FileIdentity> identity(const std::filesystem::path& file);

}  // namespace ripcord::store
