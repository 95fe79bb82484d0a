#include "net/load_time_zone.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <absl/time/time.h>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace ripcord::net {
namespace {

constexpr std::string_view advice = R"(write a name of the IANA database, such as "Europe/Madrid")";

/// Only what a name of the database is made of: abseil opens paths and takes "localtime" too.
bool is_zone_name(std::string_view name) {
  constexpr std::string_view letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of(letters) == std::string_view::npos && !name.starts_with('/') &&
         name != "localtime";
}

Instant instant_of(absl::Time time) {
  return Instant(Duration(absl::ToUnixMicros(time)));
}

Duration offset_at(const absl::TimeZone& zone, absl::Time time) {
  return std::chrono::seconds(zone.At(time).offset);
}

std::vector<TimeZone::Change> changes_of(const absl::TimeZone& zone) {
  const absl::Time end = absl::FromCivil(absl::CivilYear(2200), absl::UTCTimeZone());
  absl::Time at = absl::UnixEpoch();
  std::vector<TimeZone::Change> changes{{.since = instant_of(at), .offset = offset_at(zone, at)}};
  absl::TimeZone::CivilTransition next;
  while (zone.NextTransition(at, &next)) {
    at = zone.At(next.to).trans;
    if (at >= end) break;
    const Duration offset = offset_at(zone, at);
    // A new abbreviation alone is no change of the local time.
    if (offset == changes.back().offset) continue;
    changes.push_back({.since = instant_of(at), .offset = offset});
  }
  return changes;
}

}  // namespace

Result<TimeZone> load_time_zone(std::string_view name) {
  if (!is_zone_name(name)) {
    return failure(Fault::malformed, fmt::format("{:?} is not the name of a time zone; {}",
                                                 printable(name, 40), advice));
  }
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(std::string(name), &zone)) {
    return failure(Fault::missing, fmt::format("this system has no time zone {:?} (Debian package "
                                               "tzdata); {}",
                                               name, advice));
  }
  return TimeZone(std::string(name), changes_of(zone));
}

}  // namespace ripcord::net
