#include "net/file.hpp"

#include "base/text.hpp"
#include "net/socket_fault.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace ripcord::net {
namespace {

/// A descriptor that is closed at the end.
class Opened {
 public:
  explicit Opened(const std::string& path, int flags = O_RDONLY)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600)) {}
  ~Opened() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Error> cannot_read(Fault fault, const std::string& path, std::string_view why) {
  return failure(fault, fmt::format("cannot read {}: {}", printable(path, 200), why));
}

std::unexpected<Error> cannot_read(const std::string& path, int error) {
  if (path.starts_with("${")) {
    return cannot_read(Fault::missing, path, "that variable is not set for this process");
  }
  return cannot_read(fault_of({error, boost::system::system_category()}), path,
                     std::generic_category().message(error));
}

std::unexpected<Error> cannot_write(const std::string& path, int error) {
  return failure(fault_of({error, boost::system::system_category()}),
                 fmt::format("cannot write {}: {}", printable(path, 200),
                             std::generic_category().message(error)));
}

/// 0, or an errno.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno != EINTR) return errno;
    if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return 0;
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  constexpr std::int64_t nanoseconds = 1'000'000'000;
  return FileStamp{.device = status.st_dev,
                   .inode = status.st_ino,
                   .size = status.st_size,
                   .changed = status.st_mtim.tv_sec * nanoseconds + status.st_mtim.tv_nsec};
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max, Readers readers) {
  const Opened file(path);
  if (file.descriptor() < 0) return cannot_read(path, errno);
  struct stat status{};
  if (::fstat(file.descriptor(), &status) != 0) return cannot_read(path, errno);
  if (!S_ISREG(status.st_mode)) return cannot_read(Fault::internal, path, "it is no regular file");
  if (readers == Readers::not_all && (status.st_mode & S_IROTH) != 0) {
    return cannot_read(Fault::denied, path,
                       "it is a secret that everyone on this host can read; chmod o= it");
  }

  std::string text(bytes_max + 1, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::read(file.descriptor(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled > bytes_max) {
    return cannot_read(Fault::too_large, path,
                       fmt::format("it is larger than {} bytes", bytes_max));
  }
  text.resize(filled);
  return text;
}

Result<void> replace_file(const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".new";
  {
    const Opened file(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
    if (file.descriptor() < 0) return cannot_write(path, errno);
    if (const int error = write_all(file.descriptor(), bytes); error != 0) {
      return cannot_write(path, error);
    }
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return cannot_write(path, errno);
  return {};
}

Result<std::string_view> WatchedFile::text() {
  const std::optional<FileStamp> stamp = stamp_of(path_);
  is_new_ = !stamp || stamp_ != stamp;
  if (!is_new_) return text_;
  Result<std::string> read = read_file(path_, bytes_max_, readers_);
  if (!read) {
    stamp_.reset();
    return std::unexpected(std::move(read).error());
  }
  text_ = *std::move(read);
  stamp_ = stamp;
  return text_;
}

}  // namespace ripcord::net
