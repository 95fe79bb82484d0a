#include "probe/log/splitters.hpp"

#include <algorithm>

namespace ripcord::probe::log {

Result<void> FrameSplitter::take(std::string_view bytes, const OnPayload& on_payload) {
  while (!bytes.empty()) {
    if (payload_left_ > 0) {
      const std::string_view payload = bytes.substr(0, payload_left_);
      bytes.remove_prefix(payload.size());
      payload_left_ -= static_cast<std::uint32_t>(payload.size());
      on_payload(stream_, payload);
      continue;
    }
    header_[header_has_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (header_has_ < header_bytes) continue;
    header_has_ = 0;
    if (Result<void> begun = begin_payload(); !begun) return begun;
  }
  return {};
}

Result<void> FrameSplitter::begin_payload() {
  constexpr unsigned char last_stream = 2;
  const bool is_header =
      header_[0] <= last_stream && header_[1] == 0 && header_[2] == 0 && header_[3] == 0;
  if (!is_header) return failure(Fault::malformed, "the container's log has no frames");
  stream_ = header_[0];
  payload_left_ = (static_cast<std::uint32_t>(header_[4]) << 24U) |
                  (static_cast<std::uint32_t>(header_[5]) << 16U) |
                  (static_cast<std::uint32_t>(header_[6]) << 8U) | header_[7];
  return {};
}

void LineSplitter::take(std::string_view bytes, const OnLine& on_line) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    append(bytes.substr(0, end));
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    end_line(on_line);
  }
}

void LineSplitter::drop() {
  line_.clear();
  is_cut_ = false;
  pending_ = 0;
}

void LineSplitter::flush(const OnLine& on_line) {
  if (!line_.empty()) end_line(on_line);
}

void LineSplitter::end_line(const OnLine& on_line) {
  std::string_view line = line_;
  if (line.ends_with('\r') && !is_cut_) line.remove_suffix(1);
  on_line(line);
  cut_ += is_cut_ ? 1 : 0;
  drop();
}

void LineSplitter::append(std::string_view part) {
  pending_ += part.size();
  const std::size_t room = line_bytes_max_ - line_.size();
  is_cut_ = is_cut_ || part.size() > room;
  line_.append(part.substr(0, room));
}

}  // namespace ripcord::probe::log
