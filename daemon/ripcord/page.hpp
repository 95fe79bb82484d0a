#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::cli {

enum class Tone : std::uint8_t { plain, strong, faint, good, warning, bad };

/// Some text of one tone. Whatever it holds, only printable characters of it reach a terminal.
struct Span {
  std::string text;
  Tone tone = Tone::plain;
};

using Line = std::vector<Span>;
using Lines = std::vector<Line>;

/// What we write to.
struct Surface {
  bool is_live = false;  ///< what is written can be overwritten
  bool has_colour = false;
  std::size_t width = 0;  ///< in characters; 0: lines may have any length
  std::size_t height = 24;
};

/// What a surface can do: nothing but text when it is no terminal or a dumb one, no colour when
/// NO_COLOR is set to anything (no-color.org). The last two may be null.
[[nodiscard]] Surface choose_surface(bool is_terminal, std::size_t width, std::size_t height,
                                     const char* no_color, const char* term);

/// What standard output can do here.
[[nodiscard]] Surface standard_output();

/// `line` for a surface: cut to its width, with escape sequences only if it has colour. No line
/// end.
[[nodiscard]] std::string render(const Line& line, const Surface& surface);

/// All of them, each with its line end.
[[nodiscard]] std::string render(const Lines& lines, const Surface& surface);

/// Rows of cells as lines with aligned columns, two spaces apart, behind `indent` spaces.
[[nodiscard]] Lines table(const std::vector<std::vector<Span>>& rows, std::size_t indent = 0);

/// How many characters `text` shows, if each is of one width.
[[nodiscard]] std::size_t width_of(std::string_view text);

}  // namespace ripcord::cli
