#include "window/streak.hpp"

#include <limits>

namespace ripcord::window {

void Streak::take(const Sample& sample) {
  if (sample.outcome == Outcome::unknown) return;
  const bool gap = freshness_.take(sample);
  if (sample.outcome == Outcome::good) {
    length_ = 0;
    return;
  }
  if (gap) length_ = 0;
  if (length_ == 0) since_ = sample.taken_at;
  if (length_ < std::numeric_limits<std::uint32_t>::max()) ++length_;
}

void Streak::clear() {
  freshness_.clear();
  length_ = 0;
}

std::uint32_t Streak::length(Instant now) const {
  return is_stale(now) ? 0 : length_;
}

std::optional<Instant> Streak::since() const {
  return length_ == 0 ? std::nullopt : std::optional(since_);
}

}  // namespace ripcord::window
