#include "probe/scrape/sample_line.hpp"

#include "base/text.hpp"
#include "probe/number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>
#include <utility>

namespace ripcord::probe::scrape {
namespace {

constexpr std::size_t excerpt_bytes = 40;

/// Beyond these a timestamp does not fit into an Instant.
constexpr std::int64_t milliseconds_max = 9'000'000'000'000'000;
constexpr double seconds_max = 9e12;

enum Letter : std::uint8_t { none = 0, first_of_label = 1, first_of_metric = 2, digit = 4 };

constexpr std::array<std::uint8_t, 256> make_letters() {
  std::array<std::uint8_t, 256> letters{};
  for (unsigned c = 'a'; c <= 'z'; ++c) letters.at(c) = first_of_label | first_of_metric;
  for (unsigned c = 'A'; c <= 'Z'; ++c) letters.at(c) = first_of_label | first_of_metric;
  for (unsigned c = '0'; c <= '9'; ++c) letters.at(c) = digit;
  letters['_'] = first_of_label | first_of_metric;
  letters[':'] = first_of_metric;
  return letters;
}

constexpr std::array<std::uint8_t, 256> letters = make_letters();

bool is_one_of(char c, unsigned kinds) {
  return (letters[static_cast<unsigned char>(c)] & kinds) != 0;
}

/// How many bytes from `at` on belong to a name.
std::size_t name_length(std::string_view text, std::size_t at, unsigned first) {
  if (at == text.size() || !is_one_of(text[at], first)) return 0;
  std::size_t end = at + 1;
  while (end < text.size() && is_one_of(text[end], first | digit)) ++end;
  return end - at;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"", printable(text, excerpt_bytes));
}

std::optional<Instant> milliseconds(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || read != end || std::abs(number) > milliseconds_max) return {};
  return Instant(std::chrono::milliseconds(number));
}

std::optional<Instant> seconds(std::string_view text) {
  const auto number = parse_number(text);
  if (!number || !std::isfinite(*number) || std::abs(*number) > seconds_max) return {};
  return Instant(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*number)));
}

}  // namespace

bool is_metric_name(std::string_view text) {
  return !text.empty() && name_length(text, 0, first_of_metric) == text.size();
}

bool is_label_name(std::string_view text) {
  return !text.empty() && name_length(text, 0, first_of_label) == text.size();
}

bool SampleLine::read(std::size_t labels_max, SeriesSample& sample) {
  sample.name = name(false);
  if (sample.name.empty()) return fail(fmt::format("{} begins no sample", quoted(line_)));
  const bool is_apart = is_at_end() || is_blank(line_[at_]) || is_at('{');
  if (!is_apart) return fail(fmt::format("{} is not the name of a metric", quoted(word())));
  skip_blanks();
  labels_.clear();
  unescaped_.clear();
  if (is_at('{') && !read_labels(labels_max)) return false;
  sample.labels = labels_;
  skip_blanks();
  const std::string_view number = word();
  if (number.empty()) return fail(fmt::format("{} has no value", quoted(sample.name)));
  const auto value = parse_number(number);
  if (!value) return fail(fmt::format("the value {} is not a number", quoted(number)));
  sample.number = *value;
  skip_blanks();
  if (is_at_end()) return true;
  if (!is_at('#') && !read_time(sample)) return false;
  if (format_ == Format::openmetrics && is_at('#') && !read_exemplar()) return false;
  return is_at_end() || fail(fmt::format("{} follows the sample", quoted(line_.substr(at_))));
}

bool SampleLine::read_labels(std::size_t labels_max) {
  ++at_;
  for (skip_blanks(); !is_at('}'); skip_blanks()) {
    if (labels_.size() == labels_max) {
      is_too_much_ = true;
      return fail(fmt::format("more than {} labels", labels_max));
    }
    if (!read_label()) return false;
    skip_blanks();
    if (is_at(',')) {
      ++at_;
    } else if (!is_at('}')) {
      return fail("the labels have no end");
    }
  }
  ++at_;
  return true;
}

bool SampleLine::read_label() {
  const std::string_view label = name(true);
  if (label.empty()) {
    return fail(is_at_end() ? "the labels have no end"
                            : fmt::format("{} is not a label", quoted(line_.substr(at_))));
  }
  skip_blanks();
  if (!is_at('=')) return fail(fmt::format("no \"=\" after the label {}", quoted(label)));
  ++at_;
  skip_blanks();
  if (!is_at('"')) {
    return fail(fmt::format("the value of the label {} is not in quotes", quoted(label)));
  }
  ++at_;
  std::string_view value;
  if (!read_label_value(value)) {
    return fail(fmt::format("the value of the label {} has no end", quoted(label)));
  }
  const bool is_twice = std::ranges::find(labels_, label, &Label::name) != labels_.end();
  if (is_twice) return fail(fmt::format("the label {} is there twice", quoted(label)));
  labels_.push_back({.name = label, .value = value});
  return true;
}

bool SampleLine::read_label_value(std::string_view& value) {
  const std::size_t begin = at_;
  for (; at_ < line_.size(); ++at_) {
    const char c = line_[at_];
    if (c == '\\') return read_escaped(begin, value);
    if (c == '"') {
      value = line_.substr(begin, at_ - begin);
      ++at_;
      return true;
    }
  }
  return false;
}

/// Like Prometheus: a backslash before anything else stands for itself.
bool SampleLine::read_escaped(std::size_t begin, std::string_view& value) {
  // Never moves while the line is read: what is unescaped is no longer than the line.
  if (unescaped_.empty()) unescaped_.reserve(line_.size());
  const std::size_t start = unescaped_.size();
  unescaped_.append(line_.substr(begin, at_ - begin));
  for (; at_ < line_.size() && line_[at_] != '"'; ++at_) {
    if (line_[at_] != '\\') {
      unescaped_.push_back(line_[at_]);
      continue;
    }
    if (++at_ == line_.size()) return false;
    const char c = line_[at_];
    if (c != 'n' && c != '"' && c != '\\') unescaped_.push_back('\\');
    unescaped_.push_back(c == 'n' ? '\n' : c);
  }
  if (is_at_end()) return false;
  ++at_;
  value = std::string_view(unescaped_).substr(start);
  return true;
}

bool SampleLine::read_time(SeriesSample& sample) {
  const std::string_view time = word();
  sample.at = format_ == Format::text ? milliseconds(time) : seconds(time);
  if (!sample.at) return fail(fmt::format("the timestamp {} is not a time", quoted(time)));
  skip_blanks();
  return true;
}

/// `# {labels} number [timestamp]`; nobody here needs it.
bool SampleLine::read_exemplar() {
  bool is_in_quotes = false;
  for (++at_; at_ < line_.size(); ++at_) {
    const char c = line_[at_];
    if (c == '\\' && is_in_quotes) ++at_;
    if (c == '"') is_in_quotes = !is_in_quotes;
  }
  at_ = line_.size();
  return !is_in_quotes || fail("the exemplar has no end");
}

bool SampleLine::fail(std::string what) {
  wrong_ = std::move(what);
  return false;
}

void SampleLine::skip_blanks() {
  while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
}

std::string_view SampleLine::word() {
  const std::size_t begin = at_;
  while (at_ < line_.size() && !is_blank(line_[at_])) ++at_;
  return line_.substr(begin, at_ - begin);
}

std::string_view SampleLine::name(bool is_label) {
  const std::size_t length = name_length(line_, at_, is_label ? first_of_label : first_of_metric);
  const std::string_view found = line_.substr(at_, length);
  at_ += length;
  return found;
}

}  // namespace ripcord::probe::scrape
