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
  const Slot added{.part = part, .whole = whole};
  slot(newest_) += added;
  since_ += added;
  sum_ += added;
}

void RatioWindow::age(Instant now) {
  const std::int64_t number = now.time_since_epoch() / width_;
  if (number <= newest_) return;
  const auto slots = static_cast<std::int64_t>(slots_.size());
  // What has aged out makes room. All that are left may have come since they were added up.
  if (number - slots >= added_up_) add_up();
  for (std::int64_t passed = std::max(newest_, number - slots) + 1; passed <= number; ++passed) {
    slot(passed) = {};
  }
  newest_ = number;
  const std::int64_t oldest = number - slots + 1;
  sum_ = since_;
  if (oldest <= added_up_) sum_ += slot(oldest);
}

void RatioWindow::add_up() {
  const auto slots = static_cast<std::int64_t>(slots_.size());
  for (std::int64_t i = newest_ - 1; i > newest_ - slots; --i) slot(i) += slot(i + 1);
  added_up_ = newest_;
  since_ = {};
}

void RatioWindow::clear() {
  std::ranges::fill(slots_, Slot{});
  since_ = {};
  sum_ = {};
}

RatioWindow::Slot& RatioWindow::Slot::operator+=(const Slot& other) {
  part += other.part;
  whole += other.whole;
  return *this;
}

double RatioWindow::ratio() const {
  return sum_.whole > 0 ? std::min(sum_.part / sum_.whole, 1.0) : 0;
}

RatioWindow::Slot& RatioWindow::slot(std::int64_t number) {
  const auto slots = static_cast<std::int64_t>(slots_.size());
  const std::int64_t place = number % slots;
  return slots_[static_cast<std::size_t>(place < 0 ? place + slots : place)];
}

}  // namespace ripcord::window
