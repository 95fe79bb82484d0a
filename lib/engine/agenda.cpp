#include "engine/agenda.hpp"

#include <utility>

namespace ripcord::engine {

void Agenda::put(ServiceId service, std::optional<Instant> when) {
  Put& put = of(service);
  put.when = when.value_or(Instant::max());
  if (!when) return;
  if (put.place == nowhere) {
    put.place = heap_.size();
    heap_.push_back({.when = *when, .service = service});
  } else if (*when < heap_[put.place].when) {
    heap_[put.place].when = *when;
  } else {
    return;
  }
  move_up(put.place);
}

std::optional<Instant> Agenda::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().when;
}

std::optional<ServiceId> Agenda::take_due(Instant now) {
  while (!heap_.empty() && heap_.front().when <= now) {
    const ServiceId service = heap_.front().service;
    const Instant when = of(service).when;
    if (when == Instant::max()) {
      drop_first();
    } else if (when > heap_.front().when) {
      heap_.front().when = when;
      move_down(0);
    } else {
      drop_first();
      return service;
    }
  }
  return std::nullopt;
}

void Agenda::drop_first() {
  of(heap_.front().service) = {};
  const Entry last = heap_.back();
  heap_.pop_back();
  if (heap_.empty()) return;
  set(0, last);
  move_down(0);
}

Agenda::Put& Agenda::of(ServiceId service) {
  const std::size_t index{std::to_underlying(service)};
  if (index >= puts_.size()) puts_.resize(index + 1);
  return puts_[index];
}

void Agenda::set(std::size_t place, Entry entry) {
  heap_[place] = entry;
  of(entry.service).place = place;
}

void Agenda::move_up(std::size_t place) {
  const Entry entry = heap_[place];
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (heap_[parent].when <= entry.when) break;
    set(place, heap_[parent]);
    place = parent;
  }
  set(place, entry);
}

void Agenda::move_down(std::size_t place) {
  const Entry entry = heap_[place];
  for (;;) {
    std::size_t child = (2 * place) + 1;
    if (child + 1 < heap_.size() && heap_[child + 1].when < heap_[child].when) ++child;
    if (child >= heap_.size() || entry.when <= heap_[child].when) break;
    set(place, heap_[child]);
    place = child;
  }
  set(place, entry);
}

}  // namespace ripcord::engine
