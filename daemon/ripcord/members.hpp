#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ripcord::cli {

/// One JSON object, whose members read as nothing when they are not what they should be. Borrows.
class Members {
 public:
  /// Anything but an object has no members.
  explicit Members(const boost::json::value& value) : object_(value.if_object()) {}

  [[nodiscard]] const boost::json::value* find(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] bool flag(std::string_view key, bool otherwise = false) const;
  [[nodiscard]] std::uint64_t count(std::string_view key) const;
  template <class T>
  [[nodiscard]] std::optional<T> number(std::string_view key) const;
  /// Zero when it is not known.
  [[nodiscard]] Duration seconds(std::string_view key) const;
  [[nodiscard]] std::optional<Duration> length(std::string_view key) const;
  [[nodiscard]] std::optional<Instant> time(std::string_view key) const;
  [[nodiscard]] Members object(std::string_view key) const;
  [[nodiscard]] const boost::json::array& array(std::string_view key) const;
  [[nodiscard]] bool has_object(std::string_view key) const;

 private:
  const boost::json::object* object_;
};

template <class T>
std::optional<T> Members::number(std::string_view key) const {
  const boost::json::value* member = find(key);
  if (member == nullptr) return std::nullopt;
  boost::system::error_code error;
  const T found = member->to_number<T>(error);
  return error ? std::nullopt : std::optional<T>(found);
}

/// Each value of an enumeration with its word.
template <class Enum, std::size_t Count>
using WordList = std::array<std::pair<std::string_view, Enum>, Count>;

/// The value of `all` that is called `name`; `otherwise` when none is.
template <class Enum, std::size_t Count>
Enum named(std::string_view name, const WordList<Enum, Count>& all, Enum otherwise) {
  for (const auto& [known, value] : all) {
    if (known == name) return value;
  }
  return otherwise;
}

/// Fault::malformed when `body` is no JSON object.
[[nodiscard]] Result<boost::json::value> parse_object(std::string_view body);

}  // namespace ripcord::cli
