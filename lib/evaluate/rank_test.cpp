#include "evaluate/rank_test.hpp"

#include <boost/math/distributions/normal.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace ripcord::evaluate {
namespace {

struct Ranks {
  double higher = 0;  ///< pairs in which the current number is higher, a tie as a half
  double ties = 0;    ///< sum of t³ - t over the groups of equal numbers
};

/// How many numbers at the front of `rest` are equal to `number`, which are taken off.
double take_equal(std::span<const double>& rest, double number) {
  std::size_t equal = 0;
  while (equal < rest.size() && rest[equal] == number) ++equal;
  rest = rest.subspan(equal);
  return static_cast<double>(equal);
}

/// Walks through the groups of equal numbers of both sides.
Ranks rank(std::span<const double> baseline, std::span<const double> current) {
  Ranks ranks;
  double baseline_below = 0;
  while (!baseline.empty() || !current.empty()) {
    double number = baseline.empty() ? current.front() : baseline.front();
    if (!current.empty()) number = std::min(number, current.front());
    const double b = take_equal(baseline, number);
    const double c = take_equal(current, number);
    ranks.higher += c * (baseline_below + b / 2);
    const double t = b + c;
    ranks.ties += t * t * t - t;
    baseline_below += b;
  }
  return ranks;
}

}  // namespace

double rank_test(std::span<const double> baseline, std::span<const double> current, Worse worse) {
  const auto n = static_cast<double>(baseline.size());
  const auto m = static_cast<double>(current.size());
  const double all = n + m;
  if (n == 0 || m == 0) return 1;

  const Ranks ranks = rank(baseline, current);
  const double variance = n * m / 12 * (all + 1 - ranks.ties / (all * (all - 1)));
  if (variance <= 0) return 1;
  const double u = worse == Worse::higher ? ranks.higher : n * m - ranks.higher;
  const double z = (u - n * m / 2 - 0.5) / std::sqrt(variance);
  return boost::math::cdf(boost::math::complement(boost::math::normal(), z));
}

}  // namespace ripcord::evaluate
