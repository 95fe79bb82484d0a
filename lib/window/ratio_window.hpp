#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <vector>

namespace ripcord::window {

/// How much of a whole was a part of it (errors of requests) in the last `length` of time.
///
/// Kept in 60 sub-buckets whose edges are whole multiples of length/60 on the time line: what is
/// younger than 59/60 of the length counts, what is older than the length does not, and between
/// the two the sub-bucket as a whole. (A length that is no multiple of 60 us is shortened to one.)
/// The sums are made by adding only, never by subtracting, so that nothing drifts: two additions a
/// sub-bucket, amortised. Memory: 960 bytes, allocated once, whatever the length.
class RatioWindow {
 public:
  static constexpr std::int64_t slots_max = 60;

  /// Pre: length > 0.
  explicit RatioWindow(Duration length);

  /// Pre: in order of `at`; both finite and at least 0.
  void add(Instant at, double part, double whole);
  /// Drops the sub-buckets that have aged out.
  void age(Instant now);
  void clear();

  [[nodiscard]] double part() const { return sum_.part; }
  [[nodiscard]] double whole() const { return sum_.whole; }
  /// In [0, 1]; 0 when the whole is.
  [[nodiscard]] double ratio() const;

 private:
  struct Slot {
    double part = 0;
    double whole = 0;

    Slot& operator+=(const Slot& other);
  };

  [[nodiscard]] Slot& slot(std::int64_t number);
  /// Makes every sub-bucket the sum of itself and all younger ones.
  void add_up();

  Duration width_{};
  std::vector<Slot> slots_;
  std::int64_t newest_ = 0;     ///< number of the sub-bucket that the last sample went into
  std::int64_t added_up_ = -1;  ///< up to this number each is the sum of itself and those up to it
  Slot since_;                  ///< the sum of the others
  Slot sum_;
};

}  // namespace ripcord::window
