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
/// A binary heap in which a place only ever moves up: what is put off, as every sample does, costs
/// O(1), and its place is mended when the instant comes that it had before. O(log n) for the rest,
/// without allocation once every service has been in it.
class Agenda {
 public:
  /// Has `service` looked at at `when` and no more at what was put before; nothing: not at all.
  void put(ServiceId service, std::optional<Instant> when);
  void forget(ServiceId service) { put(service, std::nullopt); }

  /// No service is due before this; nothing when none ever is. May be earlier than the first.
  [[nodiscard]] std::optional<Instant> next() const;
  /// Takes out a service whose instant has come, the earliest first; nothing when there is none.
  std::optional<ServiceId> take_due(Instant now);

 private:
  struct Entry {
    Instant when;  ///< not later than what was put
    ServiceId service{};
  };
  struct Put {
    Instant when = Instant::max();
    std::size_t place = nowhere;  ///< in heap_
  };
  static constexpr std::size_t nowhere = SIZE_MAX;

  [[nodiscard]] Put& of(ServiceId service);
  void drop_first();
  void set(std::size_t place, Entry entry);
  void move_up(std::size_t place);
  void move_down(std::size_t place);

  std::vector<Entry> heap_;  ///< none is earlier than the one at (its place - 1) / 2
  std::vector<Put> puts_;    ///< by service
};

}  // namespace ripcord::engine
