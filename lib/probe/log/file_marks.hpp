#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "probe/log/file_mark.hpp"

#include <string>
#include <vector>

namespace ripcord::probe::log {

/// How far one path was read over the last while, kept in a small file, so that ripcord can go on
/// there after a restart. Of a moment of the past the mark before it is at most a second older, or
/// a sixtieth of its age. Blocks on the disk for one small read or write.
class FileMarks {
 public:
  /// Of the log at `path`, in a file of `folder` whose name is made of it. Pre: look_back > 0.
  FileMarks(const std::string& folder, std::string path, Duration look_back);

  /// Takes what was kept before. Fault::malformed when it cannot be understood: there is none then.
  [[nodiscard]] Result<void> load(Instant now);
  /// Oldest first; none is as old as `look_back`, but for the newest.
  [[nodiscard]] const std::vector<FileMark>& all() const { return marks_; }

  /// Whether it is time for another mark: a second after the last when something was read since,
  /// otherwise after ten.
  [[nodiscard]] bool is_due(Instant now, bool has_read) const;
  /// Adds one and keeps them all. Fault::denied, no_space …: they are still in memory.
  [[nodiscard]] Result<void> keep(const FileMark& mark);

 private:
  void add(const FileMark& mark);
  void thin_out();

  std::string folder_;
  std::string file_;
  std::string path_;
  Duration look_back_;
  std::vector<FileMark> marks_;
};

}  // namespace ripcord::probe::log
