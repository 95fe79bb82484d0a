#include "notify/receiver/ntfy.hpp"

#include "notify/receiver/alert.hpp"
#include "notify/wording.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace json = boost::json;

namespace ripcord::notify {
namespace {

constexpr std::size_t body_bytes_max = 16'000;
constexpr std::size_t message_bytes_max = 4096;
constexpr std::size_t buttons_max = 3;

/// 1 to 5, where 3 is usual.
int priority_of(const Message& message) {
  constexpr std::array priorities{3, 3, 4, 5};
  return priorities.at(static_cast<std::size_t>(tone_of(message)));
}

/// Shown as an emoji before the title.
std::string_view tag_of(const Message& message) {
  constexpr std::array<std::string_view, 4> tags{"information_source", "white_check_mark",
                                                 "warning", "rotating_light"};
  return tags.at(static_cast<std::size_t>(tone_of(message)));
}

void add_line(std::string& text, const std::string& line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

std::string text_of(const Message& message) {
  std::string text;
  add_line(text, message.what_happened);
  for (const Number& number : message.numbers) add_line(text, in_words(number));
  add_line(text, message.what_ripcord_did);
  if (!message.what_you_should_do.empty()) {
    add_line(text, fmt::format("To do: {}", message.what_you_should_do));
  }
  add_line(text, byline(message));
  return clipped(text, message_bytes_max);
}

json::array buttons_of(const Message& message) {
  json::array buttons;
  for (const Link& link : message.links) {
    if (buttons.size() == buttons_max) break;
    buttons.push_back(json::object{{"action", "view"}, {"label", link.name}, {"url", link.url}});
  }
  return buttons;
}

json::object body_of(const Message& message, const std::string& topic) {
  json::object body{{"topic", topic},
                    {"title", headline(message)},
                    {"message", text_of(message)},
                    {"priority", priority_of(message)},
                    {"tags", json::array{tag_of(message)}}};
  if (message.links.empty()) return body;
  body["click"] = first_url(message);
  body["actions"] = buttons_of(message);
  return body;
}

}  // namespace

Result<void> fill(Post& post, const NtfySettings& settings, const Letter& letter) {
  std::string topic = settings.topic;
  if (!settings.topic_file.empty()) {
    Result<std::string> read = read_secret(settings.topic_file, post);
    if (!read) return std::unexpected(read.error());
    topic = *std::move(read);
  }
  post.request.body = fitting(letter.message, body_bytes_max, [&](const Message& message) {
    return json::value(body_of(message, topic));
  });
  return authorize(post, settings.token_file);
}

}  // namespace ripcord::notify
