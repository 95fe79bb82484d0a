#pragma once

#include "model/sample.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace ripcord::test {

/// One sample and whatever a probe can do: it answers well or badly, hangs into its timeout, cannot
/// tell, comes early (a retry), late, in a burst, at the same time as the one before, or after a
/// gap around the length at which knowledge goes stale. In order of time; probes never overlap.
class RandomHistory {
 public:
  RandomHistory(std::uint64_t seed, const ProbeTiming& timing);

  [[nodiscard]] Sample next();
  /// At most `most`, zero included.
  [[nodiscard]] std::uint64_t up_to(std::uint64_t most) { return random_() % (most + 1); }

 private:
  [[nodiscard]] Duration pause();

  ProbeTiming timing_;
  std::mt19937_64 random_;
  Instant free_at_;  ///< when the last probe was done
  std::uint64_t bad_in_ten_ = 5;
};

/// A timing of a few units only, so that random samples often meet the limits exactly.
[[nodiscard]] ProbeTiming random_timing(std::uint64_t seed);

}  // namespace ripcord::test
