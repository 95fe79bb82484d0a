#include "model/sample.hpp"

#include <algorithm>
#include <cmath>

namespace ripcord {

std::optional<double> Sample::number(std::uint16_t value) const {
  const auto found = std::ranges::find(readings, value, &Reading::value);
  if (found == readings.end() || std::isnan(found->number)) return std::nullopt;
  return found->number;
}

}  // namespace ripcord
