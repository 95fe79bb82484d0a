#include "deploy/gate/week_range.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace ripcord::deploy {
namespace {

using namespace std::chrono_literals;
using std::chrono::minutes;

constexpr std::array<std::string_view, 7> day_names{"Mon", "Tue", "Wed", "Thu",
                                                    "Fri", "Sat", "Sun"};

/// Reads a text from left to right and knows where it stands.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool is_done() const { return at_ == text_.size(); }
  [[nodiscard]] std::size_t place() const { return at_; }

  bool take(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  /// Everything up to one of `ends`.
  std::string_view take_until(std::string_view ends) {
    const std::size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    at_ = end;
    return word;
  }

  /// `"Mon 18:00-25:00", character 11: "25:00" is no time; …`, counted from 1.
  [[nodiscard]] std::unexpected<Error> mistake(std::size_t place, std::string_view what) const {
    return failure(Fault::malformed,
                   fmt::format("{:?}, character {}: {}", printable(text_, 80), place + 1, what));
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::string shown(std::string_view word) {
  return word.empty() ? "nothing" : fmt::format("{:?}", printable(word, 40));
}

/// The two digits at `text[at]`.
std::optional<int> two_digits(std::string_view text, std::size_t at) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (at + 2 > text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) return std::nullopt;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

/// 0 for Monday.
Result<unsigned> take_day(Reader& reader) {
  const std::size_t place = reader.place();
  const std::string_view word = reader.take_until(" ,-");
  const auto* day = std::ranges::find(day_names, word);
  if (day == day_names.end()) {
    return reader.mistake(
        place, fmt::format("{} is no day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun", shown(word)));
  }
  return static_cast<unsigned>(day - day_names.begin());
}

/// `"Mon"`, `"Mon-Thu"`: the bits of its days.
Result<std::uint8_t> take_day_range(Reader& reader) {
  const auto first = take_day(reader);
  if (!first) return std::unexpected(first.error());
  if (!reader.take("-")) return static_cast<std::uint8_t>(1U << *first);

  const std::size_t place = reader.place();
  const auto last = take_day(reader);
  if (!last) return std::unexpected(last.error());
  if (*last == *first) {
    return reader.mistake(place, fmt::format("the range ends on the day on which it begins; write "
                                             "{0} for one day or Mon-Sun for all",
                                             day_names.at(*first)));
  }
  unsigned bits = 1U << *last;
  for (unsigned day = *first; day != *last; day = (day + 1) % 7) bits |= 1U << day;
  return static_cast<std::uint8_t>(bits);
}

Result<std::uint8_t> take_days(Reader& reader) {
  unsigned bits = 0;
  do {
    const auto some = take_day_range(reader);
    if (!some) return some;
    bits |= *some;
  } while (reader.take(","));
  return static_cast<std::uint8_t>(bits);
}

/// `"18:00"`, to `"24:00"`.
Result<minutes> take_time(Reader& reader) {
  const std::size_t place = reader.place();
  const std::string_view word = reader.take_until("- ");
  const auto hour = two_digits(word, 0);
  const auto minute = two_digits(word, 3);
  const bool is_time = word.size() == 5 && word[2] == ':' && hour && minute && *minute < 60;
  if (!is_time || *hour * 60 + *minute > 24 * 60) {
    return reader.mistake(place,
                          fmt::format("{} is no time of day; write 00:00 to 24:00", shown(word)));
  }
  return minutes(*hour * 60 + *minute);
}

Result<WeekRange> take_times(Reader& reader, WeekRange range) {
  const std::size_t from_place = reader.place();
  const auto from = take_time(reader);
  if (!from) return std::unexpected(from.error());
  if (*from == 24h) return reader.mistake(from_place, "a range cannot begin at 24:00; write 00:00");
  if (!reader.take("-")) return reader.mistake(reader.place(), "a \"-\" is expected");

  const std::size_t to_place = reader.place();
  const auto to = take_time(reader);
  if (!to) return std::unexpected(to.error());
  if (*to == *from) {
    return reader.mistake(to_place,
                          "the range ends when it begins; write 00:00-24:00 for a whole day");
  }
  range.from = *from;
  range.to = *to > *from ? *to : *to + 24h;
  return range;
}

/// `"2026-12-24"`.
Result<std::chrono::year_month_day> take_date(Reader& reader) {
  const std::size_t place = reader.place();
  const std::string_view word = reader.take_until(".");
  const auto century = two_digits(word, 0);
  const auto year = two_digits(word, 2);
  const auto month = two_digits(word, 5);
  const auto day = two_digits(word, 8);
  if (word.size() == 10 && word[4] == '-' && word[7] == '-' && century && year && month && day) {
    const std::chrono::year_month_day date(std::chrono::year(*century * 100 + *year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (date.ok()) return date;
  }
  return reader.mistake(place, fmt::format("{} is no date; write 2026-12-24", shown(word)));
}

}  // namespace

Result<WeekRange> parse_week_range(std::string_view text) {
  Reader reader(text);
  const auto days = take_days(reader);
  if (!days) return std::unexpected(days.error());
  if (!reader.take(" ")) {
    return reader.mistake(reader.place(),
                          "a blank and the times are expected: Mon-Thu 18:00-24:00");
  }
  auto range = take_times(reader, {.days = *days, .from = {}, .to = {}, .text = std::string(text)});
  if (range && !reader.is_done()) {
    return reader.mistake(reader.place(), "nothing more is expected; write one range of times");
  }
  return range;
}

Result<DateRange> parse_date_range(std::string_view text) {
  Reader reader(text);
  const auto first = take_date(reader);
  if (!first) return std::unexpected(first.error());
  if (reader.is_done()) return DateRange{*first, *first, std::string(text)};
  if (!reader.take("..")) return reader.mistake(reader.place(), "\"..\" and a date are expected");

  const std::size_t place = reader.place();
  const auto last = take_date(reader);
  if (!last) return std::unexpected(last.error());
  if (!reader.is_done()) return reader.mistake(reader.place(), "nothing more is expected");
  if (*last < *first) return reader.mistake(place, "the range ends before it begins");
  return DateRange{*first, *last, std::string(text)};
}

Result<std::variant<WeekRange, DateRange>> parse_range(std::string_view text) {
  const bool is_date = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (is_date) return parse_date_range(text);
  return parse_week_range(text);
}

bool contains(const WeekRange& range, LocalTime local) {
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const Duration time = local - day;
  const unsigned today = std::chrono::weekday(day).iso_encoding() - 1;
  const auto begins_on = [&](unsigned weekday) { return ((range.days >> weekday) & 1U) != 0; };
  if (begins_on(today) && time >= range.from && time < range.to) return true;
  return begins_on((today + 6) % 7) && time + 24h < range.to;
}

bool contains(const DateRange& range, LocalTime local) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(local));
  return range.first <= day && day <= range.last;
}

}  // namespace ripcord::deploy
