#include "notify/wording.hpp"

#include "base/text.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ripcord::notify {
namespace {

constexpr std::string_view ellipsis = "…";
constexpr std::size_t word_max = 200;
constexpr std::size_t url_max = 500;
constexpr std::size_t links_max = 5;
/// One number for so many bytes that a text may have.
constexpr std::size_t bytes_a_number = 100;

/// Of the character that begins with `lead`.
std::size_t length_of(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

std::string_view as_it_is(char /*c*/) {
  return {};
}

/// One line of UTF-8 without control characters, of at most `bytes_max` bytes.
std::string tidy(std::string_view text, std::size_t bytes_max) {
  return clipped(printable(text, text.size() * ellipsis.size()), bytes_max);
}

bool is_url_byte(char c) {
  constexpr std::string_view never = "<>|\"\\^`{}";
  return c > ' ' && c < '\x7F' && !never.contains(c);
}

bool is_linkable(const Link& link) {
  const bool is_http = link.url.starts_with("http://") || link.url.starts_with("https://");
  return is_http && link.url.size() <= url_max && std::ranges::all_of(link.url, is_url_byte);
}

}  // namespace

std::string_view escape_markup(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    default:
      return {};
  }
}

std::string escaped(std::string_view text, std::size_t bytes_max, Escape escape) {
  std::string out;
  std::size_t room = 0;  // up to where an ellipsis still fits
  for (std::size_t at = 0; at < text.size();) {
    std::string_view piece = text.substr(at, length_of(text[at]));
    at += piece.size();
    if (piece.size() == 1 && !escape(piece[0]).empty()) piece = escape(piece[0]);
    if (out.size() + piece.size() > bytes_max) {
      out.resize(room);
      return out.append(ellipsis);
    }
    out += piece;
    if (out.size() + ellipsis.size() <= bytes_max) room = out.size();
  }
  return out;
}

std::string clipped(std::string_view text, std::size_t bytes_max) {
  return escaped(text, bytes_max, as_it_is);
}

Message tidied(const Message& message, std::size_t text_max) {
  const std::size_t short_max = std::min(text_max, word_max);
  Message tidy_one = message;
  for (std::string* word :
       {&tidy_one.id, &tidy_one.event, &tidy_one.service, &tidy_one.deployment, &tidy_one.version,
        &tidy_one.previous_version, &tidy_one.incident, &tidy_one.by, &tidy_one.title}) {
    *word = tidy(*word, word == &tidy_one.title ? short_max : word_max);
  }
  for (std::string* text :
       {&tidy_one.what_happened, &tidy_one.what_ripcord_did, &tidy_one.what_you_should_do}) {
    *text = tidy(*text, text_max);
  }
  const std::size_t numbers_max = std::max<std::size_t>(text_max / bytes_a_number, 1);
  if (tidy_one.numbers.size() > numbers_max) tidy_one.numbers.resize(numbers_max);
  for (Number& number : tidy_one.numbers) {
    number = {.name = tidy(number.name, short_max / 2), .value = tidy(number.value, short_max)};
  }
  std::erase_if(tidy_one.links, [](const Link& link) { return !is_linkable(link); });
  if (tidy_one.links.size() > links_max) tidy_one.links.resize(links_max);
  for (Link& link : tidy_one.links) link.name = tidy(link.name, short_max / 4);
  return tidy_one;
}

std::string fitting(const Message& message, std::size_t bytes_max,
                    const std::function<boost::json::value(const Message&)>& make) {
  constexpr std::array<std::size_t, 5> text_maxima{2000, 1000, 500, 250, 100};
  std::string body;
  for (const std::size_t text_max : text_maxima) {
    body = boost::json::serialize(make(tidied(message, text_max)));
    if (body.size() <= bytes_max) break;
  }
  return body;
}

std::string headline(const Message& message) {
  if (message.standing != Standing::resolved) return message.title;
  return fmt::format("RESOLVED: {}", message.title);
}

std::string byline(const Message& message) {
  std::string line = message.service;
  if (!message.version.empty()) line += fmt::format(" {}", message.version);
  if (!message.previous_version.empty()) {
    line += fmt::format(", before it {}", message.previous_version);
  }
  if (!message.deployment.empty()) line += fmt::format(" · deployment {}", message.deployment);
  if (!message.by.empty()) line += fmt::format(" · by {}", message.by);
  const std::string_view without_edge = trim(line);
  return std::string(without_edge.starts_with("· ") ? without_edge.substr(3) : without_edge);
}

std::string in_words(const Number& number) {
  return fmt::format("{}: {}", number.name, number.value);
}

Tone tone_of(const Message& message) {
  if (message.standing == Standing::resolved) return Tone::good;
  switch (message.severity) {
    case Severity::critical:
      return Tone::alarm;
    case Severity::warning:
      return Tone::warning;
    case Severity::info:
      break;
  }
  return Tone::calm;
}

}  // namespace ripcord::notify
