#include "tests/etc/promql.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>

namespace ripcord::test {
namespace {

bool is_word_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == ':';
}

/// Reads an expression from left to right.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  std::vector<Selector> selectors() && {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '"') {
        (void)take_to('"');
      } else if (c == '$') {
        rest_.remove_prefix(1);
        take_letters();
      } else if (c >= '0' && c <= '9') {
        take_letters();  // "5m" is no word
      } else if (is_word_letter(c)) {
        take_word();
      } else {
        if (c == '(') calls_.emplace_back();
        if (c == ')' && !calls_.empty()) calls_.pop_back();
        rest_.remove_prefix(1);
      }
    }
    return std::move(found_);
  }

 private:
  /// What stands between the first letter and the next `end`; both are taken.
  std::string_view take_to(char end) {
    const std::size_t at = std::min(rest_.find(end, 1), rest_.size());
    const std::string_view inside = rest_.substr(1, at - 1);
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    return inside;
  }

  std::string take_letters() {
    const auto end = std::ranges::find_if_not(rest_, is_word_letter);
    std::string word(rest_.begin(), end);
    rest_.remove_prefix(word.size());
    return word;
  }

  void skip_spaces() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
  }

  void take_word() {
    const std::string word = take_letters();
    skip_spaces();
    constexpr std::array lists{"by", "without", "on", "ignoring", "group_left", "group_right"};
    constexpr std::array operators{"and", "or",  "unless", "bool", "offset",
                                   "sum", "avg", "min",    "max",  "count"};
    if (std::ranges::find(lists, word) != lists.end()) {
      if (rest_.starts_with('(')) (void)take_to(')');
    } else if (rest_.starts_with('(')) {
      calls_.push_back(word);
      rest_.remove_prefix(1);
    } else if (std::ranges::find(operators, word) == operators.end()) {
      take_selector(word);
    }
  }

  void take_selector(const std::string& metric) {
    Selector& selector = found_.emplace_back();
    selector.metric = metric;
    if (rest_.starts_with('{')) selector.matchers = take_to('}');
    if (rest_.starts_with('[')) selector.range = take_to(']');
    if (!calls_.empty()) selector.function = calls_.back();
  }

  std::string_view rest_;
  std::vector<std::string> calls_;  ///< that are open; empty names for mere parentheses
  std::vector<Selector> found_;
};

}  // namespace

std::vector<Selector> selectors_in(std::string_view expression) {
  return Reader(expression).selectors();
}

std::set<std::string> documented_metrics() {
  std::set<std::string> metrics;
  const std::string text = read_source("docs/metrics.md");
  for (const std::string_view line : split(text, '\n')) {
    const auto cells = split(line, '|');
    if (!line.starts_with("| `") || cells.size() < 5) continue;
    std::string name(trim(cells[1]));
    std::erase(name, '`');
    if (trim(cells[2]) == "histogram") {
      for (const char* series : {"_bucket", "_sum", "_count"}) metrics.insert(name + series);
    } else {
      metrics.insert(name);
    }
  }
  return metrics;
}

std::string read_source(const std::string& path) {
  std::ifstream file(RIPCORD_SOURCE_DIR "/" + path);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace ripcord::test
