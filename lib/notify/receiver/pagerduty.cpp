#include "notify/receiver/pagerduty.hpp"

#include "notify/receiver/alert.hpp"
#include "notify/wording.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace json = boost::json;

namespace ripcord::notify {
namespace {

constexpr std::size_t body_bytes_max = 512'000;
constexpr std::size_t summary_max = 1024;
constexpr std::size_t key_max = 255;

std::string_view action_of(Standing standing) {
  return standing == Standing::resolved ? "resolve" : "trigger";
}

json::object payload_of(const Message& message) {
  json::object details = annotations_of(message);
  json::object numbers;
  for (const Number& number : message.numbers) numbers[number.name] = number.value;
  details["numbers"] = std::move(numbers);
  const std::string source = message.service.empty() ? "ripcordd" : message.service;
  return {{"summary", clipped(headline(message), summary_max)},
          {"source", source},
          {"severity", to_string(message.severity)},
          {"timestamp", to_rfc3339_ms(message.at)},
          {"component", source},
          {"group", message.incident},
          {"class", message.event},
          {"custom_details", std::move(details)}};
}

json::array links_of(const Message& message) {
  json::array links;
  for (const Link& link : message.links) {
    links.push_back(json::object{{"href", link.url}, {"text", link.name}});
  }
  return links;
}

json::object event_of(const Message& message, const std::string& routing_key) {
  json::object event{{"routing_key", routing_key},
                     {"event_action", action_of(message.standing)},
                     {"dedup_key", clipped(message.incident, key_max)},
                     {"client", "ripcord"}};
  if (!message.links.empty()) event["client_url"] = first_url(message);
  event["payload"] = payload_of(message);
  event["links"] = links_of(message);
  return event;
}

/// What nobody has to end is no alert but a change.
json::object change_of(const Message& message, const std::string& routing_key) {
  const std::string source = message.service.empty() ? "ripcordd" : message.service;
  return {{"routing_key", routing_key},
          {"payload",
           {{"summary", clipped(headline(message), summary_max)},
            {"source", source},
            {"timestamp", to_rfc3339_ms(message.at)},
            {"custom_details", annotations_of(message)}}},
          {"links", links_of(message)}};
}

}  // namespace

Result<void> fill(Post& post, const PagerdutySettings& settings, const Letter& letter) {
  const Result<std::string> key = read_secret(settings.routing_key_file, post);
  if (!key) return std::unexpected(key.error());
  const bool is_change = letter.message.standing == Standing::notice;
  if (is_change) {
    std::string& target = post.request.target;
    constexpr std::string_view of_alerts = "/enqueue";
    if (target.ends_with(of_alerts)) target.resize(target.size() - of_alerts.size());
    target += "/change/enqueue";
  }
  post.request.body = fitting(letter.message, body_bytes_max, [&](const Message& message) {
    return json::value(is_change ? change_of(message, *key) : event_of(message, *key));
  });
  return {};
}

}  // namespace ripcord::notify
