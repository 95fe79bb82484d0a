#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "probe/log/file_mark.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ripcord::probe::log {

/// How far one path was read over the last while, kept in a small file, so that ripcord can go on
/// there after a restart. The marks are thinned out to a tenth of a second, or a sixtieth of their
/// age. Blocks on the disk for one small read or write.
class FileMarks {
 public:
  /// Of the log at `path`, in a file of `folder` whose name is made of it. Pre: look_back > 0.
  FileMarks(const std::string& folder, std::string path, Duration look_back);

  /// Takes what was kept before. Fault::malformed when it cannot be understood: there is none then.
  [[nodiscard]] Result<void> load(Instant now);
  /// Oldest first; none is as old as `look_back`, but for the newest.
  [[nodiscard]] const std::vector<FileMark>& all() const { return marks_; }

  /// Whether one more would stay.
  [[nodiscard]] bool wants_one(Instant now) const;
  void add(const FileMark& mark);
  /// Whether it is time to keep them: a second after the last time when something was read since,
  /// otherwise after ten.
  [[nodiscard]] bool is_due(Instant now, bool has_read) const;
  /// Fault::denied, full …: they are still in memory.
  [[nodiscard]] Result<void> keep(Instant now);

 private:
  void thin_out();

  std::string folder_;
  std::string file_;
  std::string path_;
  Duration look_back_;
  std::vector<FileMark> marks_;
  std::optional<Instant> kept_at_;
};

}  // namespace ripcord::probe::log
