#pragma once

#include "base/time.hpp"

#include <cstdint>

namespace ripcord::probe::log {

/// Where the reader of a file stood at some time: what lies behind it was written then or later.
struct FileMark {
  Instant at;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t offset = 0;   ///< bytes; the beginning of a line
  std::uint64_t before = 0;  ///< hash of the bytes before `offset`, to know the file again by

  friend bool operator==(const FileMark&, const FileMark&) = default;
};

}  // namespace ripcord::probe::log
