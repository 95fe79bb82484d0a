#include "probe/scrape/exposition.hpp"

#include "base/text.hpp"
#include "probe/scrape/sample_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ripcord::probe::scrape {
namespace {

constexpr std::size_t excerpt_bytes = 40;
constexpr std::size_t shown_bytes = 200;

struct TypeWord {
  std::string_view word;
  MetricType type;
};

constexpr std::array<TypeWord, 9> type_words{{
    {"counter", MetricType::counter},
    {"gauge", MetricType::gauge},
    {"histogram", MetricType::histogram},
    {"summary", MetricType::summary},
    {"untyped", MetricType::unknown},
    {"unknown", MetricType::unknown},
    {"gaugehistogram", MetricType::gauge_histogram},
    {"info", MetricType::info},
    {"stateset", MetricType::state_set},
}};

/// A series that a type has besides the one with the family's own name.
struct Member {
  MetricType type;
  std::string_view suffix;
  SeriesKind kind;
};

constexpr std::array<Member, 13> members{{
    {MetricType::counter, "_total", SeriesKind::counter},
    {MetricType::counter, "_created", SeriesKind::gauge},
    {MetricType::histogram, "_bucket", SeriesKind::counter},
    {MetricType::histogram, "_count", SeriesKind::counter},
    {MetricType::histogram, "_sum", SeriesKind::counter},
    {MetricType::histogram, "_created", SeriesKind::gauge},
    {MetricType::summary, "_count", SeriesKind::counter},
    {MetricType::summary, "_sum", SeriesKind::counter},
    {MetricType::summary, "_created", SeriesKind::gauge},
    {MetricType::gauge_histogram, "_bucket", SeriesKind::gauge},
    {MetricType::gauge_histogram, "_gcount", SeriesKind::gauge},
    {MetricType::gauge_histogram, "_gsum", SeriesKind::gauge},
    {MetricType::info, "_info", SeriesKind::gauge},
}};

SeriesKind kind_of(MetricType type) {
  if (type == MetricType::unknown) return SeriesKind::unknown;
  return type == MetricType::counter ? SeriesKind::counter : SeriesKind::gauge;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The first word of `text`, which is taken off it with the blanks behind it.
std::string_view take_word(std::string_view& text) {
  const auto end = static_cast<std::size_t>(std::ranges::find_if(text, is_blank) - text.begin());
  const std::string_view word = text.substr(0, end);
  text = without_blanks(text.substr(end));
  return word;
}

}  // namespace

std::optional<SeriesKind> Family::kind_of(std::string_view series) const {
  if (!series.starts_with(name)) return std::nullopt;
  const std::string_view suffix = series.substr(name.size());
  if (suffix.empty()) return scrape::kind_of(type);
  const auto* member = std::ranges::find_if(members, [&](const Member& candidate) {
    return candidate.type == type && candidate.suffix == suffix;
  });
  if (member == members.end()) return std::nullopt;
  return member->kind;
}

ExpositionParser::ExpositionParser(Format format, ExpositionSink& sink, ExpositionLimits limits)
    : format_(format), sink_(sink), limits_(limits) {}

Result<void> ExpositionParser::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (begun_.size() + piece.size() > limits_.line_bytes) {
      ++lines_;
      return wrong(Fault::too_large, fmt::format("is longer than {} bytes", limits_.line_bytes));
    }
    if (end == std::string_view::npos) {
      begun_.append(piece);
      return {};
    }
    bytes.remove_prefix(end + 1);
    if (begun_.empty()) {
      if (auto read = read_line(piece); !read) return read;
      continue;
    }
    begun_.append(piece);
    auto read = read_line(begun_);
    begun_.clear();
    if (!read) return read;
  }
  return {};
}

Result<void> ExpositionParser::finish(bool is_whole) {
  if (!begun_.empty() && !is_whole) {
    ++lines_;
    return wrong(Fault::malformed, "the exposition ends in the middle of a line");
  }
  if (!begun_.empty()) {
    auto read = read_line(std::exchange(begun_, {}));
    if (!read) return read;
  }
  if (format_ == Format::openmetrics && !has_ended_) {
    return failure(
        Fault::malformed,
        fmt::format("the exposition was cut off: no \"# EOF\" after {}", plural(lines_, "line")));
  }
  return {};
}

Result<void> ExpositionParser::read_line(std::string_view line) {
  ++lines_;
  if (has_ended_) return wrong(Fault::malformed, "there is more after \"# EOF\"");
  if (format_ == Format::openmetrics && line == "# EOF") {
    has_ended_ = true;
    return {};
  }
  line = without_blanks(line);
  if (line.empty()) return {};
  return line.front() == '#' ? read_comment(line) : read_sample(line);
}

Result<void> ExpositionParser::read_comment(std::string_view line) {
  std::string_view rest = line.substr(1);
  if (rest.empty() || !is_blank(rest.front())) return {};
  rest = without_blanks(rest);
  if (take_word(rest) != "TYPE") return {};
  return read_type(rest);
}

Result<void> ExpositionParser::read_type(std::string_view rest) {
  const std::string_view name = take_word(rest);
  if (!is_metric_name(name)) {
    return wrong(Fault::malformed,
                 fmt::format("\"{}\" is not the name of a metric", printable(name, excerpt_bytes)));
  }
  const auto* found = std::ranges::find(type_words, rest, &TypeWord::word);
  if (found == type_words.end()) {
    return wrong(Fault::malformed,
                 fmt::format("\"{}\" is no type of a metric", printable(rest, excerpt_bytes)));
  }
  family_name_ = name;
  family_type_ = found->type;
  sink_.declared({.name = family_name_, .type = family_type_});
  return {};
}

Result<void> ExpositionParser::read_sample(std::string_view line) {
  if (series_ == limits_.series) {
    return wrong(Fault::too_large, fmt::format("there are more than {} series", limits_.series));
  }
  SampleLine reader(line, format_, labels_, unescaped_);
  SeriesSample sample;
  if (!reader.read(limits_.labels, sample)) {
    return wrong(reader.is_too_much() ? Fault::too_large : Fault::malformed, reader.wrong());
  }
  const Family family{.name = family_name_, .type = family_type_};
  sample.kind = family.kind_of(sample.name).value_or(SeriesKind::unknown);
  ++series_;
  sink_.sampled(sample);
  return {};
}

Result<void> ExpositionParser::wrong(Fault fault, std::string_view what) const {
  return failure(fault, fmt::format("line {}: {}", lines_, what));
}

std::string to_string(const SeriesSample& sample) {
  std::string text(sample.name);
  for (std::size_t i = 0; i < sample.labels.size(); ++i) {
    text += fmt::format("{}{}=\"{}\"", i == 0 ? "{" : ",", sample.labels[i].name,
                        sample.labels[i].value);
  }
  if (!sample.labels.empty()) text += "}";
  return printable(text, shown_bytes);
}

}  // namespace ripcord::probe::scrape
