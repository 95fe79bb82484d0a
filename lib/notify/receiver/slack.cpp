#include "notify/receiver/slack.hpp"

#include "base/text.hpp"
#include "notify/backoff.hpp"
#include "notify/status.hpp"
#include "notify/wording.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

namespace json = boost::json;

namespace ripcord::notify {
namespace {

constexpr std::size_t header_max = 150;
constexpr std::size_t section_max = 3000;
constexpr std::size_t field_max = 2000;
constexpr std::size_t fields_max = 10;
constexpr std::size_t body_bytes_max = 30'000;

json::object plain(std::string_view text, std::size_t characters_max) {
  return {{"type", "plain_text"},
          {"text", escaped(text, characters_max, escape_markup)},
          {"emoji", false}};
}

json::object section(std::string_view text) {
  return {{"type", "section"}, {"text", plain(text, section_max)}};
}

json::object fields_of(const std::vector<Number>& numbers) {
  json::array fields;
  for (const Number& number : numbers) {
    if (fields.size() == fields_max) break;
    fields.push_back(plain(fmt::format("{}\n{}", number.name, number.value), field_max));
  }
  return {{"type", "section"}, {"fields", std::move(fields)}};
}

/// The one place with formatting: of names that are escaped, and URLs in which nothing is special.
json::object links_of(const std::vector<Link>& links) {
  std::string text;
  for (const Link& link : links) {
    const std::string one = fmt::format("{}<{}|{}>", text.empty() ? "" : " · ",
                                        escaped(link.url, section_max, escape_markup),
                                        escaped(link.name, header_max, escape_markup));
    if (text.size() + one.size() <= section_max) text += one;
  }
  return {{"type", "section"}, {"text", json::object{{"type", "mrkdwn"}, {"text", text}}}};
}

json::array details_of(const Message& message) {
  json::array blocks;
  if (!message.what_happened.empty()) blocks.push_back(section(message.what_happened));
  if (!message.numbers.empty()) blocks.push_back(fields_of(message.numbers));
  if (!message.what_ripcord_did.empty()) blocks.push_back(section(message.what_ripcord_did));
  if (!message.what_you_should_do.empty()) {
    blocks.push_back(section(fmt::format("To do: {}", message.what_you_should_do)));
  }
  if (!message.links.empty()) blocks.push_back(links_of(message.links));
  const std::string by = byline(message);
  if (by.empty()) return blocks;
  blocks.push_back(
      json::object{{"type", "context"}, {"elements", json::array{plain(by, field_max)}}});
  return blocks;
}

std::string_view colour_of(const Message& message) {
  constexpr std::array<std::string_view, 4> colours{"#4a90d9", "#2eb67d", "#ecb22e", "#e01e5a"};
  return colours.at(static_cast<std::size_t>(tone_of(message)));
}

json::object body_of(const Message& message) {
  const std::string title = headline(message);
  return {
      {"text", escaped(title, section_max, escape_markup)},
      {"mrkdwn", false},
      {"unfurl_links", false},
      {"blocks", json::array{json::object{{"type", "header"}, {"text", plain(title, header_max)}}}},
      {"attachments",
       json::array{json::object{{"color", colour_of(message)}, {"blocks", details_of(message)}}}}};
}

void add_place(json::object& body, const SlackSettings& settings, const Letter& letter) {
  body["channel"] = settings.channel;
  if (letter.occasion.thread.empty()) return;
  body["thread_ts"] = letter.occasion.thread;
  body["reply_broadcast"] = letter.message.severity == Severity::critical;
}

bool may_go_better(std::string_view error) {
  constexpr std::array<std::string_view, 6> passing{"ratelimited",     "rate_limited",
                                                    "fatal_error",     "internal_error",
                                                    "request_timeout", "service_unavailable"};
  return std::ranges::find(passing, error) != passing.end();
}

bool is_about_the_thread(std::string_view error) {
  constexpr std::array<std::string_view, 2> lost{"thread_not_found", "cannot_reply_to_message"};
  return std::ranges::find(lost, error) != lost.end();
}

Verdict judge_api(const net::Reply& reply, Instant now) {
  boost::system::error_code unreadable;
  const json::value value = json::parse(reply.body, unreadable);
  const json::object* object = unreadable ? nullptr : value.if_object();
  const json::value* ok = object == nullptr ? nullptr : object->if_contains("ok");
  if (ok == nullptr || !ok->is_bool()) return Retry{answer_in_words(reply)};
  const auto text = [object](std::string_view key) {
    const json::value* member = object->if_contains(key);
    const json::string* found = member == nullptr ? nullptr : member->if_string();
    return found == nullptr ? std::string() : printable(std::string_view(*found), 100);
  };
  if (ok->get_bool()) return Delivered{.thread = text("ts")};
  const std::string error = text("error");
  std::string reason = fmt::format("Slack says {}", error);
  if (is_about_the_thread(error)) return Retry{.reason = std::move(reason), .thread_is_lost = true};
  if (may_go_better(error)) {
    return Retry{.reason = std::move(reason), .after = retry_after(reply, now)};
  }
  return Refused{std::move(reason)};
}

}  // namespace

Result<void> fill(Post& post, const SlackSettings& settings, const Letter& letter) {
  const bool is_webhook = settings.token_file.empty();
  post.request.body = fitting(letter.message, body_bytes_max, [&](const Message& message) {
    json::object body = body_of(message);
    if (!is_webhook) add_place(body, settings, letter);
    return json::value(std::move(body));
  });
  // Otherwise the Web API warns of it in every answer.
  if (!is_webhook) post.request.headers.front().value = "application/json; charset=utf-8";
  return authorize(post, settings.token_file);
}

Verdict judge_slack(const SlackSettings& settings, const net::Reply& reply, Instant now) {
  Verdict by_status = judge_status(reply, now);
  if (!std::holds_alternative<Delivered>(by_status)) return by_status;
  if (!settings.token_file.empty()) return judge_api(reply, now);
  if (trim(reply.body) == "ok") return Delivered{};
  return Refused{answer_in_words(reply)};
}

}  // namespace ripcord::notify
