#include "base/time_zone.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace ripcord {

TimeZone::TimeZone() : TimeZone("UTC", {{.since = Instant{}, .offset = Duration{}}}) {}

TimeZone::TimeZone(std::string name, std::vector<Change> changes)
    : name_(std::move(name)), changes_(std::move(changes)) {
  RIPCORD_CONTRACT(!changes_.empty());
  RIPCORD_CONTRACT(std::ranges::adjacent_find(changes_, std::greater_equal{}, &Change::since) ==
                   changes_.end());
}

LocalTime TimeZone::local(Instant instant) const {
  const auto after = std::ranges::upper_bound(changes_, instant, {}, &Change::since);
  const Change& holds = after == changes_.begin() ? changes_.front() : *std::prev(after);
  return LocalTime(instant.time_since_epoch() + holds.offset);
}

std::optional<Instant> TimeZone::next_change(Instant instant) const {
  // The first one is where our knowledge begins, not a jump.
  const auto next = std::ranges::upper_bound(std::next(changes_.begin()), changes_.end(), instant,
                                             {}, &Change::since);
  if (next == changes_.end()) return std::nullopt;
  return next->since;
}

}  // namespace ripcord
