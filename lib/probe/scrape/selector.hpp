#pragma once

#include "base/result.hpp"
#include "probe/scrape/exposition.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace ripcord::probe::scrape {

/// Picks series, written as in PromQL: `name{label="x",label!="x",label=~"re",label!~"re"}`.
///
/// A label that a series does not have is an empty one. Patterns are RE2's and match whole values,
/// in which a dot is any character.
class Selector {
 public:
  /// Fault::malformed with what is wrong.
  [[nodiscard]] static Result<Selector> parse(std::string_view text);

  Selector(const Selector&) = delete;
  Selector(Selector&&) noexcept;
  Selector& operator=(const Selector&) = delete;
  Selector& operator=(Selector&&) noexcept;
  ~Selector();

  /// The name of the series; never empty.
  [[nodiscard]] const std::string& metric() const { return metric_; }
  /// As it was written.
  [[nodiscard]] const std::string& text() const { return text_; }

  /// Whether these are the labels of a series that is picked, if it has the name. O(matchers ×
  /// labels).
  [[nodiscard]] bool matches(std::span<const Label> labels) const;
  /// Whether all labels that a match must have are among these, whatever their values: a selector
  /// of labels that no series has is more likely misspelt than right.
  [[nodiscard]] bool knows(std::span<const Label> labels) const;
  /// Whether there is a condition on the label called `label`.
  [[nodiscard]] bool asks_for(std::string_view label) const;
  /// The same for series of another name.
  void rename(std::string metric) { metric_ = std::move(metric); }

 private:
  enum class Sign : std::uint8_t { equal, not_equal, like, not_like };

  struct Matcher {
    std::string label;
    Sign sign = Sign::equal;
    std::string value;
    std::unique_ptr<re2::RE2> pattern;  ///< of like and not_like

    [[nodiscard]] bool takes(std::string_view text) const;
  };

  class Reader;

  Selector();

  std::string text_;
  std::string metric_;
  std::vector<Matcher> matchers_;
};

}  // namespace ripcord::probe::scrape
