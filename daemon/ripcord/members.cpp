#include "ripcord/members.hpp"

#include "base/text.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace ripcord::cli {

namespace json = boost::json;

const json::value* Members::find(std::string_view key) const {
  return object_ == nullptr ? nullptr : object_->if_contains(key);
}

std::string Members::text(std::string_view key) const {
  const json::value* member = find(key);
  const json::string* found = member == nullptr ? nullptr : member->if_string();
  return found == nullptr ? "" : std::string(*found);
}

bool Members::flag(std::string_view key, bool otherwise) const {
  const json::value* member = find(key);
  const bool* found = member == nullptr ? nullptr : member->if_bool();
  return found == nullptr ? otherwise : *found;
}

std::uint64_t Members::count(std::string_view key) const {
  return number<std::uint64_t>(key).value_or(0);
}

Duration Members::seconds(std::string_view key) const {
  constexpr double longest = 1e9;  // of what any clock here tells
  const double found = number<double>(key).value_or(0);
  if (!std::isfinite(found) || std::abs(found) > longest) return Duration{};
  return std::chrono::round<Duration>(std::chrono::duration<double>(found));
}

std::optional<Duration> Members::length(std::string_view key) const {
  return number<double>(key) ? std::optional(seconds(key)) : std::nullopt;
}

std::optional<Instant> Members::time(std::string_view key) const {
  const Result<Instant> instant = parse_instant(text(key));
  return instant ? std::optional<Instant>(*instant) : std::nullopt;
}

Members Members::object(std::string_view key) const {
  static const json::value nothing;
  const json::value* member = find(key);
  return Members(member == nullptr ? nothing : *member);
}

const json::array& Members::array(std::string_view key) const {
  static const json::array nothing;
  const json::value* member = find(key);
  const json::array* found = member == nullptr ? nullptr : member->if_array();
  return found == nullptr ? nothing : *found;
}

bool Members::has_object(std::string_view key) const {
  const json::value* member = find(key);
  return member != nullptr && member->is_object();
}

Result<json::value> parse_object(std::string_view body) {
  boost::system::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object()) {
    return failure(Fault::malformed,
                   fmt::format("the daemon's answer is no JSON object: {}", printable(body, 200)));
  }
  return value;
}

}  // namespace ripcord::cli
