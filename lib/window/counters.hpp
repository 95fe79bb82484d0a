#pragma once

#include "model/sample.hpp"
#include "window/freshness.hpp"

#include <optional>

namespace ripcord::window {

/// By how much two counters of one process have grown from reading to reading.
///
/// A counter that fell was set back: both have grown from zero then, since they live in the same
/// process. What happened before the first reading, or in a gap longer than `stale_after`, is not
/// known: that reading only sets the base. O(1) in time and memory.
class Counters {
 public:
  struct Pair {
    double part = 0;
    double whole = 0;
  };

  explicit Counters(const ProbeTiming& timing) : freshness_(timing) {}

  /// The growth since the last reading, never negative; nothing when the reading only sets the
  /// base. Pre: `sample` is known, in order of time; both are finite and at least 0.
  [[nodiscard]] std::optional<Pair> take(const Sample& sample, Pair reading);
  /// The next reading only sets the base.
  void clear() { freshness_.clear(); }

 private:
  Freshness freshness_;
  Pair last_;
};

}  // namespace ripcord::window
