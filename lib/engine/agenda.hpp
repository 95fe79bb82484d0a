#pragma once

#include "base/time.hpp"
#include "model/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ripcord::engine {

/// When which service is to be looked at again: at most one instant each.
///
/// An instant only ever gets earlier, until it comes: a service that has nothing to do then says
/// when next. So a sample, which puts off what would happen without it, costs nothing here. A
/// binary heap: O(log n) for what changes, without allocation once every service has been in it.
class Agenda {
 public:
  /// Has `service` looked at at `when`, or earlier.
  void at_latest(ServiceId service, Instant when);
  void forget(ServiceId service);

  [[nodiscard]] std::optional<Instant> next() const;
  /// Takes out a service whose instant has come, the earliest first; nothing when there is none.
  std::optional<ServiceId> take_due(Instant now);

 private:
  struct Entry {
    Instant when;
    ServiceId service{};
  };
  static constexpr std::size_t nowhere = SIZE_MAX;

  [[nodiscard]] std::size_t& place_of(ServiceId service);
  void put(std::size_t place, Entry entry);
  void move_up(std::size_t place);
  void move_down(std::size_t place);

  std::vector<Entry> heap_;          ///< none is earlier than the one at (its place - 1) / 2
  std::vector<std::size_t> places_;  ///< in heap_, by service
};

}  // namespace ripcord::engine
