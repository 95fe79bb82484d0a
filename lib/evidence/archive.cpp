#include "evidence/archive.hpp"

#include "base/contract.hpp"
#include "base/system_fault.hpp"
#include "base/text.hpp"
#include "net/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace ripcord::evidence {
namespace {

namespace fs = std::filesystem;

constexpr mode_t directory_mode = 0750;
constexpr std::size_t page_file_bytes_max = std::size_t{1024} * 1024;

/// Its time never changes, whatever is written later: when the capture began.
constexpr const char* mark_file = "begun.txt";

/// A name that no deployment has.
constexpr const char* good_folder = ".good";

bool names_directory(std::string_view deployment) {
  return is_file_name(deployment) && !deployment.contains('/');
}

Result<void> make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), directory_mode) == 0) return {};
  const int error = errno;
  return failure(system_fault(error),
                 fmt::format("cannot make {}: {}", path, std::generic_category().message(error)));
}

Result<void> make_unless_there(const std::string& path) {
  Result<void> made = make_directory(path);
  if (!made && made.error().fault == Fault::exists) return {};
  return made;
}

bool is_directory(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// Appends the regular files of one directory; `prefix` is what their names begin with.
void append_files(const std::string& directory, const std::string& prefix,
                  std::vector<Listed>& files) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = prefix + entry->path().filename().string();
    struct stat status{};
    if (!is_file_name(name) || ::lstat(entry->path().c_str(), &status) != 0) continue;
    if (S_ISREG(status.st_mode)) {
      files.push_back(
          {.file = std::move(name), .bytes = static_cast<std::uint64_t>(status.st_size)});
    } else if (S_ISDIR(status.st_mode) && prefix.empty()) {
      append_files(entry->path(), name + "/", files);
    }
  }
}

/// When the capture began, in nanoseconds; 0 when that cannot be told.
std::int64_t begun_at(const std::string& directory) {
  struct stat status{};
  const bool has_mark = ::lstat(fmt::format("{}/{}", directory, mark_file).c_str(), &status) == 0;
  if (!has_mark && ::lstat(directory.c_str(), &status) != 0) return 0;
  constexpr std::int64_t second = 1'000'000'000;
  return status.st_mtim.tv_sec * second + status.st_mtim.tv_nsec;
}

}  // namespace

std::string Archive::directory(std::string_view deployment) const {
  return fmt::format("{}/{}", folder_, deployment);
}

Result<void> Archive::claim(const std::string& deployment) const {
  if (!names_directory(deployment)) {
    return failure(Fault::malformed,
                   fmt::format("{:?} cannot name a directory", printable(deployment, 100)));
  }
  if (Result<void> made = make_unless_there(folder_); !made) return made;
  if (Result<void> made = make_directory(directory(deployment)); !made) return made;
  // Without it, on a full disk, the directory's own time is taken.
  (void)put(deployment, mark_file, "the capture has begun\n");
  return {};
}

bool Archive::has(const std::string& deployment) const {
  return names_directory(deployment) && is_directory(directory(deployment));
}

Result<void> Archive::put(const std::string& deployment, const std::string& file,
                          std::string_view bytes) const {
  RIPCORD_CONTRACT(is_file_name(file));
  const std::string top = directory(deployment);
  if (const std::size_t slash = file.find('/'); slash != std::string::npos) {
    Result<void> made = make_unless_there(fmt::format("{}/{}", top, file.substr(0, slash)));
    if (!made) return made;
  }
  const std::string path = fmt::format("{}/{}", top, file);
  Result<void> put = net::replace_file(path, bytes);
  if (!put) (void)std::remove((path + ".new").c_str());
  return put;
}

Result<std::vector<Listed>> Archive::list(const std::string& deployment) const {
  if (!has(deployment)) {
    return failure(Fault::missing,
                   fmt::format("there is no evidence of {}", printable(deployment, 100)));
  }
  std::vector<Listed> files;
  append_files(directory(deployment), "", files);
  std::ranges::sort(files, {}, &Listed::file);
  return files;
}

Result<std::string> Archive::read(const std::string& deployment, const std::string& file) const {
  const Result<std::vector<Listed>> files = list(deployment);
  if (!files) return std::unexpected(files.error());
  if (std::ranges::find(*files, file, &Listed::file) == files->end()) {
    return failure(Fault::missing, fmt::format("the evidence of {} has no file {:?}", deployment,
                                               printable(file, 100)));
  }
  return net::read_file(fmt::format("{}/{}", directory(deployment), file), file_bytes_max,
                        net::Readers::any);
}

Result<Files> Archive::read_all(const std::string& deployment) const {
  const Result<std::vector<Listed>> listed = list(deployment);
  if (!listed) return std::unexpected(listed.error());
  Files files;
  for (const Listed& one : *listed) {
    Result<std::string> text = net::read_file(fmt::format("{}/{}", directory(deployment), one.file),
                                              page_file_bytes_max, net::Readers::any);
    if (text) files.emplace(one.file, *std::move(text));
  }
  return files;
}

Result<void> Archive::keep_good(const std::string& service, const boost::json::value& facts) const {
  if (Result<void> made = make_unless_there(folder_); !made) return made;
  if (Result<void> made = make_unless_there(directory(good_folder)); !made) return made;
  return put(good_folder, {.file = file_name_of(service) + ".json", .content = facts});
}

Result<std::string> Archive::good(const std::string& service) const {
  return net::read_file(fmt::format("{}/{}.json", directory(good_folder), file_name_of(service)),
                        page_file_bytes_max, net::Readers::any);
}

std::vector<std::string> Archive::deployments() const {
  std::vector<std::pair<std::int64_t, std::string>> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = entry->path().filename();
    if (has(name)) found.emplace_back(begun_at(directory(name)), std::move(name));
  }
  std::ranges::sort(found);
  std::vector<std::string> names;
  names.reserve(found.size());
  for (auto& [at, name] : found) names.push_back(std::move(name));
  return names;
}

std::uint64_t Archive::bytes_of(const std::string& deployment) const {
  std::uint64_t bytes = 0;
  std::error_code error;
  // Without the option that follows links to directories.
  for (fs::recursive_directory_iterator entry(directory(deployment), error), end;
       !error && entry != end; entry.increment(error)) {
    struct stat status{};
    if (::lstat(entry->path().c_str(), &status) != 0) continue;
    constexpr std::uint64_t block = 512;  // stat(2), whatever the file system
    bytes += static_cast<std::uint64_t>(status.st_blocks) * block;
  }
  return bytes;
}

std::vector<std::string> Archive::prune(const Settings& settings,
                                        const std::set<std::string>& open) const {
  const std::vector<std::string> names = deployments();
  std::map<std::string, std::uint64_t> sizes;
  std::uint64_t bytes = 0;
  for (const std::string& name : names) bytes += sizes[name] = bytes_of(name);
  std::size_t count = names.size();
  std::vector<std::string> removed;
  for (const std::string& name : names) {
    if (count <= settings.keep && bytes <= settings.keep_bytes) break;
    if (open.contains(name)) continue;
    std::error_code error;
    fs::remove_all(directory(name), error);  // a link is removed, not what it leads to
    if (error) continue;
    --count;
    bytes -= sizes[name];
    removed.push_back(name);
  }
  return removed;
}

}  // namespace ripcord::evidence
