#include "net/alarms.hpp"

#include <algorithm>
#include <utility>

namespace ripcord::net {
namespace {

/// So many may be forgotten before they are looked for.
constexpr std::size_t forgotten_min = 64;

}  // namespace

std::optional<Instant> Alarms::next() {
  while (!heap_.empty() && slots_[heap_.front().slot] == nullptr) drop_earliest();
  if (heap_.empty()) return std::nullopt;
  return heap_.front().when;
}

std::size_t Alarms::ring(Instant now, std::size_t most) {
  std::size_t rung = 0;
  while (rung < most) {
    const std::optional<Instant> earliest = next();
    if (!earliest || *earliest > now) break;
    Alarm& alarm = *slots_[heap_.front().slot];
    alarm.slot_.reset();
    drop_earliest();
    ++rung;
    alarm.ring_();  // which may end the alarm
  }
  return rung;
}

std::uint32_t Alarms::add(Alarm& alarm, Instant when) {
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.push_back(&alarm);
  } else {
    slot = free_.back();
    free_.pop_back();
    slots_[slot] = &alarm;
  }
  const std::optional<Instant> before = next();
  heap_.push_back({.when = when, .order = order_++, .slot = slot});
  std::ranges::push_heap(heap_, IsLater());
  if (!before || when < *before) on_sooner();
  return slot;
}

void Alarms::forget(std::uint32_t slot) {
  slots_[slot] = nullptr;
  ++forgotten_;
  if (forgotten_ == heap_.size()) {
    drop_forgotten();
    on_none();
  } else if (forgotten_ >= forgotten_min && forgotten_ > heap_.size() / 2) {
    drop_forgotten();
  }
}

void Alarms::drop_earliest() {
  const std::uint32_t slot = heap_.front().slot;
  std::ranges::pop_heap(heap_, IsLater());
  heap_.pop_back();
  if (std::exchange(slots_[slot], nullptr) == nullptr) --forgotten_;
  free_.push_back(slot);
}

void Alarms::drop_forgotten() {
  std::erase_if(heap_, [this](const Entry& entry) {
    const bool is_forgotten = slots_[entry.slot] == nullptr;
    if (is_forgotten) free_.push_back(entry.slot);
    return is_forgotten;
  });
  std::ranges::make_heap(heap_, IsLater());
  forgotten_ = 0;
}

void Alarm::set(Instant when) {
  unset();
  slot_ = alarms_.add(*this, when);
}

void Alarm::unset() {
  if (!slot_) return;
  alarms_.forget(*slot_);
  slot_.reset();
}

}  // namespace ripcord::net
