#include "gate/readiness.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace ripcord::gate {
namespace {

std::string words_of(int error) {
  return error == ENOENT ? "no such file" : std::generic_category().message(error);
}

/// Root's, or our own: whoever else it belongs to could put anything in its place.
bool is_trusted(uid_t owner) {
  return owner == 0 || owner == ::geteuid();
}

/// The group whose members may write, when it is neither root's nor our own.
std::optional<gid_t> strange_writers(const struct stat& status) {
  const bool is_trusted_group = status.st_gid == 0 || status.st_gid == ::getegid();
  if ((status.st_mode & S_IWGRP) == 0 || is_trusted_group) return std::nullopt;
  return status.st_gid;
}

std::string objection_to_file(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "it is no file";
  constexpr mode_t executable = S_IXUSR | S_IXGRP | S_IXOTH;
  if ((status.st_mode & executable) == 0) return "it is not executable";
  if (!is_trusted(status.st_uid)) {
    return fmt::format("it belongs to uid {}, who could change it", status.st_uid);
  }
  if ((status.st_mode & S_IWOTH) != 0) return "everyone may change it";
  const std::optional<gid_t> writers = strange_writers(status);
  return writers ? fmt::format("the members of gid {} may change it", *writers) : "";
}

/// In a directory with the sticky bit (as /tmp) only the owner of a file may replace it.
std::string objection_to_directory(const struct stat& status) {
  if (!is_trusted(status.st_uid)) {
    return fmt::format("its directory belongs to uid {}, who could replace it", status.st_uid);
  }
  if ((status.st_mode & S_ISVTX) != 0) return "";
  if ((status.st_mode & S_IWOTH) != 0) return "everyone may replace it in its directory";
  const std::optional<gid_t> writers = strange_writers(status);
  return writers ? fmt::format("the members of gid {} may replace it in its directory", *writers)
                 : "";
}

std::string objection_to(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return words_of(errno);
  if (std::string objection = objection_to_file(status); !objection.empty()) return objection;
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  if (error) return error.message();
  if (::stat(real.parent_path().c_str(), &status) != 0) return words_of(errno);
  return objection_to_directory(status);
}

}  // namespace

std::vector<deploy::ProgramFact> look_at_programs(const std::vector<std::string>& paths) {
  std::vector<deploy::ProgramFact> facts;
  facts.reserve(paths.size());
  for (const std::string& path : paths) {
    std::string why_not = objection_to(path);
    const bool executable = why_not.empty();
    facts.push_back({.path = path, .executable = executable, .why_not = std::move(why_not)});
  }
  return facts;
}

Result<std::uint64_t> disk_bytes_free(const std::string& path) {
  struct statvfs status{};
  if (::statvfs(path.c_str(), &status) != 0) {
    return failure(Fault::internal, fmt::format("cannot look at the disk of {}: {}",
                                                printable(path), words_of(errno)));
  }
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

std::string image_of(const std::string& pattern, const std::string& version) {
  constexpr std::string_view place = "{version}";
  const std::size_t id = version.find("@sha256:");
  if (id != std::string::npos) return version.substr(id + 1);
  std::string image = pattern;
  for (std::size_t at = image.find(place); at != std::string::npos;
       at = image.find(place, at + version.size())) {
    image.replace(at, place.size(), version);
  }
  return image;
}

}  // namespace ripcord::gate
