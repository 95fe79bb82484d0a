#pragma once

#include "act/irreversible.hpp"
#include "act/posix.hpp"
#include "act/record.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace ripcord::act {

/// Keeps what a command prints within bounds: the first 192 KiB go to the file as they come, of
/// the rest the last 64 KiB are kept in memory and written by finish(). A disk that takes nothing
/// costs output, never the run.
class OutputKeeper {
 public:
  static constexpr std::size_t head_bytes = std::size_t{192} * 1024;
  static constexpr std::size_t tail_bytes = std::size_t{64} * 1024;

  /// An empty `file` keeps nothing and counts everything as left out.
  explicit OutputKeeper(Descriptor file) : file_(std::move(file)) {}

  void add(std::string_view bytes);

  /// Appends the tail, after a line `[… N bytes left out …]` if some are missing before it. Call
  /// it once, at the end.
  void finish();

  /// What the command has said of its being irreversible, wherever in its output.
  [[nodiscard]] std::string irreversible() const { return listener_.reason(); }

  [[nodiscard]] OutputCount count() const { return {.bytes = seen_, .left_out = left_out_}; }

  /// The errno of the last write that failed; 0 when none did.
  [[nodiscard]] int error() const { return error_; }

 private:
  void keep(std::string_view bytes);
  [[nodiscard]] std::size_t write(std::string_view bytes);
  void add_to_tail(std::string_view bytes);

  Descriptor file_;
  IrreversibleListener listener_;
  std::string tail_;        ///< a ring once it is full
  std::size_t oldest_ = 0;  ///< place of its oldest byte
  std::size_t head_ = 0;    ///< bytes that went to the file, or should have
  std::uint64_t seen_ = 0;
  std::uint64_t left_out_ = 0;
  int error_ = 0;
};

}  // namespace ripcord::act
