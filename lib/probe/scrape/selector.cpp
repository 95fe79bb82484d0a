#include "probe/scrape/selector.hpp"

#include "base/text.hpp"
#include "probe/scrape/sample_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <re2/re2.h>
#include <utility>

namespace ripcord::probe::scrape {
namespace {

constexpr std::size_t excerpt_bytes = 100;

/// For compiling and matching: a pattern that needs more is refused.
constexpr std::int64_t pattern_memory = 1024L * 1024;

std::unique_ptr<re2::RE2> compile(const std::string& pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(pattern_memory);
  options.set_dot_nl(true);
  return std::make_unique<re2::RE2>(pattern, options);
}

std::string_view value_of(std::span<const Label> labels, std::string_view name) {
  const auto found = std::ranges::find(labels, name, &Label::name);
  return found == labels.end() ? std::string_view() : found->value;
}

/// What a backslash and `c` stand for in PromQL; nothing when it is no escape that we know.
std::optional<char> escaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '\\':
    case '"':
    case '\'':
      return c;
    default:
      return std::nullopt;
  }
}

}  // namespace

/// Reads a selector from its beginning to its end.
class Selector::Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Selector> read() {
    Selector selector;
    selector.text_ = text_;
    skip_blanks();
    selector.metric_ = word();
    if (!is_metric_name(selector.metric_)) return wrong("it does not begin with a metric's name");
    skip_blanks();
    if (take("{")) {
      for (skip_blanks(); !take("}"); skip_blanks()) {
        auto matcher = read_matcher();
        if (!matcher) return std::unexpected(std::move(matcher).error());
        selector.matchers_.push_back(*std::move(matcher));
        skip_blanks();
        if (!take(",") && !text_.substr(at_).starts_with('}')) {
          return wrong(R"("," or "}" is missing)");
        }
      }
    }
    skip_blanks();
    if (at_ < text_.size()) return wrong("there is more after its end");
    return selector;
  }

 private:
  Result<Matcher> read_matcher() {
    Matcher matcher;
    matcher.label = word();
    if (!is_label_name(matcher.label)) return wrong("a label's name is missing");
    if (matcher.label == "__name__") return wrong("the name stands before the \"{\"");
    skip_blanks();
    const auto sign = read_sign();
    if (!sign) return wrong(R"("=", "!=", "=~" or "!~" is missing)");
    matcher.sign = *sign;
    skip_blanks();
    auto value = read_value();
    if (!value) return std::unexpected(std::move(value).error());
    matcher.value = *std::move(value);
    if (*sign == Sign::equal || *sign == Sign::not_equal) return matcher;
    matcher.pattern = compile(matcher.value);
    if (!matcher.pattern->ok()) {
      return wrong(fmt::format("\"{}\" is not a pattern: {}",
                               printable(matcher.value, excerpt_bytes),
                               printable(matcher.pattern->error(), excerpt_bytes)));
    }
    return matcher;
  }

  std::optional<Sign> read_sign() {
    if (take("=~")) return Sign::like;
    if (take("!~")) return Sign::not_like;
    if (take("!=")) return Sign::not_equal;
    if (take("=")) return Sign::equal;
    return std::nullopt;
  }

  Result<std::string> read_value() {
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '"' && quote != '\'' && quote != '`') return wrong("a value is not in quotes");
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      char c = text_[at_];
      if (c == '\\' && quote != '`') {
        ++at_;
        const auto meant = at_ < text_.size() ? escaped(text_[at_]) : std::nullopt;
        if (!meant) return wrong(R"(a backslash is written "\\")");
        c = *meant;
      }
      value.push_back(c);
    }
    if (at_ == text_.size()) return wrong("a value has no end");
    ++at_;
    return value;
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }

  std::string word() {
    constexpr std::string_view ends = " \t{}=!~,\"'`";
    const std::size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    return std::string(text_.substr(std::exchange(at_, end), end - at_));
  }

  [[nodiscard]] std::unexpected<Error> wrong(std::string_view what) const {
    return failure(Fault::malformed,
                   fmt::format(R"("{}" is not a selector such as name{{label="x"}}: {})",
                               printable(text_, excerpt_bytes), what));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool Selector::Matcher::takes(std::string_view text) const {
  switch (sign) {
    case Sign::equal:
      return text == value;
    case Sign::not_equal:
      return text != value;
    case Sign::like:
      return RE2::FullMatch(text, *pattern);
    case Sign::not_like:
      return !RE2::FullMatch(text, *pattern);
  }
  return false;
}

Selector::Selector() = default;
Selector::Selector(Selector&&) noexcept = default;
Selector& Selector::operator=(Selector&&) noexcept = default;
Selector::~Selector() = default;

Result<Selector> Selector::parse(std::string_view text) {
  return Reader(text).read();
}

bool Selector::matches(std::span<const Label> labels) const {
  return std::ranges::all_of(matchers_, [labels](const Matcher& matcher) {
    return matcher.takes(value_of(labels, matcher.label));
  });
}

bool Selector::knows(std::span<const Label> labels) const {
  return std::ranges::all_of(matchers_, [labels](const Matcher& matcher) {
    return matcher.takes("") ||
           std::ranges::find(labels, matcher.label, &Label::name) != labels.end();
  });
}

bool Selector::asks_for(std::string_view label) const {
  return std::ranges::find(matchers_, label, &Matcher::label) != matchers_.end();
}

}  // namespace ripcord::probe::scrape
