#include "act/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace ripcord::act {

void OutputKeeper::add(std::string_view bytes) {
  listener_.hear(bytes);
  seen_ += bytes.size();
  const std::string_view head = bytes.substr(0, head_bytes - head_);
  head_ += head.size();
  keep(head);
  add_to_tail(bytes.substr(head.size()));
}

void OutputKeeper::finish() {
  const std::uint64_t between = seen_ - head_ - tail_.size();
  left_out_ += between;
  if (between > 0) (void)write(fmt::format("\n[… {} bytes left out …]\n", between));
  std::rotate(tail_.begin(), tail_.begin() + static_cast<std::ptrdiff_t>(oldest_), tail_.end());
  keep(tail_);
  head_ += tail_.size();
  tail_.clear();
  oldest_ = 0;
}

void OutputKeeper::keep(std::string_view bytes) {
  left_out_ += bytes.size() - write(bytes);
}

std::size_t OutputKeeper::write(std::string_view bytes) {
  if (!file_ || bytes.empty()) return 0;
  const std::size_t written = write_all(file_.get(), bytes);
  if (written < bytes.size()) error_ = errno;
  return written;
}

void OutputKeeper::add_to_tail(std::string_view bytes) {
  if (bytes.size() > tail_bytes) bytes.remove_prefix(bytes.size() - tail_bytes);
  const std::size_t room = std::min(tail_bytes - tail_.size(), bytes.size());
  tail_.append(bytes.substr(0, room));
  bytes.remove_prefix(room);
  while (!bytes.empty()) {
    const std::size_t n = std::min(bytes.size(), tail_bytes - oldest_);
    tail_.replace(oldest_, n, bytes.substr(0, n));
    oldest_ = (oldest_ + n) % tail_bytes;
    bytes.remove_prefix(n);
  }
}

}  // namespace ripcord::act
