#include "api/bodies.hpp"

#include "base/text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <system_error>
#include <utility>

namespace ripcord::api {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 4;
constexpr std::uint64_t wait_seconds_max = 60;
constexpr std::uint64_t wait_seconds_default = 30;
constexpr std::uint64_t limit_max = 1000;

std::unexpected<Error> malformed(std::string message) {
  return failure(Fault::malformed, std::move(message));
}

/// `unknown member "versoin"; did you mean "version"?`
std::string unknown(std::string_view what, std::string_view word,
                    const std::vector<std::string>& known) {
  std::string message = fmt::format("unknown {} {:?}", what, printable(word, 60));
  const std::string meant = nearest(word.substr(0, 60), known);
  if (!meant.empty()) message += fmt::format("; did you mean {:?}?", meant);
  return message;
}

/// The object that `body` is, when it has no other members than those of `known`.
Result<json::object> read_object(std::string_view body, const std::vector<std::string>& known) {
  json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code error;
  json::value value = json::parse(body, error, {}, options);
  if (error) return malformed(fmt::format("the body is not JSON: {}", error.message()));
  if (!value.is_object()) return malformed("the body must be a JSON object");
  for (const auto& member : value.as_object()) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      return malformed(unknown("member", member.key(), known));
    }
  }
  return std::move(value.as_object());
}

/// Nothing when there is no such member.
Result<std::optional<std::string>> read_text(const json::object& object, std::string_view key) {
  const json::value* member = object.if_contains(key);
  if (member == nullptr) return std::nullopt;
  const json::string* text = member->if_string();
  if (text == nullptr) return malformed(fmt::format("member {:?} must be a text", key));
  return std::string(*text);
}

Result<std::string> read_required_text(const json::object& object, std::string_view key) {
  Result<std::optional<std::string>> text = read_text(object, key);
  if (!text) return std::unexpected(text.error());
  if (!*text) return malformed(fmt::format("member {:?} is missing", key));
  return std::move(**text);
}

/// Of UTF-8: the parser has refused anything else.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Result<std::string> read_version(const json::object& object) {
  Result<std::string> version = read_required_text(object, "version");
  if (!version) return version;
  const bool fits = characters(*version) <= version_characters_max;
  if (trim(*version).empty() || !fits || printable(*version, version->size()) != *version) {
    return malformed(
        fmt::format("member \"version\" must have 1 to {} printable characters and no control "
                    "characters",
                    version_characters_max));
  }
  return version;
}

/// Nothing when there is no such member.
Result<std::optional<Instant>> read_commit_time(const json::object& object) {
  const Result<std::optional<std::string>> time = read_text(object, "commit_time");
  if (!time) return std::unexpected(time.error());
  if (!*time) return std::nullopt;
  const Result<Instant> instant = parse_instant(**time);
  if (!instant) {
    return malformed(fmt::format("member \"commit_time\": {}", instant.error().message));
  }
  return *instant;
}

Result<std::uint64_t> read_number(const Parameter& parameter, std::uint64_t min,
                                  std::uint64_t max) {
  std::uint64_t number = 0;
  const char* last = parameter.value.data() + parameter.value.size();
  const auto [end, error] = std::from_chars(parameter.value.data(), last, number);
  if (error != std::errc() || end != last || number < min || number > max) {
    return malformed(
        fmt::format("parameter {:?} is {:?}, which is not a whole number from {} to {}",
                    parameter.name, printable(parameter.value, 40), min, max));
  }
  return number;
}

}  // namespace

Result<StartDeployment> read_start(std::string_view body) {
  const Result<json::object> object = read_object(body, {"version", "commit_time"});
  if (!object) return std::unexpected(object.error());
  Result<std::string> version = read_version(*object);
  if (!version) return std::unexpected(version.error());
  const Result<std::optional<Instant>> commit_time = read_commit_time(*object);
  if (!commit_time) return std::unexpected(commit_time.error());
  StartDeployment start;
  start.version = std::move(*version);
  start.commit_time = *commit_time;
  return start;
}

Result<std::string> read_reason(std::string_view body) {
  const Result<json::object> object = read_object(body, {"reason"});
  if (!object) return std::unexpected(object.error());
  const Result<std::string> reason = read_required_text(*object, "reason");
  if (!reason) return std::unexpected(reason.error());
  if (reason->size() > reason_bytes_max) {
    return malformed(fmt::format("member \"reason\" has {} bytes; at most {} are kept",
                                 reason->size(), reason_bytes_max));
  }
  std::string clean(trim(printable(*reason, reason_bytes_max)));
  if (clean.empty()) return malformed("member \"reason\" must say something");
  return clean;
}

Result<std::string> read_probe(std::string_view body) {
  const Result<json::object> object = read_object(body, {"probe"});
  if (!object) return std::unexpected(object.error());
  return read_required_text(*object, "probe");
}

Result<void> read_nothing(std::string_view body) {
  if (body.empty()) return {};
  const Result<json::object> object = read_object(body, {});
  if (!object) return std::unexpected(object.error());
  return {};
}

Result<std::optional<LongPoll>> read_long_poll(const std::vector<Parameter>& query) {
  std::optional<std::uint64_t> after;
  std::optional<std::uint64_t> wait;
  for (const Parameter& parameter : query) {
    const bool is_after = parameter.name == "after";
    if (!is_after && parameter.name != "wait") {
      return malformed(unknown("parameter", parameter.name, {"after", "wait"}));
    }
    const std::uint64_t max = is_after ? UINT64_MAX : wait_seconds_max;
    const Result<std::uint64_t> number = read_number(parameter, 0, max);
    if (!number) return std::unexpected(number.error());
    (is_after ? after : wait) = *number;
  }
  if (!after && wait) return malformed(R"(parameter "wait" needs "after")");
  if (!after) return std::nullopt;
  const std::chrono::seconds seconds(wait.value_or(wait_seconds_default));
  return LongPoll{.after = *after, .wait = seconds};
}

Result<ListQuery> read_list_query(const std::vector<Parameter>& query) {
  ListQuery list;
  for (const Parameter& parameter : query) {
    if (parameter.name == "service") {
      list.service = parameter.value;
    } else if (parameter.name == "limit") {
      const Result<std::uint64_t> number = read_number(parameter, 1, limit_max);
      if (!number) return std::unexpected(number.error());
      list.limit = *number;
    } else {
      return malformed(unknown("parameter", parameter.name, {"service", "limit"}));
    }
  }
  return list;
}

Result<void> read_no_query(const std::vector<Parameter>& query) {
  if (!query.empty()) return malformed(unknown("parameter", query.front().name, {}));
  return {};
}

}  // namespace ripcord::api
