#include "act/resident_program.hpp"

#include "act/posix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace ripcord::act {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);

/// The object at `offset` of `file`; false if it does not hold that much.
template <typename T>
bool copy_at(std::span<const std::byte> file, std::size_t offset, T& object) {
  if (offset > file.size() || sizeof(T) > file.size() - offset) return false;
  std::memcpy(&object, file.data() + offset, sizeof(T));
  return true;
}

}  // namespace

Result<ResidentProgram> ResidentProgram::lock(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return failed(path, errno);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (start == MAP_FAILED) return failed(path, errno);
  ResidentProgram program(std::span(static_cast<const std::byte*>(start), size));
  if (Result<void> locked = program.lock_segments(path); !locked) {
    return std::unexpected(locked.error());
  }
  return program;
}

Result<void> ResidentProgram::lock_segments(const std::string& path) {
  Header header{};
  if (!copy_at(file_, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return failure(Fault::malformed, fmt::format("{} is no ELF program", path));
  }
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Segment segment{};
    if (!copy_at(file_, header.e_phoff + (i * sizeof(Segment)), segment)) break;
    if (segment.p_type != PT_LOAD || segment.p_offset >= file_.size()) continue;
    const std::size_t size =
        std::min<std::size_t>(segment.p_filesz, file_.size() - segment.p_offset);
    if (::mlock(file_.data() + segment.p_offset, size) != 0) return failed(path, errno);
    bytes_ += size;
  }
  return {};
}

ResidentProgram& ResidentProgram::operator=(ResidentProgram&& other) noexcept {
  if (this == &other) return *this;
  release();
  file_ = std::exchange(other.file_, {});
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

void ResidentProgram::release() {
  if (file_.empty()) return;
  (void)::munmap(const_cast<std::byte*>(file_.data()),
                 file_.size());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

}  // namespace ripcord::act
