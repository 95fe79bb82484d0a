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
    case Condition::met:
      break;
  }
  if (!since_ || from - last_ > stale_after_) {
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

}  // namespace ripcord::window
