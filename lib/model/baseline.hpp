#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ripcord {

/// Which way a value gets worse.
enum class Worse : std::uint8_t { higher, lower };

/// How one value behaved during the last good stretch before a deployment. Kept with it.
struct Baseline {
  /// The quantiles that every baseline states, for people.
  static constexpr std::array<double, 4> levels{0.5, 0.9, 0.95, 0.99};
  static constexpr std::size_t sample_max = 256;

  std::uint64_t count = 0;                        ///< of all values that went into it
  double mean = 0;                                ///< of all of them; 0 when there are none
  std::array<double, levels.size()> quantiles{};  ///< of `sample`, at `levels`; 0 without any
  std::vector<double> sample;                     ///< ascending; at most `sample_max` of them

  friend bool operator==(const Baseline&, const Baseline&) = default;
};

/// The q-quantile of values in ascending order: the ceil(q·n)-th of n (nearest rank), q in (0, 1].
/// Pre: there are some.
[[nodiscard]] double quantile(const std::vector<double>& ascending, double q);

/// ceil(q·n), at least 1 and at most n: the place, counted from 1, of the q-quantile of n values.
/// 0.07·100 = 7.000000000000001 is 7. Pre: n > 0.
[[nodiscard]] std::size_t nearest_rank(double q, std::size_t n);

}  // namespace ripcord
