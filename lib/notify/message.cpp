#include "notify/message.hpp"

#include "base/fnv.hpp"
#include "base/text.hpp"
#include "notify/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

namespace json = boost::json;

namespace ripcord::notify {
namespace {

constexpr std::array<std::string_view, 3> standings{"notice", "firing", "resolved"};
constexpr std::array severities{Severity::info, Severity::warning, Severity::critical};

/// Takes the members out of an object. The first that is missing or of the wrong type is told in
/// `mistake` and read as empty, so that the caller reads straight through.
class Members {
 public:
  /// Borrows both.
  Members(const json::object& object, std::string& mistake) : object_(object), mistake_(mistake) {}

  std::string text(std::string_view key) {
    const json::value* member = object_.if_contains(key);
    const json::string* found = member == nullptr ? nullptr : member->if_string();
    if (found != nullptr) return std::string(*found);
    note(fmt::format("it has no text \"{}\"", key));
    return {};
  }

  Instant instant(std::string_view key) {
    const Result<Instant> parsed = parse_instant(text(key));
    if (parsed) return *parsed;
    note(fmt::format("\"{}\" is no time", key));
    return {};
  }

  std::optional<Instant> instant_if_any(std::string_view key) {
    if (!object_.contains(key)) return std::nullopt;
    return instant(key);
  }

  /// The value whose word is at `key`.
  template <class Value, std::size_t size>
  Value word(std::string_view key, const std::array<Value, size>& values) {
    const std::string found = text(key);
    const auto value = std::ranges::find(values, std::string_view(found),
                                         [](Value candidate) { return to_string(candidate); });
    if (value != values.end()) return *value;
    note(fmt::format("{:?} is no {}", printable(found, 40), key));
    return values.front();
  }

  /// What `read` makes of each object in the list at `key`.
  template <class Item>
  std::vector<Item> list(std::string_view key, Item (*read)(Members)) {
    const json::value* member = object_.if_contains(key);
    const json::array* array = member == nullptr ? nullptr : member->if_array();
    if (array == nullptr) note(fmt::format("it has no list \"{}\"", key));
    std::vector<Item> items;
    for (const json::value& one : array == nullptr ? json::array() : *array) {
      const json::object* object = one.if_object();
      if (object == nullptr) {
        note(fmt::format("\"{}\" holds something else than objects", key));
        continue;
      }
      items.push_back(read(Members(*object, mistake_)));
    }
    return items;
  }

 private:
  void note(std::string mistake) {
    if (mistake_.empty()) mistake_ = std::move(mistake);
  }

  const json::object& object_;
  std::string& mistake_;
};

Number read_number(Members members) {
  return {.name = members.text("name"), .value = members.text("value")};
}

Link read_link(Members members) {
  return {.name = members.text("name"), .url = members.text("url")};
}

constexpr std::array all_standings{Standing::notice, Standing::firing, Standing::resolved};

Message read_message(Members members) {
  Message message;
  message.id = members.text("id");
  message.event = members.text("event");
  message.severity = members.word("severity", severities);
  message.standing = members.word("standing", all_standings);
  message.service = members.text("service");
  message.deployment = members.text("deployment");
  message.version = members.text("version");
  message.previous_version = members.text("previous_version");
  message.incident = members.text("incident");
  message.started_at = members.instant("started_at");
  message.at = members.instant("at");
  message.ended_at = members.instant_if_any("ended_at");
  message.title = members.text("title");
  message.what_happened = members.text("what_happened");
  message.numbers = members.list<Number>("numbers", read_number);
  message.what_ripcord_did = members.text("what_ripcord_did");
  message.what_you_should_do = members.text("what_you_should_do");
  message.links = members.list<Link>("links", read_link);
  message.by = members.text("by");
  return message;
}

json::array array_of(const std::vector<Number>& numbers) {
  json::array array;
  for (const Number& number : numbers) {
    array.push_back(json::object{{"name", number.name}, {"value", number.value}});
  }
  return array;
}

json::array array_of(const std::vector<Link>& links) {
  json::array array;
  for (const Link& link : links) {
    array.push_back(json::object{{"name", link.name}, {"url", link.url}});
  }
  return array;
}

}  // namespace

std::string message_id(std::string_view key) {
  Fnv hash;
  hash.add(key);
  return fmt::format("msg_{:016x}", hash.value());
}

std::string_view to_string(Standing standing) {
  return standings.at(static_cast<std::size_t>(standing));
}

std::string to_rfc3339_us(Instant instant) {
  const auto second = std::chrono::floor<std::chrono::seconds>(instant);
  std::string text = to_rfc3339(second);
  text.pop_back();
  return fmt::format("{}.{:06}Z", text, (instant - second).count());
}

json::object members_of(const Message& message) {
  json::object object{{"id", message.id},
                      {"event", message.event},
                      {"severity", to_string(message.severity)},
                      {"standing", to_string(message.standing)},
                      {"service", message.service},
                      {"deployment", message.deployment},
                      {"version", message.version},
                      {"previous_version", message.previous_version},
                      {"incident", message.incident},
                      {"started_at", to_rfc3339_us(message.started_at)},
                      {"at", to_rfc3339_us(message.at)}};
  if (message.ended_at) object["ended_at"] = to_rfc3339_us(*message.ended_at);
  object["title"] = message.title;
  object["what_happened"] = message.what_happened;
  object["numbers"] = array_of(message.numbers);
  object["what_ripcord_did"] = message.what_ripcord_did;
  object["what_you_should_do"] = message.what_you_should_do;
  object["links"] = array_of(message.links);
  object["by"] = message.by;
  return object;
}

std::string to_json(const Message& message) {
  return json::serialize(members_of(message));
}

Result<Message> parse_message(std::string_view text) {
  // A text that a script once answered with must not make the outbox unreadable.
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::system::error_code error;
  const json::value value = json::parse(text, error, {}, options);
  const json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) return failure(Fault::malformed, "a message is a JSON object");
  std::string mistake;
  Message message = read_message(Members(*object, mistake));
  if (!mistake.empty()) return failure(Fault::malformed, "no message: " + mistake);
  return message;
}

}  // namespace ripcord::notify
