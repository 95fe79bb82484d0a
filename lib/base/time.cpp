#include "base/time.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

namespace ripcord {
namespace {

using namespace std::chrono_literals;

struct Unit {
  std::string_view name;
  Duration length;
};

constexpr std::array<Unit, 6> units{
    {{"d", 24h}, {"h", 1h}, {"m", 1min}, {"s", 1s}, {"ms", 1ms}, {"us", 1us}}};

constexpr Duration duration_max = std::chrono::years(100);

std::unexpected<Error> not_a_duration(std::string_view text, std::string_view why) {
  return failure(Fault::malformed,
                 fmt::format(R"({:?} is not a duration ({}); write "5s", "1m30s" or "250ms")",
                             printable(text, 40), why));
}

/// Takes a number off the front of `text`.
std::optional<double> take_number(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  // "5." is no number, and one with hundreds of digits is longer than any duration anyway.
  if (error != std::errc() || *(end - 1) == '.') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// Takes a unit off the front of `text`: letters up to the next digit. Only units from the index
/// `from` on: the parts of a duration go from large to small.
std::optional<std::size_t> take_unit(std::string_view& text, std::size_t from) {
  const std::size_t letters = std::min(text.find_first_of("0123456789."), text.size());
  for (std::size_t i = from; i < units.size(); ++i) {
    if (units[i].name == text.substr(0, letters)) {
      text.remove_prefix(letters);
      return i;
    }
  }
  return std::nullopt;
}

struct CivilTime {
  std::chrono::year_month_day day{};
  std::chrono::hh_mm_ss<Duration> time;
};

CivilTime civil(Instant instant) {
  const std::chrono::sys_time<Duration> wall(instant.time_since_epoch());
  const auto day = std::chrono::floor<std::chrono::days>(wall);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss<Duration>(wall - day)};
}

std::string date_and_time(const CivilTime& at) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(at.day.year()),
                     static_cast<unsigned>(at.day.month()), static_cast<unsigned>(at.day.day()),
                     at.time.hours().count(), at.time.minutes().count(), at.time.seconds().count());
}

/// The fixed-width number at `text[at, at + width)`; nothing unless all of it is digits.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(at, width)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

/// `Z`, `+hh:mm` or `-hh:mm`.
std::optional<Duration> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return Duration{};
  const auto hours = digits(text, 1, 2);
  const auto minutes = digits(text, 4, 2);
  if (text.size() != 6 || text[3] != ':' || !hours || !minutes) return std::nullopt;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  if (*hours > 23 || *minutes > 59) return std::nullopt;
  const Duration offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return text[0] == '+' ? offset : -offset;
}

/// `.250` at the front of `text`, taken off; zero when there is none.
std::optional<Duration> take_fraction(std::string_view& text) {
  if (text.empty() || text.front() != '.') return Duration{};
  const std::size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
  const std::string_view shown = text.substr(1, end - 1);
  if (shown.empty()) return std::nullopt;
  Duration fraction{};
  Duration place = 100ms;
  for (const char c : shown.substr(0, 6)) {
    fraction += place * (c - '0');
    place /= 10;
  }
  text.remove_prefix(end);
  return fraction;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00";
  if (text.size() <= shape.size() || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
      text[16] != ':' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) {
    return std::nullopt;
  }
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;

  std::string_view rest = text.substr(shape.size());
  const auto fraction = take_fraction(rest);
  if (!fraction) return std::nullopt;
  const auto offset = parse_offset(rest);
  if (!offset) return std::nullopt;
  const Duration since_epoch = std::chrono::sys_days(date).time_since_epoch();
  return Instant{} + since_epoch + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + *fraction - *offset;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration{};
  if (text.empty()) return not_a_duration(text, "it is empty");

  std::string_view rest = text;
  std::size_t unit_min = 0;
  double microseconds = 0;
  bool had_fraction = false;
  while (!rest.empty()) {
    if (had_fraction) return not_a_duration(text, "only the last part may have a fraction");
    const std::string_view before = rest;
    const auto number = take_number(rest);
    if (!number) return not_a_duration(text, "a number is expected");
    had_fraction = before.substr(0, before.size() - rest.size()).contains('.');
    const auto unit = take_unit(rest, unit_min);
    if (!unit) {
      return not_a_duration(text, "units are d, h, m, s, ms, us, largest first, each once");
    }
    unit_min = *unit + 1;
    microseconds += *number * static_cast<double>(units[*unit].length.count());
    if (microseconds > static_cast<double>(duration_max.count())) {
      return not_a_duration(text, "it is longer than 100 years");
    }
  }
  return Duration(std::llround(microseconds));
}

std::string to_string(Duration duration) {
  if (duration == Duration{}) return "0s";
  std::string text = duration < Duration{} ? "-" : "";
  Duration rest = duration < Duration{} ? -duration : duration;
  for (const Unit& unit : units) {
    const auto count = rest / unit.length;
    if (count == 0) continue;
    text += fmt::format("{}{}", count, unit.name);
    rest -= count * unit.length;
  }
  return text;
}

std::string for_people(Duration duration) {
  if (duration < Duration{}) return "-" + for_people(-duration);
  if (duration == Duration{}) return "0s";
  if (duration < 1ms) return fmt::format("{}us", duration.count());
  // What would round up to the next unit is written in it: 999.7ms is "1s".
  const double seconds = std::chrono::duration<double>(duration).count();
  if (duration < 9950us) return fmt::format("{}ms", std::round(seconds * 1e4) / 10);
  if (duration < 999500us) return fmt::format("{}ms", std::round(seconds * 1e3));
  if (duration < 10s) return fmt::format("{}s", std::round(seconds * 10) / 10);

  const auto whole = std::chrono::round<std::chrono::seconds>(duration);
  for (std::size_t i = 0; i + 1 < units.size(); ++i) {
    const Unit& large = units[i];
    const Unit& small = units[i + 1];
    if (whole < large.length || large.length < 1min) continue;
    const auto many = whole / large.length;
    const auto few = (whole % large.length) / small.length;
    return few == 0 ? fmt::format("{}{}", many, large.name)
                    : fmt::format("{}{} {}{}", many, large.name, few, small.name);
  }
  return fmt::format("{}s", whole.count());
}

std::string to_rfc3339(Instant instant) {
  return date_and_time(civil(instant)) + "Z";
}

std::string to_rfc3339_ms(Instant instant) {
  const CivilTime at = civil(instant);
  return fmt::format("{}.{:03}Z", date_and_time(at), at.time.subseconds().count() / 1000);
}

Result<Instant> parse_instant(std::string_view text) {
  if (const auto instant = parse_rfc3339(text)) return *instant;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t year_3000 = 32'503'680'000;
  if (error == std::errc() && end == text.data() + text.size() && seconds >= 0 &&
      seconds < year_3000 && !text.empty()) {
    return Instant{} + std::chrono::seconds(seconds);
  }
  return failure(Fault::malformed,
                 fmt::format("{:?} is not a time; write \"2026-11-22T19:03:12Z\" or seconds since "
                             "1970",
                             printable(text, 40)));
}

}  // namespace ripcord
