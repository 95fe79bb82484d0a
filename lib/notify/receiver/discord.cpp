#include "notify/receiver/discord.hpp"

#include "base/text.hpp"
#include "notify/status.hpp"
#include "notify/wording.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace json = boost::json;

namespace ripcord::notify {
namespace {

// Together below the 6,000 characters that an embed may have.
constexpr std::size_t title_max = 256;
constexpr std::size_t description_max = 2800;
constexpr std::size_t field_name_max = 100;
constexpr std::size_t field_value_max = 200;
constexpr std::size_t fields_max = 8;
constexpr std::size_t footer_max = 400;
constexpr std::size_t body_bytes_max = 20'000;

constexpr std::int64_t unknown_message = 10008;
constexpr std::int64_t unknown_webhook = 10015;

std::string_view escape(char c) {
  constexpr std::string_view special = "\\*_~`|>#<@[]()-:";
  constexpr std::string_view with_backslash = R"(\\\*\_\~\`\|\>\#\<\@\[\]\(\)\-\:)";
  const std::size_t at = special.find(c);
  return at == std::string_view::npos ? std::string_view() : with_backslash.substr(at * 2, 2);
}

std::string description_of(const Message& message) {
  std::string text = message.what_happened;
  if (!message.what_ripcord_did.empty()) text += "\n\n" + message.what_ripcord_did;
  if (!message.what_you_should_do.empty()) text += "\n\nTo do: " + message.what_you_should_do;
  return text;
}

/// `"\n\n[page](https://…)"`. A URL has neither brackets nor blanks that would end it.
std::string links_of(const Message& message) {
  std::string text;
  for (const Link& link : message.links) {
    if (link.url.find_first_of("()") != std::string::npos) continue;
    text += fmt::format("{}[{}]({})", text.empty() ? "\n\n" : " · ",
                        escaped(link.name, field_name_max, escape), link.url);
  }
  return text;
}

json::array fields_of(const Message& message) {
  json::array fields;
  for (const Number& number : message.numbers) {
    if (fields.size() == fields_max) break;
    if (number.name.empty() || number.value.empty()) continue;  // Discord refuses those
    fields.push_back(json::object{{"name", escaped(number.name, field_name_max, escape)},
                                  {"value", escaped(number.value, field_value_max, escape)},
                                  {"inline", true}});
  }
  return fields;
}

int colour_of(const Message& message) {
  constexpr std::array colours{0x4A90D9, 0x2EB67D, 0xECB22E, 0xE01E5A};
  return colours.at(static_cast<std::size_t>(tone_of(message)));
}

json::object body_of(const Message& message) {
  const std::string links = links_of(message);
  const std::size_t links_room = links.size() < description_max / 2 ? links.size() : 0;
  std::string description = escaped(description_of(message), description_max - links_room, escape);
  if (links_room != 0) description += links;
  json::object embed{{"title", escaped(headline(message), title_max, escape)},
                     {"color", colour_of(message)},
                     {"fields", fields_of(message)},
                     {"timestamp", to_rfc3339_ms(message.at)}};
  if (!description.empty()) embed["description"] = description;
  const std::string by = clipped(byline(message), footer_max);
  if (!by.empty()) embed["footer"] = json::object{{"text", by}};
  return {{"embeds", json::array{std::move(embed)}},
          {"allowed_mentions", json::object{{"parse", json::array()}}}};
}

/// Makes `/…/ID/TOKEN?x` the target of `wait=true`, or of the message that is edited.
std::string target_of(const std::string& target, const std::string& edited) {
  const std::size_t query = target.find('?');
  std::string path = target.substr(0, query);
  std::string rest = query == std::string::npos ? "" : target.substr(query + 1);
  if (!edited.empty()) path += "/messages/" + edited;
  if (edited.empty()) rest += rest.empty() ? "wait=true" : "&wait=true";
  return rest.empty() ? path : path + "?" + rest;
}

json::object object_in(const std::string& body) {
  boost::system::error_code unreadable;
  json::value value = json::parse(body, unreadable);
  if (unreadable || !value.is_object()) return {};
  return std::move(value.get_object());
}

}  // namespace

Result<void> fill(Post& post, const DiscordSettings& /*settings*/, const Letter& letter) {
  const bool edits = !letter.occasion.thread.empty() && letter.message.severity == Severity::info &&
                     letter.message.standing != Standing::resolved;
  post.request.target =
      target_of(post.request.target, edits ? letter.occasion.thread : std::string());
  if (edits) post.request.method = "PATCH";
  post.request.body = fitting(letter.message, body_bytes_max,
                              [](const Message& message) { return json::value(body_of(message)); });
  return {};
}

Verdict judge_discord(const net::Reply& reply, Instant now) {
  const json::object answer = object_in(reply.body);
  Verdict by_status = judge_status(reply, now);
  if (std::holds_alternative<Delivered>(by_status)) {
    const json::value* id = answer.if_contains("id");
    if (id == nullptr || !id->is_string()) return by_status;
    return Delivered{.thread = printable(std::string_view(id->get_string()), 40)};
  }
  const json::value* code = answer.if_contains("code");
  if (code == nullptr || !code->is_int64()) return by_status;
  if (code->get_int64() == unknown_message) {
    return Retry{.reason = answer_in_words(reply), .thread_is_lost = true};
  }
  if (code->get_int64() == unknown_webhook) return Disabled{answer_in_words(reply)};
  return by_status;
}

}  // namespace ripcord::notify
