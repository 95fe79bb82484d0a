#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace ripcord::act {

/// Owns one file descriptor; empty when default-made or moved from.
class Descriptor {
 public:
  Descriptor() = default;
  /// A negative `number`, as a failed call returns it, makes an empty one.
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }

  [[nodiscard]] int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }
  void reset();

 private:
  int number_ = -1;
};

/// Both ends of a pipe, closed on exec.
struct Pipe {
  Descriptor read;
  Descriptor write;
};

[[nodiscard]] Result<Pipe> make_pipe();

/// `"No space left on device"`.
[[nodiscard]] std::string error_text(int error);

/// `"what: No space left on device"`, with the Fault that fits the errno `error`.
[[nodiscard]] std::unexpected<Error> failed(std::string_view what, int error);

/// Leaves the result of a call alone whose failure nobody can act on, where the library insists.
inline void disregard(std::int64_t /*result*/) {}

/// Writes all of `bytes`; how many were written before an error, with errno set, if not all.
[[nodiscard]] std::size_t write_all(int descriptor, std::string_view bytes);

/// Everything up to the end of file. Fault::too_large beyond `bytes_max`.
[[nodiscard]] Result<std::string> read_all(int descriptor, std::size_t bytes_max);

}  // namespace ripcord::act
