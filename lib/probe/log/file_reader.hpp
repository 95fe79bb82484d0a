#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "probe/log/file_mark.hpp"
#include "probe/log/splitters.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <sys/types.h>

namespace ripcord::probe::log {

/// Reads what is appended to a file that is rotated, by renaming it or by truncating it.
///
/// A renamed file is read to its end, also when its writer goes on with it for a while, until the
/// next rotation. A truncated one is read from its beginning; what was written and truncated
/// between two reads cannot be seen. Blocks on the disk for one small read at a time.
class FileReader {
 public:
  explicit FileReader(std::string path, std::size_t line_bytes_max);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// Looks whether the path names a file, and another one than before, which is then read after
  /// that: but for its last `tail` bytes what is in it is passed over. Fault::missing or
  /// Fault::denied when there is none: the one before is kept.
  [[nodiscard]] Result<void> look(std::size_t tail = from_beginning);

  static constexpr std::size_t from_beginning = std::numeric_limits<std::size_t>::max();

  /// Goes on at `mark`, in the file that the path named then, also when it has another name in the
  /// same folder by now. Fault::missing when it is gone or was written anew.
  [[nodiscard]] Result<void> go_to(const FileMark& mark);
  /// Where it stands: at the beginning of the first line that was not handed on whole.
  /// Pre: is_open().
  [[nodiscard]] FileMark mark(Instant now) const;
  /// Reads up to `bytes_max`; how many there were. 0: there is no more for now.
  std::size_t read(std::size_t bytes_max, const LineSplitter::OnLine& on_line);

  [[nodiscard]] bool is_open() const { return current_.file >= 0; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::int64_t offset() const { return current_.offset; }
  [[nodiscard]] bool reads(const FileMark& mark) const {
    return is_open() && current_.device == mark.device && current_.inode == mark.inode;
  }

 private:
  struct Open {
    int file = -1;
    dev_t device = 0;
    ino_t inode = 0;
    off_t offset = 0;
  };

  std::size_t read_one(Open& open, LineSplitter& lines, std::size_t bytes_max,
                       const LineSplitter::OnLine& on_line);
  [[nodiscard]] Result<void> open_at(const std::string& path, const FileMark& mark);
  static void close(Open& open);

  std::string path_;
  Open current_;
  Open previous_;  ///< renamed; its writer may not have noticed yet
  LineSplitter lines_;
  LineSplitter previous_lines_;
};

}  // namespace ripcord::probe::log
