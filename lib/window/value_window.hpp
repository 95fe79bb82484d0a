#pragma once

#include "base/time.hpp"
#include "model/baseline.hpp"

#include <cstddef>
#include <vector>

namespace ripcord::window {

/// The numbers of the last `length` of time, with their mean and exact quantiles.
///
/// Whether a quantile is worse than the limit needs only how many numbers are, which is kept:
/// O(1). The sum is that of two parts, older ones by their sums from each to the last of them and
/// newer ones by adding up, and never by subtracting: a huge number leaves nothing behind. Memory:
/// 24 bytes for each of `capacity` numbers, allocated once; beyond it the oldest are dropped.
class ValueWindow {
 public:
  /// Pre: length > 0, capacity > 0.
  ValueWindow(Duration length, Worse worse, std::size_t capacity);

  /// What numbers are compared with from now on. O(count).
  void set_limit(double limit);
  /// Adds one number and drops those that have aged out. Amortised O(1). Pre: in order of `at`,
  /// and the number is finite.
  void add(Instant at, double number);
  /// Drops what is not younger than `now - length`.
  void age(Instant now);
  void clear();

  [[nodiscard]] std::size_t count() const { return count_; }
  /// How many are worse than the limit; one equal to it is not.
  [[nodiscard]] std::size_t count_worse() const { return worse_count_; }
  /// Whether the quantile `q`, in (0, 1], is worse than the limit; false when empty.
  [[nodiscard]] bool is_worse(double q) const;
  /// Pre: count() > 0.
  [[nodiscard]] double mean() const;
  /// Replaces what `numbers` holds by all numbers, ascending. O(n log n).
  void write_ascending(std::vector<double>& numbers) const;

 private:
  struct Entry {
    Instant at;
    double number = 0;
    double sum = 0;  ///< of this one and the older part's newer ones; older part only
  };

  [[nodiscard]] bool is_worse_number(double number) const;
  [[nodiscard]] Entry& entry(std::size_t place) { return ring_[(first_ + place) % ring_.size()]; }
  [[nodiscard]] const Entry& entry(std::size_t place) const {
    return ring_[(first_ + place) % ring_.size()];
  }
  void drop_oldest();
  void make_all_older();

  Duration length_;
  Worse worse_;
  double limit_ = 0;
  std::vector<Entry> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::size_t older_count_ = 0;  ///< how many, from the oldest on, are of the older part
  double newer_sum_ = 0;
  std::size_t worse_count_ = 0;
};

}  // namespace ripcord::window
