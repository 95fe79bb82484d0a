#include "act/run_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace ripcord::act {
namespace {

constexpr mode_t file_mode = 0640;
constexpr off_t reserve_bytes = 4096;
constexpr std::array reserved{run_file::shim, run_file::started, run_file::result};

std::string reserve_of(const char* name) {
  return fmt::format("{}.reserve", name);
}

/// A lock of the whole file.
struct flock whole_file(short type) {
  struct flock lock{};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// The directory `levels` above the open one `directory`, synced on the way.
int sync_upwards(int directory, int levels) {
  if (::fsync(directory) != 0) return errno;
  if (levels == 0) return 0;
  const Descriptor parent(::openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return parent ? sync_upwards(parent.get(), levels - 1) : errno;
}

}  // namespace

RunDirectory::RunDirectory(Descriptor directory, std::string path)
    : directory_(std::move(directory)), path_(std::move(path)) {}

Result<RunDirectory> RunDirectory::open(const std::string& path) {
  Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return failed(fmt::format("cannot open the run directory {}", path), errno);
  return RunDirectory(std::move(directory), path);
}

bool RunDirectory::may_have(const char* name) const {
  struct stat status{};
  return ::fstatat(directory_.get(), name, &status, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

Result<void> RunDirectory::prepare() const {
  for (const char* name : {run_file::lock, run_file::output}) {
    if (!open_file(name, O_WRONLY | O_CREAT)) return failed(path_of(name), errno);
  }
  for (const char* name : reserved) {
    if (auto made = reserve(name); !made) return made;
  }
  return {};
}

void RunDirectory::clear() const {
  const auto remove = [&](const std::string& name) {
    (void)::unlinkat(directory_.get(), name.c_str(), 0);
  };
  for (const char* name : reserved) remove(reserve_of(name));
  for (const char* name : {run_file::facts, run_file::lock, run_file::output}) remove(name);
  remove(fmt::format("{}.tmp", run_file::facts));
}

Result<Fields> RunDirectory::read(const char* name) const {
  const Descriptor file = open_file(name, O_RDONLY);
  if (!file) return failed(path_of(name), errno);
  const Result<std::string> text = read_all(file.get(), record_bytes_max);
  if (!text) return failure(text.error().fault, path_of(name) + ": " + text.error().message);
  Result<Fields> fields = parse_fields(*text);
  if (!fields) fields.error().message.insert(0, path_of(name) + ": ");
  return fields;
}

Result<void> RunDirectory::write(const char* name, const Fields& fields,
                                 Durability durability) const {
  const std::string text = format_fields(fields);
  std::string source = reserve_of(name);
  Descriptor file = open_file(source, O_WRONLY);
  if (!file) {
    source = fmt::format("{}.tmp", name);
    file = open_file(source, O_WRONLY | O_CREAT | O_TRUNC);
  }
  const bool written = file && write_all(file.get(), text) == text.size() &&
                       ::ftruncate(file.get(), static_cast<off_t>(text.size())) == 0;
  if (!written) return failed(path_of(name), errno);

  const bool lasting = durability == Durability::lasting;
  if (lasting && ::fsync(file.get()) != 0) return failed(path_of(name), errno);
  if (::renameat(directory_.get(), source.c_str(), directory_.get(), name) != 0) {
    return failed(path_of(name), errno);
  }
  if (lasting && ::fsync(directory_.get()) != 0) return failed(path_, errno);
  return {};
}

Result<Descriptor> RunDirectory::open_output() const {
  Descriptor file = open_file(run_file::output, O_WRONLY | O_APPEND | O_CREAT);
  if (!file) return failed(path_of(run_file::output), errno);
  return file;
}

std::string RunDirectory::output_tail(std::size_t bytes_max) const {
  const Descriptor file = open_file(run_file::output, O_RDONLY);
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return {};
  const auto size = static_cast<std::size_t>(status.st_size);
  std::string text(std::min(size, bytes_max), '\0');
  const ssize_t n =
      ::pread(file.get(), text.data(), text.size(), static_cast<off_t>(size - text.size()));
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

Result<void> RunDirectory::sync() const {
  constexpr int parents = 2;  // the deployment's and `runs`
  if (const int error = sync_upwards(directory_.get(), parents); error != 0) {
    return failed(fmt::format("cannot make {} last", path_), error);
  }
  return {};
}

Result<Descriptor> RunDirectory::take_lock() const {
  Descriptor file = open_file(run_file::lock, O_RDWR | O_CREAT);
  if (!file) return failed(path_of(run_file::lock), errno);
  struct flock lock = whole_file(F_WRLCK);
  if (::fcntl(file.get(), F_SETLK, &lock) == 0) return file;
  if (errno != EACCES && errno != EAGAIN) return failed(path_of(run_file::lock), errno);
  return failure(Fault::busy, fmt::format("{}: locked by another process", path_));
}

Result<std::optional<pid_t>> RunDirectory::lock_holder() const {
  const Descriptor file = open_file(run_file::lock, O_RDONLY);
  if (!file && errno == ENOENT) return std::nullopt;
  struct flock lock = whole_file(F_WRLCK);
  if (!file || ::fcntl(file.get(), F_GETLK, &lock) != 0) {
    return failed(path_of(run_file::lock), errno);
  }
  return lock.l_type == F_UNLCK ? std::nullopt : std::optional(lock.l_pid);
}

Descriptor RunDirectory::open_file(const std::string& name, int flags) const {
  return Descriptor(
      ::openat(directory_.get(), name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, file_mode));
}

Result<void> RunDirectory::reserve(const char* name) const {
  const Descriptor file = open_file(reserve_of(name), O_WRONLY | O_CREAT);
  if (!file) return failed(path_of(name), errno);
  const int error = ::posix_fallocate(file.get(), 0, reserve_bytes);
  if (error != 0) return failed(path_of(name), error);
  return {};
}

std::string RunDirectory::path_of(const std::string& name) const {
  return path_ + "/" + name;
}

}  // namespace ripcord::act
