#pragma once

#include "model/sample.hpp"
#include "window/hold.hpp"

#include <optional>
#include <vector>

namespace ripcord::test {

struct Evaluation {
  window::Condition condition = window::Condition::undecided;
  Instant from;
  Instant now;
};

/// What window::Hold says, said again in a slow and simple way, over everything that was ever seen.
struct SlowHold {
  ProbeTiming timing;
  std::vector<Evaluation> all;

  struct Found {
    std::optional<Duration> held;
    std::optional<Instant> since;
  };

  /// Walks back from the newest evaluation that decided anything to where the condition began.
  [[nodiscard]] Found look(Instant now) const {
    Found found;
    const Evaluation* later = nullptr;
    Duration sum{};
    bool has_gap = false;
    bool is_fresh = false;
    for (auto it = all.rbegin(); it != all.rend(); ++it) {
      if (it->condition == window::Condition::not_met) break;
      if (it->condition == window::Condition::undecided) {
        has_gap = true;
        continue;
      }
      const bool is_met = it->condition == window::Condition::met;
      if (later != nullptr) {
        if (later->from - it->now > timing.stale_after) break;
        const bool both_met = is_met && later->condition == window::Condition::met;
        if (!has_gap && both_met) sum += later->now - it->now;
      } else {
        is_fresh = now - it->now <= timing.stale_after + timing.timeout;
      }
      if (is_met) {
        found.since = it->now;
        if (is_fresh) found.held = sum;
      }
      later = &*it;
      has_gap = false;
    }
    return found;
  }
};

}  // namespace ripcord::test
