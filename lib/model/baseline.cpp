#include "model/baseline.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cmath>

namespace ripcord {

double quantile(const std::vector<double>& ascending, double q) {
  RIPCORD_CONTRACT(!ascending.empty());
  return ascending[nearest_rank(q, ascending.size()) - 1];
}

std::size_t nearest_rank(double q, std::size_t n) {
  const double rank = std::ceil(q * static_cast<double>(n) - 1e-9);
  return std::clamp<std::size_t>(static_cast<std::size_t>(rank), 1, n);
}

}  // namespace ripcord
