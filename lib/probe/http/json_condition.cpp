#include "probe/http/json_condition.hpp"

#include "base/text.hpp"
#include "probe/secrets.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <array>
#include <optional>

namespace json = boost::json;

namespace ripcord::probe {
namespace {

constexpr std::size_t shown_bytes_max = 80;
constexpr std::size_t depth_max = 64;
/// Holds what a health check answers; more comes from the heap.
constexpr std::size_t arena_bytes = 4096;

std::string in_words(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return value.get_bool() ? "true" : "false";
    case json::kind::int64:
      return fmt::format("{}", value.get_int64());
    case json::kind::uint64:
      return fmt::format("{}", value.get_uint64());
    case json::kind::double_:
      return fmt::format("{}", value.get_double());
    case json::kind::string:
      return fmt::format("\"{}\"",
                         printable(std::string_view(value.get_string()), shown_bytes_max));
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "an object";
  }
  return {};
}

std::string in_words(const JsonScalar& scalar) {
  struct Words {
    std::string operator()(std::nullptr_t) const { return "null"; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const {
      return fmt::format("\"{}\"", printable(text, shown_bytes_max));
    }
  };
  return std::visit(Words(), scalar);
}

std::optional<double> number_in(const json::value& value) {
  if (const auto* number = value.if_int64()) return static_cast<double>(*number);
  if (const auto* number = value.if_uint64()) return static_cast<double>(*number);
  if (const auto* number = value.if_double()) return *number;
  return std::nullopt;
}

bool is_equal(const json::value& value, const JsonScalar& expected) {
  struct Equal {
    const json::value& value;

    bool operator()(std::nullptr_t) const { return value.is_null(); }
    bool operator()(bool flag) const { return value.is_bool() && value.get_bool() == flag; }
    bool operator()(std::int64_t number) const {
      if (const auto* whole = value.if_int64()) return *whole == number;
      return value.is_double() && value.get_double() == static_cast<double>(number);
    }
    bool operator()(double number) const { return number_in(value) == number; }
    bool operator()(const std::string& text) const {
      return value.is_string() && std::string_view(value.get_string()) == text;
    }
  };
  return std::visit(Equal{value}, expected);
}

/// Whether what stands there is one by its name, as `/database/password`.
bool names_a_secret(std::string_view pointer) {
  const std::string_view member = pointer.substr(pointer.rfind('/') + 1);
  const std::string pair = fmt::format("{}=x", member);
  return without_credentials(pair) != pair;
}

/// What is wrong with `condition` in `document`; empty when nothing is.
std::string objection(const json::value& document, const JsonCondition& condition) {
  boost::system::error_code error;
  const json::value* found = document.find_pointer(condition.pointer, error);
  if (found != nullptr && is_equal(*found, condition.expected)) return {};
  const std::string name = condition.pointer.empty()
                               ? std::string("the whole body")
                               : printable(condition.pointer, shown_bytes_max);
  if (names_a_secret(condition.pointer)) {
    return fmt::format("{} is {}", name,
                       found == nullptr ? "not there" : "not as expected; it is a secret");
  }
  return fmt::format("{} is {}, expected {}", name,
                     found == nullptr ? std::string("not there") : in_words(*found),
                     in_words(condition.expected));
}

}  // namespace

Result<void> check_pointer(std::string_view pointer) {
  const auto wrong = [pointer](std::string_view why) {
    return failure(Fault::malformed, fmt::format("\"{}\" is no JSON pointer (RFC 6901): {}",
                                                 printable(pointer, shown_bytes_max), why));
  };
  if (!pointer.empty() && !pointer.starts_with('/')) {
    return wrong(R"(it begins with "/", as in "/database/status")");
  }
  for (std::size_t at = pointer.find('~'); at != std::string_view::npos;
       at = pointer.find('~', at + 1)) {
    const std::string_view code = pointer.substr(at + 1, 1);
    if (code != "0" && code != "1") {
      return wrong(R"("~" is written "~0", and "/" in a key "~1")");
    }
  }
  return {};
}

std::string unmet(const std::vector<JsonCondition>& conditions, std::string_view text) {
  std::array<unsigned char, arena_bytes> arena;  // NOLINT: it is written before it is read
  json::monotonic_resource memory(arena.data(), arena.size());
  json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code error;
  const json::value document = json::parse(text, error, &memory, options);
  if (error) {
    return fmt::format("body is not JSON ({}): got \"{}\"", error.message(),
                       printable(text, shown_bytes_max));
  }
  for (const JsonCondition& condition : conditions) {
    std::string why = objection(document, condition);
    if (!why.empty()) return why;
  }
  return {};
}

}  // namespace ripcord::probe
