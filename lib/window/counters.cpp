#include "window/counters.hpp"

#include <utility>

namespace ripcord::window {

std::optional<Counters::Pair> Counters::take(const Sample& sample, Pair reading) {
  const bool is_base = freshness_.take(sample);
  const Pair before = std::exchange(last_, reading);
  if (is_base) return std::nullopt;
  if (reading.part < before.part || reading.whole < before.whole) return reading;
  return Pair{.part = reading.part - before.part, .whole = reading.whole - before.whole};
}

}  // namespace ripcord::window
