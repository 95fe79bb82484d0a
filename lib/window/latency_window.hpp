#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ripcord::window {

/// The latencies of the last `length` of time, with an exact quantile.
///
/// The q-quantile of n latencies is the ceil(q·n)-th smallest (nearest rank). Whether it lies above
/// the limit needs only the number of latencies above the limit, which is kept: O(1). Memory: 12
/// bytes for each of `capacity` samples, allocated once; beyond it the oldest are dropped.
class LatencyWindow {
 public:
  /// A latency above it counts as one of it: 71 minutes.
  static constexpr Duration latency_max{UINT32_MAX};

  /// Pre: length > 0, limit < latency_max, capacity > 0.
  LatencyWindow(Duration length, Duration limit, std::uint32_t capacity);

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
  /// Where in the rings the `number`-th oldest is.
  [[nodiscard]] std::size_t place(std::size_t number) const;
  void drop_oldest();

  Duration length_;
  Duration limit_;
  std::vector<Instant> at_;               ///< a ring
  std::vector<std::uint32_t> latencies_;  ///< in microseconds, beside at_
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t above_ = 0;
};

}  // namespace ripcord::window
