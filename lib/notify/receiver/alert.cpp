#include "notify/receiver/alert.hpp"

#include "base/fnv.hpp"
#include "notify/wording.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace json = boost::json;

namespace ripcord::notify {
namespace {

constexpr Duration notice_lasts = std::chrono::minutes(5);

/// Adds what is not empty.
void add(json::object& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

}  // namespace

Labels labels_of(const Message& message, const Labels& more) {
  Labels labels{{"alertname", "RipcordIncident"},
                {"ripcord_incident", message.incident},
                {"severity", std::string(to_string(message.severity))}};
  if (!message.service.empty()) labels["ripcord_service"] = message.service;
  labels.insert(more.begin(), more.end());
  return labels;
}

json::object annotations_of(const Message& message) {
  std::string numbers;
  for (const Number& number : message.numbers) {
    numbers += (numbers.empty() ? "" : "; ") + in_words(number);
  }
  json::object annotations;
  add(annotations, "summary", message.title);
  add(annotations, "description", message.what_happened);
  add(annotations, "numbers", numbers);
  add(annotations, "what_ripcord_did", message.what_ripcord_did);
  add(annotations, "what_you_should_do", message.what_you_should_do);
  add(annotations, "event", message.event);
  add(annotations, "deployment", message.deployment);
  add(annotations, "version", message.version);
  add(annotations, "previous_version", message.previous_version);
  add(annotations, "by", message.by);
  return annotations;
}

json::object to_object(const Labels& labels) {
  json::object object;
  for (const auto& [name, value] : labels) object[name] = value;
  return object;
}

std::optional<Instant> end_of(const Message& message) {
  if (message.standing == Standing::resolved) return message.ended_at.value_or(message.at);
  if (message.standing == Standing::notice) return message.at + notice_lasts;
  return std::nullopt;
}

std::string first_url(const Message& message) {
  return message.links.empty() ? "" : message.links.front().url;
}

std::string fingerprint_of(const Labels& labels) {
  constexpr unsigned char separator = 0xFF;
  Fnv hash;
  for (const auto& [name, value] : labels) {
    hash.add(name);
    hash.add(separator);
    hash.add(value);
    hash.add(separator);
  }
  return fmt::format("{:016x}", hash.value());
}

}  // namespace ripcord::notify
