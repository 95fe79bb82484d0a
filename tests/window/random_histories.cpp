#include "tests/window/random_histories.hpp"

#include <chrono>

namespace ripcord::test {

using namespace std::chrono_literals;

RandomHistory::RandomHistory(std::uint64_t seed, const ProbeTiming& timing)
    : timing_(timing), random_(seed) {}

Sample RandomHistory::next() {
  if (up_to(60) == 0) bad_in_ten_ = up_to(10);  // good times and bad times
  Sample sample;
  sample.taken_at = free_at_ + pause();
  const std::uint64_t kind = up_to(9);
  if (kind == 0) {
    sample.outcome = Outcome::unknown;
    sample.latency = Duration(up_to(1));
  } else if (up_to(9) < bad_in_ten_) {
    sample.outcome = Outcome::bad;
    const bool hangs = kind < 4;
    sample.latency = hangs ? timing_.timeout : Duration(up_to(2));
    sample.latency_kind =
        hangs ? LatencyKind::at_least : (kind < 7 ? LatencyKind::measured : LatencyKind::none);
  } else {
    sample.outcome = Outcome::good;
    sample.latency = Duration(up_to(4));
    sample.latency_kind = LatencyKind::measured;
  }
  free_at_ = sample.ended_at();
  return sample;
}

Duration RandomHistory::pause() {
  switch (up_to(11)) {
    case 0:
      return Duration{};
    case 1:
      return Duration(up_to(1));
    case 2:
      return timing_.stale_after;
    case 3:
      return timing_.stale_after + Duration(up_to(2));
    case 4:
      return up_to(8) == 0 ? 5 * timing_.stale_after : timing_.retry_interval;
    default:
      return timing_.interval;
  }
}

ProbeTiming random_timing(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto interval = Duration(1 + random() % 6);
  return {.interval = interval,
          .retry_interval = Duration(1 + random() % 3),
          .timeout = Duration(1 + random() % 9),
          .stale_after = Duration(1 + random() % 20)};
}

}  // namespace ripcord::test
