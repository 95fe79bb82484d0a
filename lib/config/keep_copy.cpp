#include "base/text.hpp"
#include "config/configuration.hpp"
#include "config/file.hpp"
#include "config/load_text.hpp"
#include "config/mistakes.hpp"
#include "config/source_files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace ripcord::config {
namespace {

namespace fs = std::filesystem;

/// Makes a directory that only its owner may enter: headers in the files may hold tokens.
Result<void> make_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
  const int code = errno;
  return system_failure("make " + printable(directory.string()), code);
}

/// A fresh directory in `parent`, removed with all that is in it unless it has been renamed.
class Workshop {
 public:
  static Result<Workshop> in(const fs::path& parent) {
    std::string name = (parent / ".new-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      const int code = errno;
      return system_failure("make a directory in " + printable(parent.string()), code);
    }
    return Workshop(std::move(name));
  }

  ~Workshop() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Workshop(Workshop&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  Workshop& operator=(Workshop&&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }

  /// Fault::exists when somebody else was quicker.
  Result<void> rename_to(const fs::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) {
      const int code = errno;
      return system_failure("make " + printable(target.string()), code);
    }
    path_.clear();
    return {};
  }

 private:
  explicit Workshop(fs::path path) : path_(std::move(path)) {}

  fs::path path_;
};

Result<void> write_files(const std::vector<SourceFile>& files, const fs::path& directory) {
  bool has_drop_ins = false;
  for (const SourceFile& file : files) {
    if (!has_drop_ins && file.name.starts_with("conf.d/")) {
      has_drop_ins = true;
      if (auto made = make_directory(directory / "conf.d"); !made) return made;
    }
    if (auto written = write_new(directory / file.name, file.text); !written) return written;
  }
  if (has_drop_ins) {
    if (auto synced = sync_directory(directory / "conf.d"); !synced) return synced;
  }
  return sync_directory(directory);
}

/// Whether the copy that is there holds exactly these files.
Result<void> verify_copy(const Configuration& configuration, const fs::path& copy) {
  Mistakes mistakes;
  const auto files = read_sources(copy / "ripcord.toml", mistakes);
  if (files && mistakes.empty() && fingerprint_of(*files) == configuration.fingerprint) return {};
  const Fault fault = files ? Fault::malformed : files.error().fault;
  const std::string why = files ? "it has been changed" : files.error().message;
  return failure(fault, fmt::format("the kept configuration {} cannot be used: {}; remove it",
                                    printable(copy.string()), why));
}

}  // namespace

Result<fs::path> keep_copy(const Configuration& configuration, const fs::path& directory) {
  const fs::path copy = directory / configuration.fingerprint;
  fs::path main_file = copy / "ripcord.toml";
  if (auto made = make_directory(directory); !made) return std::unexpected(made.error());

  std::error_code unknown;
  if (!fs::exists(copy, unknown)) {
    Result<Workshop> workshop = Workshop::in(directory);
    if (!workshop) return std::unexpected(workshop.error());
    auto done = write_files(configuration.files, workshop->path());
    if (!done) return std::unexpected(done.error());
    done = workshop->rename_to(copy);
    if (!done && done.error().fault != Fault::exists) return std::unexpected(done.error());
  }
  // Also for a copy that was there: the one who made it may have died before this.
  if (auto synced = sync_directory(directory); !synced) return std::unexpected(synced.error());
  if (auto same = verify_copy(configuration, copy); !same) return std::unexpected(same.error());
  return main_file;
}

}  // namespace ripcord::config
