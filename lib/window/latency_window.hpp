#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ripcord::window {

/// The latencies of the last `length` of time, with an exact quantile.
///
/// The q-quantile of n latencies is the ceil(q·n)-th smallest (nearest rank). Whether it lies above
/// the limit needs only the number of latencies above the limit, which is kept: O(1). Memory: 16
/// bytes for each of `capacity` samples, allocated once; beyond it the oldest are dropped.
class LatencyWindow {
 public:
  /// Pre: length > 0, capacity > 0.
  LatencyWindow(Duration length, Duration limit, std::size_t capacity);

  /// Adds one latency and drops those that have aged out. Amortised O(1). Pre: in order of `at`.
  void add(Instant at, Duration latency);
  /// Drops what is not younger than `now - length`.
  void age(Instant now);
  void clear();

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t count_above() const { return above_; }

  /// Whether the quantile `q`, in (0, 1], is above the limit; false when empty.
  [[nodiscard]] bool is_above(double q) const;

  /// The quantile itself, for people. O(n). Pre: count() > 0.
  [[nodiscard]] Duration quantile(double q) const;

 private:
  struct Entry {
    Instant at;
    Duration latency{};
  };

  [[nodiscard]] const Entry& entry(std::size_t place) const;
  void drop_oldest();

  Duration length_;
  Duration limit_;
  std::vector<Entry> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::size_t above_ = 0;
};

}  // namespace ripcord::window
