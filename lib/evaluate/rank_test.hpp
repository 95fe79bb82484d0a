#pragma once

#include "model/baseline.hpp"

#include <span>

namespace ripcord::evaluate {

/// The probability that `current` would look as much worse than `baseline` as it does, or more, if
/// both came from the same distribution: the one-sided Mann–Whitney U test.
///
///     z = (U - n·m/2 - 1/2) / sqrt(n·m/12 · (N + 1 - sum(t³ - t) / (N·(N - 1)))),  N = n + m
///
/// U counts the pairs in which the current number is worse, a tie as a half; t are the sizes of the
/// groups of equal numbers. Normal approximation with continuity correction (Mann and Whitney,
/// 1947; Lehmann, Nonparametrics, 1975), good from about 8 numbers on both sides. 1 when a side is
/// empty or all numbers are the same. O(n + m). Pre: both are ascending.
[[nodiscard]] double rank_test(std::span<const double> baseline, std::span<const double> current,
                               Worse worse);

}  // namespace ripcord::evaluate
