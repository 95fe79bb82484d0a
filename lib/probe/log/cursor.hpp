#pragma once

#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ripcord::probe::log {

/// How far one container's log has been read, so that it can be opened again anywhere and no line
/// counts twice: by the timestamp that the engine puts before each line, for each stream of its own
/// (the lines of one stream are in order, those of two are not).
class Cursor {
 public:
  static constexpr std::size_t streams = 3;

  /// The `since` of the next opening, `"1795423787.378334211"`; empty when nothing was read yet.
  [[nodiscard]] std::string since() const;
  /// The log is opened again: lines that were read already may come again.
  void reopen();

  /// The line without its timestamp; nothing when it was read before: some engines send a log, or
  /// the last line of it, once more when it is rotated. A line without a timestamp is new. When
  /// only old ones come for a minute, the engine's clock was set back, and they are new. Pre:
  /// stream < streams.
  [[nodiscard]] std::optional<std::string_view> take(std::size_t stream, std::string_view line,
                                                     Instant now);
  /// What the timestamp before a line says; nothing when there is none.
  [[nodiscard]] static std::optional<Instant> written_at(std::string_view line);

 private:
  struct Stream {
    std::string last;                  ///< timestamp; all are of one form, so they compare as text
    std::size_t last_text = 0;         ///< hash of the last line with that timestamp
    std::size_t at_last = 0;           ///< lines with that timestamp
    std::size_t again = 0;             ///< of them, those that came again
    bool replays = false;              ///< lines that were read already are coming
    std::optional<Instant> old_since;  ///< when the first of them came
  };

  [[nodiscard]] static bool is_new(Stream& stream, std::string_view stamp, std::size_t text,
                                   Instant now);
  [[nodiscard]] static bool is_replay(Stream& stream, Instant now);

  std::array<Stream, streams> streams_;
};

}  // namespace ripcord::probe::log
