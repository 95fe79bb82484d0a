#pragma once

#include "base/result.hpp"

#include <filesystem>

namespace ripcord::store {

/// Holds the state directory for one process: a lock on its file `lock`, which has the pid in it
/// for people. The kernel gives it back when the process ends, however that happens; programs
/// started by this one do not inherit it.
class StateLock {
 public:
  /// Makes the directory (mode 0750) if it is missing. Fault::busy when another process has it;
  /// Fault::denied, full, missing or malformed when it cannot be made or written.
  [[nodiscard]] static Result<StateLock> take(const std::filesystem::path& state_dir);

  StateLock(StateLock&& other) noexcept;
  StateLock& operator=(StateLock&& other) noexcept;
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;
  ~StateLock();

 private:
  explicit StateLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;  ///< owned; -1 after a move
};

}  // namespace ripcord::store
