#pragma once

#include "model/sample.hpp"
#include "window/freshness.hpp"

#include <cstdint>
#include <optional>

namespace ripcord::window {

/// How many known samples in a row are bad. Unknown samples are passed over; a gap begins anew.
/// O(1) in time and memory.
class Streak {
 public:
  explicit Streak(const ProbeTiming& timing) : freshness_(timing) {}

  /// Pre: samples come in order of time.
  void take(const Sample& sample);
  void clear();

  /// 0 when the last known sample is good, or when nothing is known any more.
  [[nodiscard]] std::uint32_t length(Instant now) const;
  [[nodiscard]] bool is_stale(Instant now) const { return freshness_.is_stale(now); }
  /// End of the last known sample.
  [[nodiscard]] std::optional<Instant> last() const { return freshness_.last(); }
  /// The first instant at which nothing is known any more, if no more samples come.
  [[nodiscard]] std::optional<Instant> expires_at() const { return freshness_.expires_at(); }
  /// When the first probe of the streak began; nothing without a streak.
  [[nodiscard]] std::optional<Instant> since() const;

 private:
  Freshness freshness_;
  std::uint32_t length_ = 0;
  Instant since_;
};

}  // namespace ripcord::window
