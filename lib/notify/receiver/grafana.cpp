#include "notify/receiver/grafana.hpp"

#include "notify/status.hpp"
#include "notify/wording.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace json = boost::json;

namespace ripcord::notify {
namespace {

constexpr std::size_t line_bytes_max = 1000;
constexpr std::size_t text_bytes_max = 4000;
/// As long as the name of a service may be.
constexpr std::size_t service_bytes_max = 64;
/// Of a whole number of 64 bits with a sign.
constexpr std::size_t id_digits_max = 19;

constexpr unsigned forbidden = 403;
constexpr unsigned not_found = 404;

/// For text and for the value of an attribute.
std::string_view escape(char c) {
  return c == '"' ? "&quot;" : escape_markup(c);
}

/// What is to be done is left out: an annotation is read when it has long been done.
std::vector<std::string> lines_of(const Message& message) {
  std::vector<std::string> lines{message.what_happened};
  for (const Number& number : message.numbers) lines.push_back(in_words(number));
  lines.push_back(message.what_ripcord_did);
  lines.push_back(byline(message));
  std::erase(lines, "");
  return lines;
}

/// HTML, of at most `text_bytes_max` bytes: what does not fit is left out.
std::string text_of(const Message& message) {
  std::string text = escaped(message.title, line_bytes_max, escape);
  const auto add = [&text](const std::string& one) {
    if (text.size() + one.size() <= text_bytes_max) text += one;
  };
  for (const std::string& line : lines_of(message)) {
    add("<br>" + escaped(line, line_bytes_max, escape));
  }
  std::string_view before = "<br>";
  for (const Link& link : message.links) {
    add(fmt::format(R"({}<a href="{}">{}</a>)", before, escaped(link.url, line_bytes_max, escape),
                    escaped(link.name, line_bytes_max, escape)));
    before = " · ";
  }
  return text;
}

bool is_of_deployment(const Message& message) {
  return !message.deployment.empty() && message.incident == message.deployment;
}

bool is_about_rollback(const Message& message) {
  return message.event.starts_with("rollback.");
}

/// Whether nothing is open any more of what the message tells of.
bool is_end(const Message& message) {
  constexpr std::array<std::string_view, 6> ends{"deployment.succeeded", "deployment.failed",
                                                 "deployment.aborted",   "gate.refused",
                                                 "rollback.succeeded",   "rollback.failed"};
  if (!is_of_deployment(message)) return message.standing == Standing::resolved;
  return std::ranges::find(ends, message.event) != ends.end();
}

std::int64_t epoch_ms(Instant instant) {
  return std::chrono::floor<std::chrono::milliseconds>(instant.time_since_epoch()).count();
}

json::array tags_of(const Message& message, const GrafanaSettings& settings) {
  json::array tags{"ripcord"};
  if (!message.service.empty()) tags.emplace_back(clipped(message.service, service_bytes_max));
  for (const std::string& tag : settings.tags) tags.emplace_back(tag);
  if (is_about_rollback(message)) tags.emplace_back("rollback");
  return tags;
}

json::object creation(const Message& message, const GrafanaSettings& settings) {
  json::object body{{"time", epoch_ms(message.started_at)}};
  if (is_end(message)) body["timeEnd"] = epoch_ms(std::max(message.at, message.started_at));
  body["tags"] = tags_of(message, settings);
  body["text"] = text_of(message);
  if (!settings.dashboard_uid.empty()) body["dashboardUID"] = settings.dashboard_uid;
  return body;
}

/// What it has no member for stays as it is: the tag of a rollback too, once it is there.
json::object change(const Message& message, const GrafanaSettings& settings) {
  json::object body;
  if (is_end(message)) body["timeEnd"] = epoch_ms(std::max(message.at, message.started_at));
  if (is_about_rollback(message)) body["tags"] = tags_of(message, settings);
  body["text"] = text_of(message);
  return body;
}

/// It becomes a part of a path.
bool is_annotation(std::string_view thread) {
  return !thread.empty() && thread.size() <= id_digits_max &&
         std::ranges::all_of(thread, [](char c) { return c >= '0' && c <= '9'; });
}

/// The id of the annotation that was made; empty when the answer holds none.
std::string id_in(const std::string& body) {
  boost::system::error_code unreadable;
  const json::value value = json::parse(body, unreadable);
  const json::object* object = unreadable ? nullptr : value.if_object();
  const json::value* id = object == nullptr ? nullptr : object->if_contains("id");
  if (id == nullptr || !id->is_int64() || id->get_int64() <= 0) return "";
  return std::to_string(id->get_int64());
}

}  // namespace

Result<void> fill(Post& post, const GrafanaSettings& settings, const Letter& letter) {
  const std::string& thread = letter.occasion.thread;
  const bool changes = is_of_deployment(letter.message) && is_annotation(thread);
  const Message message = tidied(letter.message, line_bytes_max);
  std::string& target = post.request.target;
  while (target.ends_with('/')) target.pop_back();
  target += "/api/annotations";
  if (changes) {
    post.request.method = "PATCH";
    target += "/" + thread;
  }
  post.request.body =
      json::serialize(changes ? change(message, settings) : creation(message, settings));
  return authorize(post, settings.token_file);
}

Verdict judge_grafana(const Post& post, const net::Reply& reply, Instant now) {
  // Of an annotation that is no more it also says that the token has no right to it.
  const bool is_gone = reply.status == not_found || reply.status == forbidden;
  if (post.request.method == "PATCH" && is_gone) {
    return Retry{.reason = answer_in_words(reply), .thread_is_lost = true};
  }
  Verdict verdict = judge_status(reply, now);
  if (auto* delivered = std::get_if<Delivered>(&verdict)) delivered->thread = id_in(reply.body);
  return verdict;
}

}  // namespace ripcord::notify
