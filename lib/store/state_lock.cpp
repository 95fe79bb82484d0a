#include "store/state_lock.hpp"

#include "base/text.hpp"
#include "store/faults.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace ripcord::store {
namespace {

Result<void> make_directory(const std::filesystem::path& state_dir) {
  if (::mkdir(state_dir.c_str(), 0750) == 0) return {};
  const int error = errno;
  std::error_code ignored;
  if (std::filesystem::is_directory(state_dir, ignored)) return {};
  if (error == EEXIST) {
    return failure(Fault::malformed, fmt::format("{} is not a directory: the state of ripcordd "
                                                 "needs one; move it aside or set state_dir",
                                                 printable(state_dir.native())));
  }
  return std::unexpected(system_error("make the directory", state_dir, error));
}

/// `"(pid 4711) "`, or nothing when the file does not tell.
std::string holder(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t length = ::pread(descriptor, text.data(), text.size(), 0);
  if (length <= 0) return "";
  const std::string_view pid =
      trim(std::string_view(text.data(), static_cast<std::size_t>(length)));
  return pid.empty() ? "" : fmt::format("(pid {}) ", printable(pid));
}

/// The lock is what counts and the pid is for people: a full disk must not keep the daemon down.
void write_pid(int descriptor) {
  const std::string text = fmt::format("{}\n", ::getpid());
  const bool written =
      ::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, text.data(), text.size(), 0) >= 0;
  static_cast<void>(written);
}

}  // namespace

Result<StateLock> StateLock::take(const std::filesystem::path& state_dir) {
  if (Result<void> made = make_directory(state_dir); !made) {
    return std::unexpected(std::move(made.error()));
  }
  const std::filesystem::path file = state_dir / "lock";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (descriptor < 0) return std::unexpected(system_error("write", file, errno));
  StateLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    write_pid(descriptor);
    return lock;
  }
  const int error = errno;
  if (error != EWOULDBLOCK) return std::unexpected(system_error("lock", file, error));
  return failure(Fault::busy, fmt::format("another ripcordd {}uses {}", holder(descriptor),
                                          printable(state_dir.native())));
}

StateLock::StateLock(StateLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

StateLock& StateLock::operator=(StateLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

StateLock::~StateLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace ripcord::store
