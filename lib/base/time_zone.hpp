#pragma once

#include "base/time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ripcord {

/// What a wall clock in some zone shows, without saying which zone.
using LocalTime = std::chrono::local_time<Duration>;

/// The rules of one time zone, as a value: no I/O, no clock. net::load_time_zone() makes one of the
/// system's tzdata (ADR 0009).
///
/// It answers in one direction only, from the instant to the local time, which is total: a local
/// time that does not exist is never asked for, and one that occurs twice is two instants.
class TimeZone {
 public:
  /// From `since` on, local time is UTC + `offset`.
  struct Change {
    Instant since;
    Duration offset{};

    friend bool operator==(const Change&, const Change&) = default;
  };

  /// UTC.
  TimeZone();
  /// The first offset holds for all time before, the last one for all time after. Pre: at least
  /// one change, each later than the one before it.
  TimeZone(std::string name, std::vector<Change> changes);

  [[nodiscard]] const std::string& name() const { return name_; }

  /// O(log changes).
  [[nodiscard]] LocalTime local(Instant instant) const;

  /// The first instant after `instant` at which the local time jumps; nothing when it never does.
  [[nodiscard]] std::optional<Instant> next_change(Instant instant) const;

  friend bool operator==(const TimeZone&, const TimeZone&) = default;

 private:
  std::string name_;
  std::vector<Change> changes_;
};

}  // namespace ripcord
