#include "window/count_within.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <ranges>

namespace ripcord::window {

CountWithin::CountWithin(std::uint32_t limit, Duration length)
    : length_(length), ring_(static_cast<std::size_t>(limit) + 1) {
  RIPCORD_CONTRACT(length > Duration{});
}

void CountWithin::add(Instant at, std::uint32_t count) {
  for (std::size_t left = std::min<std::size_t>(count, ring_.size()); left > 0; --left) {
    add_one(at);
  }
}

void CountWithin::add_one(Instant at) {
  if (count_ == ring_.size()) {
    if (at < this->at(0)) return;  // there are enough that are newer
    first_ = (first_ + 1) % ring_.size();
    --count_;
  }
  std::size_t place = count_++;
  for (; place > 0 && this->at(place - 1) > at; --place) this->at(place) = this->at(place - 1);
  this->at(place) = at;
}

std::size_t CountWithin::count(Instant now) const {
  const auto places = std::views::iota(std::size_t{0}, count_);
  const auto young = std::ranges::partition_point(
      places, [&](std::size_t place) { return at(place) <= now - length_; });
  return static_cast<std::size_t>(places.end() - young);
}

std::optional<Instant> CountWithin::oldest(Instant now) const {
  const std::size_t counted = count(now);
  return counted == 0 ? std::nullopt : std::optional(at(count_ - counted));
}

std::optional<Instant> CountWithin::newest() const {
  return count_ == 0 ? std::nullopt : std::optional(at(count_ - 1));
}

Instant& CountWithin::at(std::size_t place) {
  return ring_[(first_ + place) % ring_.size()];
}

Instant CountWithin::at(std::size_t place) const {
  return ring_[(first_ + place) % ring_.size()];
}

}  // namespace ripcord::window
