#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ripcord {

/// For a while receivers are not told what the triggers of a service find, because somebody works
/// on it. Everything is recorded and acted on as ever, and what is critical is told all the same.
struct Silence {
  std::int64_t number = 0;  ///< names it, from 1
  std::string service;
  std::string trigger;  ///< only this one; empty: every one
  Instant from;
  Instant until;
  std::string reason;
  std::string by;
  std::optional<Instant> ended_at = std::nullopt;  ///< a person has ended it early

  friend bool operator==(const Silence&, const Silence&) = default;
};

[[nodiscard]] inline bool is_in_force(const Silence& silence, Instant now) {
  return !silence.ended_at && silence.from <= now && now < silence.until;
}

/// Whether it is about this trigger (empty: about something of the service that is no trigger's).
[[nodiscard]] inline bool covers(const Silence& silence, std::string_view service,
                                 std::string_view trigger) {
  return silence.service == service && (silence.trigger.empty() || silence.trigger == trigger);
}

}  // namespace ripcord
