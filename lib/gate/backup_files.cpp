#include "gate/backup_files.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <glob.h>
#include <sys/stat.h>
#include <system_error>
#include <utility>
#include <vector>

namespace ripcord::gate {
namespace {

/// What glob() could not read, of this thread: it takes a function and nothing else.
struct Unread {
  std::string path;
  int error = 0;
};
thread_local Unread unread;

int remember_unread(const char* path, int error) {
  // A directory that is not there holds no backup: that is known.
  if (error == ENOENT || error == ENOTDIR) return 0;
  unread = {.path = path, .error = error};
  return 1;
}

/// What matches, freed at the end.
class Matches {
 public:
  explicit Matches(const std::string& pattern)
      // NOLINTNEXTLINE(concurrency-mt-unsafe): only GLOB_TILDE, which asks for users, makes it so
      : status_(::glob(pattern.c_str(), GLOB_NOSORT, remember_unread, &found_)) {}
  ~Matches() { ::globfree(&found_); }
  Matches(const Matches&) = delete;
  Matches& operator=(const Matches&) = delete;

  [[nodiscard]] bool is_complete() const { return status_ == 0 || status_ == GLOB_NOMATCH; }
  [[nodiscard]] std::vector<std::string> paths() const {
    if (status_ != 0) return {};
    return {found_.gl_pathv, found_.gl_pathv + found_.gl_pathc};
  }

 private:
  glob_t found_{};
  int status_;
};

Instant changed_at(const struct stat& status) {
  return Instant(
      std::chrono::seconds(status.st_mtim.tv_sec) +
      std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(status.st_mtim.tv_nsec)));
}

}  // namespace

Result<std::optional<deploy::BackupFile>> newest_file(const std::string& pattern) {
  unread = {};
  const Matches matches(pattern);
  if (!matches.is_complete()) {
    const bool is_denied = unread.error == EACCES || unread.error == EPERM;
    return failure(is_denied ? Fault::denied : Fault::internal,
                   unread.error == 0 ? std::string("there are too many files to look through")
                                     : fmt::format("cannot read {}: {}", printable(unread.path),
                                                   std::generic_category().message(unread.error)));
  }
  std::optional<deploy::BackupFile> newest;
  for (const std::string& path : matches.paths()) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    const Instant at = changed_at(status);
    if (newest && at <= newest->made_at) continue;
    newest = deploy::BackupFile{
        .name = path, .made_at = at, .bytes = static_cast<std::uint64_t>(status.st_size)};
  }
  return newest;
}

}  // namespace ripcord::gate
