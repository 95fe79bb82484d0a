#pragma once

#include "base/time.hpp"
#include "model/sample.hpp"

#include <cstdint>
#include <optional>

namespace ripcord::window {

enum class Condition : std::uint8_t { not_met, met, undecided };

/// For how long a condition has been met at every evaluation ("for" in a trigger).
///
/// Time between two evaluations that both met it counts, unless something undecided lies between:
/// a gap neither counts nor resets. A gap longer than `stale_after` resets. O(1).
class Hold {
 public:
  explicit Hold(const ProbeTiming& timing)
      : stale_after_(timing.stale_after), silence_max_(timing.stale_after + timing.timeout) {}

  /// The condition as of a sample that was taken from `from` to `now`. Pre: in order of time.
  void observe(Condition condition, Instant from, Instant now);
  void clear();

  /// Nothing while the condition is not met, or when nothing was decided for too long.
  [[nodiscard]] std::optional<Duration> held(Instant now) const;
  /// When the condition was first met; nothing while it is not.
  [[nodiscard]] std::optional<Instant> since() const;

 private:
  Duration stale_after_;
  Duration silence_max_;
  std::optional<Instant> since_;
  Instant last_;  ///< of the last evaluation that met it
  Duration held_{};
  bool gap_ = false;  ///< something undecided came after `last_`
};

}  // namespace ripcord::window
