#include "ripcord/page.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace ripcord::cli {
namespace {

constexpr std::size_t text_bytes_max = 4096;

std::string clean(std::string_view text) {
  return printable(text, text_bytes_max);
}

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// The first `characters` of `text`, which is UTF-8.
std::string_view first(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (begins_character(text[at]) && characters-- == 0) break;
  }
  return text.substr(0, at);
}

/// ECMA-48 "select graphic rendition".
std::string_view escape(Tone tone) {
  switch (tone) {
    case Tone::strong:
      return "\x1b[1m";
    case Tone::faint:
      return "\x1b[2m";
    case Tone::good:
      return "\x1b[32m";
    case Tone::warning:
      return "\x1b[33m";
    case Tone::bad:
      return "\x1b[31m";
    case Tone::plain:
      break;
  }
  return "";
}

void append(std::string& out, std::string_view text, Tone tone, bool has_colour) {
  if (!has_colour || tone == Tone::plain || text.empty()) {
    out += text;
    return;
  }
  out += escape(tone);
  out += text;
  out += "\x1b[0m";
}

std::vector<std::size_t> column_widths(const std::vector<std::vector<Span>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(clean(row[i].text)));
    }
  }
  return widths;
}

}  // namespace

Surface choose_surface(bool is_terminal, std::size_t width, std::size_t height,
                       const char* no_color, const char* term) {
  const bool is_able = is_terminal && term != nullptr && std::string_view(term) != "dumb";
  const bool wants_colour = no_color == nullptr || *no_color == '\0';
  if (!is_terminal) return {};
  return {.is_live = is_able,
          .has_colour = is_able && wants_colour,
          .width = is_able ? width : 0,
          .height = height};
}

Surface standard_output() {
  ::winsize size{};
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  if (is_terminal) (void)::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  // NOLINTBEGIN(concurrency-mt-unsafe): there is one thread, and nobody writes the environment
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  // NOLINTEND(concurrency-mt-unsafe)
  return choose_surface(is_terminal, size.ws_col == 0 ? 80 : size.ws_col,
                        size.ws_row == 0 ? 24 : size.ws_row, no_color, terminal);
}

std::string render(const Line& line, const Surface& surface) {
  std::string out;
  std::size_t left = surface.width == 0 ? text_bytes_max : surface.width;
  for (const Span& span : line) {
    const std::string text = clean(span.text);
    const std::string_view shown = first(text, left);
    left -= width_of(shown);
    append(out, shown, span.tone, surface.has_colour);
  }
  return out;
}

std::string render(const Lines& lines, const Surface& surface) {
  std::string out;
  for (const Line& line : lines) out += render(line, surface) + "\n";
  return out;
}

Lines table(const std::vector<std::vector<Span>>& rows, std::size_t indent) {
  const std::vector<std::size_t> widths = column_widths(rows);
  Lines lines;
  for (const auto& row : rows) {
    Line line;
    if (indent > 0) line.push_back({.text = std::string(indent, ' ')});
    for (std::size_t i = 0; i < row.size(); ++i) {
      line.push_back(row[i]);
      if (i + 1 == row.size()) continue;
      const std::size_t gap = widths[i] - width_of(clean(row[i].text)) + 2;
      line.push_back({.text = std::string(gap, ' ')});
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

}  // namespace ripcord::cli
