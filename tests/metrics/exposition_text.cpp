#include "tests/metrics/exposition_text.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace ripcord::test {
namespace {

bool is_word(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::optional<double> number_in(std::string_view text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

/// Takes what is before the first `separator` off the front of `text`, and the separator too.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = std::min(text.find(separator), text.size());
  const std::string_view front = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return front;
}

/// Takes a quoted text, its closing quote included, off the front of `text`.
std::optional<std::string> take_quoted(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    const char escaped = ++i < text.size() ? text[i] : '?';
    if (escaped != '\\' && escaped != '"' && escaped != 'n') return std::nullopt;
    value += escaped == 'n' ? '\n' : escaped;
  }
  return std::nullopt;
}

/// Takes `a="b",…}` off the front of `text`.
std::optional<LabelMap> take_labels(std::string_view& text) {
  LabelMap labels;
  while (!text.starts_with('}')) {
    const std::string key(take_until(text, '='));
    auto value = take_quoted(text);
    if (!is_word(key) || !value) return std::nullopt;
    if (!labels.emplace(key, std::move(*value)).second) return std::nullopt;
    if (text.starts_with(',')) text.remove_prefix(1);
  }
  text.remove_prefix(1);
  return labels;
}

std::optional<Series> parse_series(std::string_view line) {
  const std::size_t name_end = std::min(line.find_first_of("{ "), line.size());
  Series series;
  series.name = line.substr(0, name_end);
  line.remove_prefix(name_end);
  if (line.starts_with('{')) {
    line.remove_prefix(1);
    auto labels = take_labels(line);
    if (!labels) return std::nullopt;
    series.labels = std::move(*labels);
  }
  if (!is_word(series.name) || !line.starts_with(' ')) return std::nullopt;
  const auto number = number_in(line.substr(1));
  if (!number) return std::nullopt;
  series.value = *number;
  return series;
}

class Parser {
 public:
  void take(std::string_view line) {
    ++line_;
    if (line.starts_with("# HELP ")) {
      take_help(line.substr(7));
    } else if (line.starts_with("# TYPE ")) {
      take_type(line.substr(7));
    } else {
      take_series(line);
    }
  }

  Exposition result() && { return std::move(exposition_); }

 private:
  void take_help(std::string_view rest) {
    current_ = take_until(rest, ' ');
    if (exposition_.families.contains(current_)) complain("a second family of this name");
    if (rest.empty()) complain("no help");
    exposition_.families[current_].help = rest;
  }

  void take_type(std::string_view rest) {
    if (take_until(rest, ' ') != current_) complain("TYPE without its HELP before it");
    if (rest != "counter" && rest != "gauge" && rest != "histogram") complain("strange type");
    exposition_.families[current_].type = rest;
  }

  void take_series(std::string_view line) {
    auto series = parse_series(line);
    if (!series) {
      complain(fmt::format("cannot read {:?}", line));
      return;
    }
    ParsedFamily& family = exposition_.families[current_];
    if (!belongs(*series, family)) complain(fmt::format("{} is out of its family", series->name));
    if (!seen_.emplace(series->name, series->labels).second) {
      complain(fmt::format("a second {:?}", line));
    }
    family.series.push_back(std::move(*series));
  }

  [[nodiscard]] bool belongs(const Series& series, const ParsedFamily& family) const {
    if (family.type != "histogram") return series.name == current_ && !family.type.empty();
    return series.name == current_ + "_bucket" || series.name == current_ + "_sum" ||
           series.name == current_ + "_count";
  }

  void complain(const std::string& message) {
    exposition_.mistakes.push_back(fmt::format("{}: {}", line_, message));
  }

  Exposition exposition_;
  std::string current_;  ///< the family that the lines belong to
  std::set<std::pair<std::string, LabelMap>> seen_;
  std::size_t line_ = 0;
};

/// `ripcord_x_seconds` for `ripcord_x_seconds_count`.
std::string family_name(const Exposition& exposition, const std::string& series_name) {
  if (exposition.families.contains(series_name)) return series_name;
  return series_name.substr(0, series_name.rfind('_'));
}

}  // namespace

std::vector<Series> Exposition::matching(const std::string& name, const LabelMap& labels) const {
  std::vector<Series> found;
  const auto family = families.find(family_name(*this, name));
  if (family == families.end()) return found;
  for (const Series& series : family->second.series) {
    const bool has_all = std::ranges::includes(series.labels, labels);
    if (series.name == name && has_all) found.push_back(series);
  }
  return found;
}

double Exposition::value(const std::string& name, const LabelMap& labels) const {
  for (const Series& series : matching(name, labels)) {
    if (series.labels == labels) return series.value;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

Exposition parse_exposition(std::string_view text) {
  Parser parser;
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  } else {
    parser.take("the last line has no end");
  }
  for (const std::string_view line : split(text, '\n')) parser.take(line);
  return std::move(parser).result();
}

}  // namespace ripcord::test
