#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <utility>

namespace ripcord {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// How a UTF-8 character goes on after its first byte (Unicode 15, table 3-7).
struct Continuation {
  unsigned char lead_min;
  unsigned char lead_max;
  unsigned char second_min;
  unsigned char second_max;
  std::size_t length;
};

constexpr std::array<Continuation, 8> continuations{{
    {.lead_min = 0xC2, .lead_max = 0xDF, .second_min = 0x80, .second_max = 0xBF, .length = 2},
    {.lead_min = 0xE0, .lead_max = 0xE0, .second_min = 0xA0, .second_max = 0xBF, .length = 3},
    {.lead_min = 0xE1, .lead_max = 0xEC, .second_min = 0x80, .second_max = 0xBF, .length = 3},
    {.lead_min = 0xED, .lead_max = 0xED, .second_min = 0x80, .second_max = 0x9F, .length = 3},
    {.lead_min = 0xEE, .lead_max = 0xEF, .second_min = 0x80, .second_max = 0xBF, .length = 3},
    {.lead_min = 0xF0, .lead_max = 0xF0, .second_min = 0x90, .second_max = 0xBF, .length = 4},
    {.lead_min = 0xF1, .lead_max = 0xF3, .second_min = 0x80, .second_max = 0xBF, .length = 4},
    {.lead_min = 0xF4, .lead_max = 0xF4, .second_min = 0x80, .second_max = 0x8F, .length = 4},
}};

/// Length of the well-formed UTF-8 character at `at`, or 0.
std::size_t character_length(std::string_view text, std::size_t at) {
  const unsigned char lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  const auto* how = std::ranges::find_if(continuations, [lead](const Continuation& candidate) {
    return lead >= candidate.lead_min && lead <= candidate.lead_max;
  });
  if (how == continuations.end() || at + how->length > text.size()) return 0;
  const unsigned char second = byte_at(text, at + 1);
  if (second < how->second_min || second > how->second_max) return 0;
  const std::string_view rest = text.substr(at + 2, how->length - 2);
  const bool goes_on = std::ranges::all_of(
      rest, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; });
  return goes_on ? how->length : 0;
}

bool is_control(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead < 0x20 || lead == 0x7F;
  return lead == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;  // C1
}

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({last[j - 1] + (same ? 0U : 1U), last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 64 || !is_letter_or_digit(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-'; });
}

std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string clean;
  clean.reserve(std::min(text.size(), bytes_max));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    std::string_view character = length == 0 ? "\uFFFD" : text.substr(at, length);
    if (is_control(character)) character = " ";
    if (clean.size() + character.size() > bytes_max) return clean + "…";
    clean += character;
    at += std::max<std::size_t>(length, 1);
  }
  return clean;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0;;) {
    const std::size_t to = text.find(separator, from);
    parts.push_back(text.substr(from, to == std::string_view::npos ? to : to - from));
    if (to == std::string_view::npos) return parts;
    from = to + 1;
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string plural(std::size_t count, std::string_view singular) {
  return std::to_string(count) + " " + std::string(singular) + (count == 1 ? "" : "s");
}

}  // namespace ripcord
