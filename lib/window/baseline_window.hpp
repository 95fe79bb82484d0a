#pragma once

#include "base/time.hpp"
#include "model/baseline.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ripcord::window {

/// Collects one value of a service while it is good, and sums up the last `length` of it.
///
/// The end of that stretch is the newest number, however long ago: what was good before an outage
/// is still the baseline after it. Kept in 32 sub-buckets whose edges are whole multiples of
/// length/32 on the time line, so the stretch is exact to one of them. Each counts and adds up all
/// of its numbers, and keeps eight of them by reservoir sampling, with a source of chance that is
/// the same in every run: the sample is spread evenly over the time. O(1) a number. Memory: 2.5
/// KiB, allocated once.
class BaselineWindow {
 public:
  static constexpr std::int64_t slots_max = 32;
  static constexpr std::size_t kept_max = 8;

  /// Pre: length > 0.
  explicit BaselineWindow(Duration length = std::chrono::minutes(30));

  /// Passes over what is not finite. Pre: in order of `at`.
  void take(Instant at, double number);
  void clear();

  /// O(256 log 256). Empty when nothing was taken.
  [[nodiscard]] Baseline baseline() const;

 private:
  struct Slot {
    std::uint64_t count = 0;
    double sum = 0;
    std::array<double, kept_max> kept{};
  };

  void advance(std::int64_t number);
  [[nodiscard]] std::uint64_t next_random();
  [[nodiscard]] Slot& slot(std::int64_t number);

  Duration width_{};
  std::vector<Slot> slots_;
  std::int64_t newest_ = 0;
  std::uint64_t random_ = 0;
};

static_assert(BaselineWindow::slots_max * BaselineWindow::kept_max <= Baseline::sample_max);

}  // namespace ripcord::window
