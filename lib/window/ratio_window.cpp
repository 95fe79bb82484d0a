#include "window/ratio_window.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cstddef>

namespace ripcord::window {

RatioWindow::RatioWindow(Duration length) {
  RIPCORD_CONTRACT(length > Duration{});
  const std::int64_t slots = std::min<std::int64_t>(slots_max, length.count());
  width_ = length / slots;
  slots_.resize(static_cast<std::size_t>(slots));
}

void RatioWindow::add(Instant at, double part, double whole) {
  age(at);
  Slot& newest = slot(newest_);
  newest.part += part;
  newest.whole += whole;
  sum_.part += part;
  sum_.whole += whole;
}

void RatioWindow::age(Instant now) {
  const std::int64_t number = now.time_since_epoch() / width_;
  if (number <= newest_) return;
  const auto slots = static_cast<std::int64_t>(slots_.size());
  for (std::int64_t passed = std::max(newest_, number - slots) + 1; passed <= number; ++passed) {
    slot(passed) = {};
  }
  newest_ = number;
  sum_ = {};
  for (const Slot& each : slots_) {
    sum_.part += each.part;
    sum_.whole += each.whole;
  }
}

void RatioWindow::clear() {
  std::ranges::fill(slots_, Slot{});
  sum_ = {};
}

double RatioWindow::ratio() const {
  return sum_.whole > 0 ? std::min(sum_.part / sum_.whole, 1.0) : 0;
}

RatioWindow::Slot& RatioWindow::slot(std::int64_t number) {
  return slots_[static_cast<std::size_t>(number) % slots_.size()];
}

}  // namespace ripcord::window
