#include "probe/log/file_reader.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace ripcord::probe::log {
namespace {

constexpr std::size_t piece_bytes = 64UL * 1024;
/// By so many bytes a file is known again.
constexpr std::size_t known_bytes = 64;
/// Of a folder that holds many files only so many are looked at.
constexpr int entries_max = 10'000;

/// Of the last bytes before `offset` (FNV-1a); nothing when there are not so many.
std::optional<std::uint64_t> hash_before(int file, off_t offset) {
  std::array<char, known_bytes> bytes{};
  const auto wanted = static_cast<std::size_t>(std::min<off_t>(offset, known_bytes));
  const ssize_t got = ::pread(file, bytes.data(), wanted, offset - static_cast<off_t>(wanted));
  if (got < 0 || static_cast<std::size_t>(got) != wanted) return std::nullopt;
  std::uint64_t hash = 14695981039346656037UL;
  for (const char byte : std::string_view(bytes.data(), wanted)) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211UL;
  }
  return hash;
}

}  // namespace

FileReader::FileReader(std::string path, std::size_t line_bytes_max)
    : path_(std::move(path)), lines_(line_bytes_max), previous_lines_(line_bytes_max) {}

FileReader::~FileReader() {
  close(current_);
  close(previous_);
}

void FileReader::close(Open& open) {
  if (open.file >= 0) ::close(open.file);
  open = Open();
}

Result<void> FileReader::look(std::size_t tail) {
  // Not blocking: the path may name a pipe that nobody writes to.
  const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status{};
  if (file < 0 || ::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    const int error = file < 0 ? errno : 0;
    if (file >= 0) ::close(file);
    const Fault fault = error == EACCES ? Fault::denied : Fault::missing;
    return failure(
        fault, fmt::format("cannot read {}: {}", printable(path_, 200),
                           error == 0 ? "it is no file" : std::generic_category().message(error)));
  }
  const bool is_same =
      is_open() && current_.device == status.st_dev && current_.inode == status.st_ino;
  if (is_same) {
    ::close(file);
    return {};
  }
  close(previous_);
  previous_ = std::exchange(current_, Open());
  std::swap(previous_lines_, lines_);
  lines_.drop();
  const off_t size = status.st_size;
  current_ = {
      .file = file,
      .device = status.st_dev,
      .inode = status.st_ino,
      .offset = static_cast<std::size_t>(size) > tail ? size - static_cast<off_t>(tail) : 0};
  return {};
}

Result<void> FileReader::go_to(const FileMark& mark) {
  Result<void> opened = open_at(path_, mark);
  if (opened) return opened;
  std::error_code error;
  int entries = 0;
  for (std::filesystem::directory_iterator entry(std::filesystem::path(path_).parent_path(), error);
       !error && entry != std::filesystem::directory_iterator() && entries < entries_max;
       entry.increment(error), ++entries) {
    opened = open_at(entry->path(), mark);
    if (opened) return opened;
  }
  return failure(Fault::missing, "what was read before is gone: " + printable(path_, 200));
}

Result<void> FileReader::open_at(const std::string& path, const FileMark& mark) {
  struct stat status{};
  const bool is_it = ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
                     status.st_dev == mark.device && status.st_ino == mark.inode;
  const int file = is_it ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
  if (file < 0) return failure(Fault::missing, "another file");
  if (hash_before(file, mark.offset) != mark.before) {
    ::close(file);
    return failure(Fault::missing, "written anew");
  }
  close(current_);
  lines_.drop();
  current_ = {.file = file, .device = mark.device, .inode = mark.inode, .offset = mark.offset};
  return {};
}

FileMark FileReader::mark(Instant now) const {
  const off_t offset = current_.offset - static_cast<off_t>(lines_.pending());
  return {.at = now,
          .device = current_.device,
          .inode = current_.inode,
          .offset = offset,
          .before = hash_before(current_.file, offset).value_or(0)};
}

std::size_t FileReader::read(std::size_t bytes_max, const LineSplitter::OnLine& on_line) {
  const std::size_t bytes = read_one(previous_, previous_lines_, bytes_max, on_line);
  return bytes > 0 ? bytes : read_one(current_, lines_, bytes_max, on_line);
}

std::size_t FileReader::read_one(Open& open, LineSplitter& lines, std::size_t bytes_max,
                                 const LineSplitter::OnLine& on_line) {
  struct stat status{};
  if (open.file < 0 || ::fstat(open.file, &status) != 0) return 0;
  if (status.st_size < open.offset) {
    open.offset = 0;
    lines.drop();
  }
  std::array<char, piece_bytes> piece{};
  const ssize_t got =
      ::pread(open.file, piece.data(), std::min(bytes_max, piece.size()), open.offset);
  if (got <= 0) return 0;
  open.offset += got;
  const auto bytes = static_cast<std::size_t>(got);
  lines.take({piece.data(), bytes}, on_line);
  return bytes;
}

}  // namespace ripcord::probe::log
