#pragma once

#include "base/time.hpp"

#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace ripcord::probe::scrape {

/// A bucket of a histogram: how many observations were at most `upper_bound`.
struct Bucket {
  double upper_bound = 0;
  double count = 0;  ///< all smaller buckets included
};

/// The quantile `q`, in (0, 1], as Prometheus' histogram_quantile() estimates it: observations are
/// spread evenly over their bucket, the smallest bucket begins at 0 when its bound is positive, and
/// what is in the last bucket counts as the bound before it. Nothing when there are no
/// observations, when the last bound is not +Inf, or when it is the only one. Sorts and merges
/// `buckets`. O(n log n).
[[nodiscard]] std::optional<double> histogram_quantile(double q, std::vector<Bucket>& buckets);

/// How much each bucket of a histogram has grown in the last `length` of time.
///
/// Growth counts if all of it happened in the window, to one sub-bucket of 1/60 of the length: what
/// was found after a gap that is longer than the window may be older. Memory: at most 122
/// times the number of buckets, 8 bytes each.
class BucketWindow {
 public:
  /// Pre: length > 0.
  explicit BucketWindow(Duration length) : length_(length) {}

  /// Adds by how much each bucket has grown from `begin` to `end`, and drops what has aged out.
  /// A bucket keeps its place; there may be more of them each time. Pre: in order of time.
  void add(Instant begin, Instant end, std::span<const double> growth);

  /// Forgets growth that began before `epoch`, and ignores such growth from now on.
  void begin_epoch(Instant epoch);

  /// Replaces `growth` by the sums of each bucket; false when there is nothing in the window.
  [[nodiscard]] bool write(std::vector<double>& growth) const;

  [[nodiscard]] Duration length() const { return length_; }

 private:
  static constexpr Duration::rep slots = 60;

  struct Slot {
    Instant begin;
    Instant end;
    std::vector<double> growth;
  };

  Duration length_;
  std::optional<Instant> epoch_;
  std::deque<Slot> slots_;
};

}  // namespace ripcord::probe::scrape
