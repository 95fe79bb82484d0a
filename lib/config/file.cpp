#include "config/file.hpp"

#include "base/system_fault.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace ripcord::config {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

std::unexpected<Error> cannot(std::string_view verb, const std::filesystem::path& file) {
  const int code = errno;
  return system_failure(fmt::format("{} {}", verb, printable(file.string())), code);
}

/// The type of an open file that is no regular one.
std::string_view odd_type(mode_t mode) {
  if (S_ISDIR(mode)) return "is a directory";
  return "is not a regular file";
}

Result<std::string> read_all(int number, std::size_t bytes_max) {
  std::string text;
  for (std::size_t filled = 0;;) {
    constexpr std::size_t chunk = 64UL * 1024;
    text.resize(filled + chunk);
    const ssize_t count = ::read(number, text.data() + filled, chunk);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("read it", errno);
    filled += static_cast<std::size_t>(count);
    text.resize(filled);
    if (count == 0) return text;
    if (filled > bytes_max) {
      return failure(Fault::too_large, fmt::format("is larger than {} KiB", bytes_max / 1024));
    }
  }
}

Result<void> write_all(int number, std::string_view text, const std::filesystem::path& file) {
  while (!text.empty()) {
    const ssize_t count = ::write(number, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot("write", file);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(number) != 0) return cannot("sync", file);
  return {};
}

}  // namespace

std::unexpected<Error> system_failure(const std::string& what, int code) {
  std::string words = std::generic_category().message(code);
  return failure(system_fault(code), fmt::format("cannot {}: {}", what, words));
}

Result<std::string> read_text(const std::filesystem::path& file, std::size_t bytes_max) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!descriptor.is_open()) return system_failure("read it", errno);
  struct stat status{};
  if (::fstat(descriptor.number(), &status) != 0) return system_failure("examine it", errno);
  if (!S_ISREG(status.st_mode)) {
    return failure(Fault::malformed, std::string(odd_type(status.st_mode)));
  }
  return read_all(descriptor.number(), bytes_max);
}

Result<void> write_new(const std::filesystem::path& file, std::string_view text) {
  const Descriptor descriptor(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!descriptor.is_open()) return cannot("create", file);
  return write_all(descriptor.number(), text, file);
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  const Descriptor descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.is_open()) return cannot("open", directory);
  if (::fsync(descriptor.number()) != 0) return cannot("sync", directory);
  return {};
}

}  // namespace ripcord::config
