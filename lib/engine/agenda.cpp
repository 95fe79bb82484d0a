#include "engine/agenda.hpp"

#include <utility>

namespace ripcord::engine {

void Agenda::at_latest(ServiceId service, Instant when) {
  std::size_t& place = place_of(service);
  if (place == nowhere) {
    place = heap_.size();
    heap_.push_back({.when = when, .service = service});
  } else if (when < heap_[place].when) {
    heap_[place].when = when;
  } else {
    return;
  }
  move_up(place);
}

void Agenda::forget(ServiceId service) {
  const std::size_t place = std::exchange(place_of(service), nowhere);
  if (place == nowhere) return;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (last.service == service) return;
  put(place, last);
  move_up(place);
  move_down(place_of(last.service));
}

std::optional<Instant> Agenda::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().when;
}

std::optional<ServiceId> Agenda::take_due(Instant now) {
  if (heap_.empty() || heap_.front().when > now) return std::nullopt;
  const ServiceId service = heap_.front().service;
  forget(service);
  return service;
}

std::size_t& Agenda::place_of(ServiceId service) {
  const std::size_t index{std::to_underlying(service)};
  if (index >= places_.size()) places_.resize(index + 1, nowhere);
  return places_[index];
}

void Agenda::put(std::size_t place, Entry entry) {
  heap_[place] = entry;
  place_of(entry.service) = place;
}

void Agenda::move_up(std::size_t place) {
  const Entry entry = heap_[place];
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (heap_[parent].when <= entry.when) break;
    put(place, heap_[parent]);
    place = parent;
  }
  put(place, entry);
}

void Agenda::move_down(std::size_t place) {
  const Entry entry = heap_[place];
  for (;;) {
    std::size_t child = (2 * place) + 1;
    if (child + 1 < heap_.size() && heap_[child + 1].when < heap_[child].when) ++child;
    if (child >= heap_.size() || entry.when <= heap_[child].when) break;
    put(place, heap_[child]);
    place = child;
  }
  put(place, entry);
}

}  // namespace ripcord::engine
