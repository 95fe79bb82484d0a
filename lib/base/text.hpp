#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord {

/// True for the names of services, probes, triggers and steps that are safe as a label value, a
/// path component and a word on a command line: 1 to 64 of `a-z A-Z 0-9 _ . -`, starting with a
/// letter or a digit.
[[nodiscard]] bool is_name(std::string_view text);

/// `text` made safe for a terminal, a log line and a label: valid UTF-8 with U+FFFD for each bad
/// byte, control characters (C0, DEL, C1) replaced by a space, cut to `bytes_max` at a character's
/// edge with "…" appended when something was cut.
[[nodiscard]] std::string printable(std::string_view text, std::size_t bytes_max = 500);

/// The candidate nearest to `word` by edit distance, for "did you mean"; empty when none is within
/// a third of the word's length, or one edit for a short word. O(candidates × lengths).
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

/// The parts of `text` between the separators; an empty text has one empty part.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// `text` without leading and trailing spaces, tabs and line ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// `"1 failure"`, `"3 failures"`.
[[nodiscard]] std::string plural(std::size_t count, std::string_view singular);

}  // namespace ripcord
