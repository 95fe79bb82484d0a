#pragma once

#include "base/time.hpp"
#include "model/sample.hpp"

#include <optional>

namespace ripcord::window {

/// Says when knowledge has gone missing: a gap between two known samples, or a long silence.
///
/// A gap is measured from the end of one probe to the beginning of the next, so that a target that
/// lets every probe run into a long timeout is bad without gaps, not stale.
class Freshness {
 public:
  explicit Freshness(const ProbeTiming& timing)
      : stale_after_(timing.stale_after), silence_max_(timing.stale_after + timing.timeout) {}

  /// Pre: `sample` is known (good or bad), and samples come in order of time.
  /// True when what was known before is too old to be joined to it.
  bool take(const Sample& sample) {
    const bool gap = !last_ || sample.taken_at - *last_ > stale_after_;
    last_ = sample.ended_at();
    return gap;
  }

  /// True when there is no known sample, or when even one that is under way would come too late.
  [[nodiscard]] bool is_stale(Instant now) const { return !last_ || now - *last_ > silence_max_; }

  /// The first instant at which it is stale, if nothing more is taken; nothing when nothing was.
  [[nodiscard]] std::optional<Instant> expires_at() const {
    if (!last_) return std::nullopt;
    return *last_ + silence_max_ + Duration(1);
  }

  /// End of the last known sample.
  [[nodiscard]] std::optional<Instant> last() const { return last_; }

  void clear() { last_.reset(); }

 private:
  Duration stale_after_;
  Duration silence_max_;
  std::optional<Instant> last_;
};

}  // namespace ripcord::window
