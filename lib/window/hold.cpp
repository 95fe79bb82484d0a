#include "window/hold.hpp"

namespace ripcord::window {

void Hold::observe(Condition condition, Instant from, Instant now) {
  switch (condition) {
    case Condition::undecided:
      gap_ = true;
      return;
    case Condition::not_met:
      clear();
      return;
    case Condition::unchanged:
      if (is_over(from)) clear();
      last_ = now;
      gap_ = true;
      return;
    case Condition::met:
      break;
  }
  if (is_over(from)) {
    since_ = now;
    held_ = Duration{};
  } else if (!gap_) {
    held_ += now - last_;
  }
  last_ = now;
  gap_ = false;
}

void Hold::clear() {
  since_.reset();
  held_ = Duration{};
  gap_ = false;
}

std::optional<Duration> Hold::held(Instant now) const {
  if (!since_ || now - last_ > silence_max_) return std::nullopt;
  return held_;
}

std::optional<Instant> Hold::since() const {
  return since_;
}

std::optional<Instant> Hold::last() const {
  return since_ ? std::optional(last_) : std::nullopt;
}

std::optional<Instant> Hold::expires_at() const {
  if (!since_) return std::nullopt;
  return last_ + silence_max_ + Duration(1);
}

bool Hold::is_over(Instant from) const {
  return !since_ || from - last_ > stale_after_;
}

}  // namespace ripcord::window
