#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>

namespace ripcord::net {

/// Tells one state of a file from the next: what is written anew or put in its place differs.
struct FileStamp {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t changed = 0;  ///< nanoseconds since the epoch

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// Of what `path` leads to; nothing when there is nothing, or it may not be looked at.
[[nodiscard]] std::optional<FileStamp> stamp_of(const std::string& path);

/// Who may read a file for read_file() to take it.
enum class Readers : std::uint8_t {
  any,
  not_all,  ///< a secret: one that everyone on this host may read is refused
};

/// The bytes of a small local file, at most `bytes_max`. It is not waited for: what is no regular
/// file (a FIFO, a device) is Fault::internal. Fault::missing, denied, too_large; denied as well
/// for a secret that everyone may read. The message names the file: `"cannot read /x: …"`.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max,
                                            Readers readers);

/// Puts `bytes` in the place of what `path` names, whole or not at all: they are written beside it,
/// readable by the owner alone, and renamed. Not synced: for what may be lost with the machine.
[[nodiscard]] Result<void> replace_file(const std::string& path, std::string_view bytes);

/// A small file that may change: read again when it has. Costs one look at the file a call.
class WatchedFile {
 public:
  WatchedFile(std::string path, std::size_t bytes_max, Readers readers)
      : path_(std::move(path)), bytes_max_(bytes_max), readers_(readers) {}

  /// What is in it now, valid until the next call; the failures of read_file().
  [[nodiscard]] Result<std::string_view> text();
  /// Whether the last text() has read it.
  [[nodiscard]] bool is_new() const { return is_new_; }

 private:
  std::string path_;
  std::size_t bytes_max_;
  Readers readers_;
  std::optional<FileStamp> stamp_;
  std::string text_;
  bool is_new_ = false;
};

}  // namespace ripcord::net
