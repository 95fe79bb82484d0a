#pragma once

#include "base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ripcord::probe::log {

/// Takes the frames off a container's log without a terminal (Docker's API, "Stream format"): 8
/// bytes of header, of which the first says which stream and the last four how long, then the
/// payload. A payload is handed on as it comes, so that the length, up to 4 GiB, takes no memory.
class FrameSplitter {
 public:
  /// `stream`: 0 standard input, 1 output, 2 error.
  using OnPayload = std::function<void(int stream, std::string_view payload)>;

  /// Fault::malformed when this is no such log: the stream is of no use then.
  [[nodiscard]] Result<void> take(std::string_view bytes, const OnPayload& on_payload);

 private:
  static constexpr std::size_t header_bytes = 8;

  [[nodiscard]] Result<void> begin_payload();

  std::array<unsigned char, header_bytes> header_{};
  std::size_t header_has_ = 0;
  int stream_ = 0;
  std::uint32_t payload_left_ = 0;
};

/// Cuts a stream into lines, without their ends. Of a line beyond the limit only the beginning is
/// kept.
class LineSplitter {
 public:
  using OnLine = std::function<void(std::string_view line)>;

  explicit LineSplitter(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  void take(std::string_view bytes, const OnLine& on_line);
  /// Hands on what stands after the last line end, if anything.
  void flush(const OnLine& on_line);
  /// Forgets it instead.
  void drop();
  /// How many bytes came after the last line end.
  [[nodiscard]] std::size_t pending() const { return pending_; }
  /// How many lines were too long.
  [[nodiscard]] std::uint64_t cut() const { return cut_; }

 private:
  void end_line(const OnLine& on_line);
  void append(std::string_view part);

  std::size_t line_bytes_max_;
  std::string line_;
  std::size_t pending_ = 0;
  bool is_cut_ = false;
  std::uint64_t cut_ = 0;
};

}  // namespace ripcord::probe::log
