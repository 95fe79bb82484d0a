#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::api {

constexpr std::size_t reason_bytes_max = 1000;
constexpr std::size_t depth_max = 4;

/// `unknown member "versoin"; did you mean "version"?`
[[nodiscard]] std::string unknown_word(std::string_view what, std::string_view word,
                                       const std::vector<std::string>& known);

/// One JSON object that somebody has sent, read member by member.
///
/// A getter given a bad value keeps the mistake and returns a fallback, so the caller reads
/// straight through and asks for the first mistake at the end; what was read is used only without
/// one.
class Body {
 public:
  /// Of a whole body. Other members than those of `known` are mistakes.
  Body(std::string_view text, const std::vector<std::string>& known);
  /// Of an object inside a body; `where` stands before the names of its members.
  Body(const boost::json::value& value, std::string where, const std::vector<std::string>& known);

  [[nodiscard]] bool has(std::string_view key) const { return object_.contains(key); }

  /// Nothing when there is no such member.
  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  [[nodiscard]] std::string required_text(std::string_view key);
  /// 1 to `characters_max` printable characters, as given.
  [[nodiscard]] std::string name(std::string_view key, std::size_t characters_max);
  /// 1 to reason_bytes_max bytes that say something; control characters become spaces.
  [[nodiscard]] std::string reason(std::string_view key);
  /// False when there is no such member.
  [[nodiscard]] bool flag(std::string_view key);
  /// `otherwise` when there is no such member.
  [[nodiscard]] std::uint64_t count(std::string_view key, std::uint64_t min, std::uint64_t max,
                                    std::uint64_t otherwise);
  [[nodiscard]] std::optional<Instant> time(std::string_view key);
  /// Empty when there is no such member.
  [[nodiscard]] boost::json::array array(std::string_view key, std::size_t length_max);

  /// Only the first is kept.
  void note(std::string message);
  /// That of `other`, a part of this one.
  void note(const Body& other);
  /// Fault::malformed with a message for the caller; nothing when all is well.
  [[nodiscard]] const std::optional<Error>& mistake() const { return mistake_; }

 private:
  void check_members(const std::vector<std::string>& known);
  /// `member "overrides[0].gate"`.
  [[nodiscard]] std::string named(std::string_view key) const;

  boost::json::object object_;
  std::string where_;
  std::optional<Error> mistake_;
};

/// Whether `text` has 1 to `characters_max` printable characters, not all of them spaces. Pre: it
/// is UTF-8.
[[nodiscard]] bool is_printable_name(std::string_view text, std::size_t characters_max);

}  // namespace ripcord::api
