#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ripcord::window {

/// How many occurrences there were in the last `length` of time, exact to the instant, as far as
/// `limit` + 1: whether there were more does not matter. One that is as old as `length` no longer
/// counts. Memory: 8 bytes for each of `limit` + 1 instants, allocated once.
class CountWithin {
 public:
  /// Pre: length > 0.
  CountWithin(std::uint32_t limit, Duration length);

  /// O(min(count, limit + 1)) in order of `at`; for one that comes late as well as many as are
  /// newer.
  void add(Instant at, std::uint32_t count);
  void clear() { first_ = count_ = 0; }

  /// At most `limit` + 1. O(log limit).
  [[nodiscard]] std::size_t count(Instant now) const;
  /// The oldest one that is counted at `now`: when it ages out, the count falls.
  [[nodiscard]] std::optional<Instant> oldest(Instant now) const;
  /// The newest one of all.
  [[nodiscard]] std::optional<Instant> newest() const;

  [[nodiscard]] Duration length() const { return length_; }

 private:
  [[nodiscard]] Instant at(std::size_t place) const;
  [[nodiscard]] Instant& at(std::size_t place);
  void add_one(Instant at);

  Duration length_;
  std::vector<Instant> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace ripcord::window
