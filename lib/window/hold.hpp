#pragma once

#include "base/time.hpp"
#include "model/sample.hpp"

#include <cstdint>
#include <optional>

namespace ripcord::window {

enum class Condition : std::uint8_t {
  not_met,
  met,
  undecided,  ///< nothing is known of it
  unchanged,  ///< what is known says neither: a state that was met goes on, but its time stands
              ///< still
};

/// For how long a condition has been met at every evaluation ("for" in a trigger).
///
/// Time between two evaluations that both met it counts, unless something undecided lies between:
/// a gap neither counts nor resets. A gap longer than `stale_after` resets. O(1) in time and
/// memory.
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
  /// When an evaluation last met it, or left it unchanged; nothing while it is not met.
  [[nodiscard]] std::optional<Instant> last() const;
  /// Whether the time from last() to the next evaluation does not count.
  [[nodiscard]] bool has_gap() const { return gap_; }
  /// The first instant at which held() is nothing, if nothing more is observed.
  [[nodiscard]] std::optional<Instant> expires_at() const;

 private:
  [[nodiscard]] bool is_over(Instant from) const;

  Duration stale_after_;
  Duration silence_max_;
  std::optional<Instant> since_;
  Instant last_;  ///< of the last evaluation that met it or left it unchanged
  Duration held_{};
  bool gap_ = false;  ///< what follows `last_` does not count
};

}  // namespace ripcord::window
