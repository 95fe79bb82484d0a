#include "api/body.hpp"

#include "base/text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ripcord::api {
namespace {

namespace json = boost::json;

/// Of UTF-8: the parser has refused anything else.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string unknown_word(std::string_view what, std::string_view word,
                         const std::vector<std::string>& known) {
  std::string message = fmt::format("unknown {} {:?}", what, printable(word, 60));
  const std::string meant = nearest(word.substr(0, 60), known);
  if (!meant.empty()) message += fmt::format("; did you mean {:?}?", meant);
  return message;
}

bool is_printable_name(std::string_view text, std::size_t characters_max) {
  return !trim(text).empty() && characters(text) <= characters_max &&
         printable(text, text.size()) == text;
}

Body::Body(std::string_view text, const std::vector<std::string>& known) {
  json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) {
    note(fmt::format("the body is not JSON: {}", error.message()));
  } else if (!value.is_object()) {
    note("the body must be a JSON object");
  } else {
    object_ = std::move(value.get_object());
    check_members(known);
  }
}

Body::Body(const json::value& value, std::string where, const std::vector<std::string>& known)
    : where_(std::move(where)) {
  if (const json::object* object = value.if_object()) {
    object_ = *object;
    where_ += '.';
    check_members(known);
  } else {
    note(fmt::format("member \"{}\" must be an object", where_));
  }
}

void Body::check_members(const std::vector<std::string>& known) {
  for (const auto& member : object_) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      note(unknown_word("member", member.key(), known));
    }
  }
}

std::string Body::named(std::string_view key) const {
  return fmt::format("member \"{}{}\"", where_, key);
}

std::optional<std::string> Body::text(std::string_view key) {
  const json::value* member = object_.if_contains(key);
  if (member == nullptr) return std::nullopt;
  const json::string* text = member->if_string();
  if (text == nullptr) note(named(key) + " must be a text");
  return text == nullptr ? std::nullopt : std::optional(std::string(*text));
}

std::string Body::required_text(std::string_view key) {
  if (!has(key)) note(named(key) + " is missing");
  return text(key).value_or("");
}

std::string Body::name(std::string_view key, std::size_t characters_max) {
  std::string name = required_text(key);
  if (!is_printable_name(name, characters_max)) {
    note(fmt::format("{} must have 1 to {} printable characters and no control characters",
                     named(key), characters_max));
  }
  return name;
}

std::string Body::reason(std::string_view key) {
  const std::string given = required_text(key);
  if (given.size() > reason_bytes_max) {
    note(fmt::format("{} has {} bytes; at most {} are kept", named(key), given.size(),
                     reason_bytes_max));
  }
  std::string clean(trim(printable(given, reason_bytes_max)));
  if (clean.empty()) note(named(key) + " must say something");
  return clean;
}

bool Body::flag(std::string_view key) {
  const json::value* member = object_.if_contains(key);
  if (member == nullptr) return false;
  const bool* flag = member->if_bool();
  if (flag == nullptr) note(named(key) + " must be true or false");
  return flag != nullptr && *flag;
}

std::uint64_t Body::count(std::string_view key, std::uint64_t min, std::uint64_t max,
                          std::uint64_t otherwise) {
  const json::value* member = object_.if_contains(key);
  if (member == nullptr) return otherwise;
  boost::system::error_code error;
  const auto number =
      member->is_number() ? member->to_number<std::uint64_t>(error) : std::uint64_t{0};
  if (!member->is_number() || error || number < min || number > max) {
    note(fmt::format("{} must be a whole number from {} to {}", named(key), min, max));
    return otherwise;
  }
  return number;
}

std::optional<Instant> Body::time(std::string_view key) {
  const std::optional<std::string> given = text(key);
  if (!given) return std::nullopt;
  const Result<Instant> instant = parse_instant(*given);
  if (!instant) note(fmt::format("{}: {}", named(key), instant.error().message));
  return instant ? std::optional(*instant) : std::nullopt;
}

json::array Body::array(std::string_view key, std::size_t length_max) {
  const json::value* member = object_.if_contains(key);
  if (member == nullptr) return {};
  const json::array* array = member->if_array();
  if (array != nullptr && array->size() <= length_max) return *array;
  note(array == nullptr ? named(key) + " must be a list"
                        : fmt::format("{} has {} elements; at most {} are taken", named(key),
                                      array->size(), length_max));
  return {};
}

void Body::note(std::string message) {
  if (!mistake_) mistake_ = Error{Fault::malformed, std::move(message)};
}

void Body::note(const Body& other) {
  if (other.mistake_) note(other.mistake_->message);
}

}  // namespace ripcord::api
