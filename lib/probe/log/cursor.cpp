#include "probe/log/cursor.hpp"

#include "base/contract.hpp"

#include <fmt/format.h>

#include <chrono>
#include <functional>

namespace ripcord::probe::log {
namespace {

// 2026-11-23T08:57:10.687727388Z: nine digits always (RFC 3339, as the engine writes it).
constexpr std::size_t stamp_bytes = 30;
constexpr std::size_t whole_bytes = 19;

constexpr Duration replay_max = std::chrono::seconds(60);

std::string_view stamp_of(std::string_view line) {
  const bool has_stamp = line.size() >= stamp_bytes && line[10] == 'T' && line[19] == '.' &&
                         line[29] == 'Z' && (line.size() == stamp_bytes || line[30] == ' ');
  return has_stamp ? line.substr(0, stamp_bytes) : std::string_view();
}

}  // namespace

std::string Cursor::since() const {
  const std::string* oldest = nullptr;
  for (const Stream& stream : streams_) {
    if (!stream.last.empty() && (oldest == nullptr || stream.last < *oldest)) oldest = &stream.last;
  }
  if (oldest == nullptr) return "";
  const auto second = parse_instant(oldest->substr(0, whole_bytes) + "Z");
  if (!second) return "";
  return fmt::format(
      "{}.{}", std::chrono::duration_cast<std::chrono::seconds>(second->time_since_epoch()).count(),
      oldest->substr(whole_bytes + 1, 9));
}

void Cursor::reopen() {
  for (Stream& stream : streams_) {
    stream.replays = !stream.last.empty();
    stream.again = 0;
    stream.old_since.reset();
  }
}

std::optional<std::string_view> Cursor::take(std::size_t stream, std::string_view line,
                                             Instant now) {
  RIPCORD_CONTRACT(stream < streams);
  const std::string_view stamp = stamp_of(line);
  if (stamp.empty()) return line;
  line.remove_prefix(stamp_bytes);
  if (line.starts_with(' ')) line.remove_prefix(1);

  const std::size_t text = std::hash<std::string_view>()(line);
  return is_new(streams_[stream], stamp, text, now) ? std::optional(line) : std::nullopt;
}

bool Cursor::is_new(Stream& stream, std::string_view stamp, std::size_t text, Instant now) {
  if (stamp < stream.last && is_replay(stream, now)) return false;
  if (stamp != stream.last) {
    stream = Stream();
    stream.last = stamp;
    stream.last_text = text;
    stream.at_last = 1;
    return true;
  }
  if (stream.replays && stream.again < stream.at_last) {
    ++stream.again;
    return false;
  }
  // The same nanosecond and the same words: it is the same line.
  if (text == stream.last_text) return false;
  stream.last_text = text;
  ++stream.at_last;
  stream.again = stream.at_last;
  return true;
}

/// Of a line that is older than the last one.
bool Cursor::is_replay(Stream& stream, Instant now) {
  if (!stream.replays) stream.again = 0;
  stream.replays = true;
  if (!stream.old_since) stream.old_since = now;
  return now - *stream.old_since < replay_max;
}

std::optional<Instant> Cursor::written_at(std::string_view line) {
  const auto at = parse_instant(stamp_of(line));
  return at ? std::optional(*at) : std::nullopt;
}

}  // namespace ripcord::probe::log
