#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::test {

using LabelMap = std::map<std::string, std::string>;

/// One `name{labels} value` line.
struct Series {
  std::string name;  ///< of a histogram: with `_bucket`, `_sum` or `_count`
  LabelMap labels;
  double value = 0;
};

struct ParsedFamily {
  std::string help;
  std::string type;
  std::vector<Series> series;
};

/// A scrape, as Prometheus would understand it.
struct Exposition {
  std::map<std::string, ParsedFamily> families;
  std::vector<std::string> mistakes;  ///< each with its line's number; empty when all is well

  /// The value of `name` with exactly these labels; NaN when there is no such series.
  [[nodiscard]] double value(const std::string& name, const LabelMap& labels = {}) const;
  /// All series called `name` whose labels include these.
  [[nodiscard]] std::vector<Series> matching(const std::string& name,
                                             const LabelMap& labels = {}) const;
};

/// Parses the text format 0.0.4, stricter than Prometheus does: each family has one HELP and one
/// TYPE line, in this order and before its series, its series stand together, none occurs twice,
/// and names, escapes and numbers are exact.
[[nodiscard]] Exposition parse_exposition(std::string_view text);

}  // namespace ripcord::test
