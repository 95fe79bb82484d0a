#pragma once

#include "base/result.hpp"
#include "base/time_zone.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace ripcord::deploy {

/// A stretch of the day on some days of every week, by the local wall clock: `from` belongs to it,
/// `to` does not.
struct WeekRange {
  std::uint8_t days = 0;        ///< on which it begins; bit 0 is Monday, bit 6 Sunday
  std::chrono::minutes from{};  ///< since midnight, in [0, 24h)
  std::chrono::minutes to{};    ///< since the same midnight, in (from, from + 24h)
  std::string text;             ///< as it was written

  friend bool operator==(const WeekRange&, const WeekRange&) = default;
};

/// Local dates from `first` to `last`, both included.
struct DateRange {
  std::chrono::year_month_day first{};
  std::chrono::year_month_day last{};
  std::string text;  ///< as it was written

  friend bool operator==(const DateRange&, const DateRange&) = default;
};

/// Parses `"Mon-Thu 18:00-24:00"`, `"Sat,Sun 00:00-24:00"`, `"Fri 22:00-06:00"` (to Saturday at
/// six), `"Sat-Mon 10:00-12:00"`: days and ranges of days, over the week's end as well, then one
/// range of times, over midnight when it ends before it begins. Fault::malformed with the place and
/// what is expected there.
[[nodiscard]] Result<WeekRange> parse_week_range(std::string_view text);

/// Parses `"2026-12-24..2027-01-02"` and `"2026-12-24"`. Fault::malformed as above.
[[nodiscard]] Result<DateRange> parse_date_range(std::string_view text);

/// Whichever of the two `text` begins like: a digit begins a date.
[[nodiscard]] Result<std::variant<WeekRange, DateRange>> parse_range(std::string_view text);

/// Membership by what the clock on the wall shows. Where a clock is put back, an hour of a range is
/// in it twice; where it is put forward, the hour left out is in none.
[[nodiscard]] bool contains(const WeekRange& range, LocalTime local);
[[nodiscard]] bool contains(const DateRange& range, LocalTime local);

}  // namespace ripcord::deploy
