#include "notify/receiver/teams.hpp"

#include "notify/wording.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace json = boost::json;

namespace ripcord::notify {
namespace {

constexpr std::size_t body_bytes_max = 28'000;

json::object run(std::string_view text) {
  return {{"type", "TextRun"}, {"text", text}};
}

json::object bold(std::string_view text) {
  json::object one = run(text);
  one["weight"] = "Bolder";
  return one;
}

void add_lines(json::array& body, json::array runs) {
  body.push_back(json::object{{"type", "RichTextBlock"}, {"inlines", std::move(runs)}});
}

std::string_view colour_of(const Message& message) {
  constexpr std::array<std::string_view, 4> colours{"Accent", "Good", "Warning", "Attention"};
  return colours.at(static_cast<std::size_t>(tone_of(message)));
}

json::array body_of(const Message& message) {
  json::array body;
  json::object title = bold(headline(message));
  title["size"] = "Large";
  title["color"] = colour_of(message);
  add_lines(body, {std::move(title)});
  if (!message.what_happened.empty()) add_lines(body, {run(message.what_happened)});
  for (const Number& number : message.numbers) {
    add_lines(body, {bold(number.name + ": "), run(number.value)});
  }
  if (!message.what_ripcord_did.empty()) add_lines(body, {run(message.what_ripcord_did)});
  if (!message.what_you_should_do.empty()) {
    add_lines(body, {bold("To do: "), run(message.what_you_should_do)});
  }
  json::object by = run(byline(message));
  by["isSubtle"] = true;
  add_lines(body, {std::move(by)});
  return body;
}

json::array actions_of(const Message& message) {
  json::array actions;
  for (const Link& link : message.links) {
    actions.push_back(
        json::object{{"type", "Action.OpenUrl"}, {"title", link.name}, {"url", link.url}});
  }
  return actions;
}

json::object card_of(const Message& message) {
  return {{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
          {"type", "AdaptiveCard"},
          {"version", "1.2"},
          {"fallbackText", headline(message)},
          {"body", body_of(message)},
          {"actions", actions_of(message)},
          {"msteams", json::object{{"width", "full"}}}};
}

json::value envelope_of(const Message& message) {
  json::object attachment{{"contentType", "application/vnd.microsoft.card.adaptive"},
                          {"contentUrl", nullptr},
                          {"content", card_of(message)}};
  return json::object{{"type", "message"}, {"attachments", json::array{std::move(attachment)}}};
}

}  // namespace

Result<void> fill(Post& post, const TeamsSettings& /*settings*/, const Letter& letter) {
  post.request.body = fitting(letter.message, body_bytes_max, envelope_of);
  return {};
}

}  // namespace ripcord::notify
