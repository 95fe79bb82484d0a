#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace ripcord::act {

/// Keeps the code and the data of a program in memory for as long as it lives, so that starting
/// the program waits for no disk: in the night of a rollback nobody has run it for days.
class ResidentProgram {
 public:
  ResidentProgram() = default;
  /// Of the ELF file at `path`: what its loadable segments hold, nothing of its debug information.
  /// Fault::full beyond the limit of locked memory, Fault::malformed if it is no such file.
  [[nodiscard]] static Result<ResidentProgram> lock(const std::string& path);

  ResidentProgram(ResidentProgram&& other) noexcept
      : file_(std::exchange(other.file_, {})), bytes_(std::exchange(other.bytes_, 0)) {}
  ResidentProgram& operator=(ResidentProgram&& other) noexcept;
  ResidentProgram(const ResidentProgram&) = delete;
  ResidentProgram& operator=(const ResidentProgram&) = delete;
  ~ResidentProgram() { release(); }

  /// How much of the file stays in memory.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  explicit ResidentProgram(std::span<const std::byte> file) : file_(file) {}
  Result<void> lock_segments(const std::string& path);
  void release();

  std::span<const std::byte> file_;
  std::size_t bytes_ = 0;
};

}  // namespace ripcord::act
