#include "window/baseline_window.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cmath>

namespace ripcord::window {

BaselineWindow::BaselineWindow(Duration length) {
  RIPCORD_CONTRACT(length > Duration{});
  const std::int64_t slots = std::min<std::int64_t>(slots_max, length.count());
  width_ = length / slots;
  slots_.resize(static_cast<std::size_t>(slots));
}

void BaselineWindow::take(Instant at, double number) {
  if (!std::isfinite(number)) return;
  advance(at.time_since_epoch() / width_);
  Slot& newest = slot(newest_);
  ++newest.count;
  newest.sum += number;
  // Algorithm R (Vitter, 1985): the n-th number replaces a kept one with probability kept/n.
  const std::uint64_t place =
      newest.count <= kept_max ? newest.count - 1 : next_random() % newest.count;
  if (place < kept_max) newest.kept[static_cast<std::size_t>(place)] = number;
}

void BaselineWindow::clear() {
  std::ranges::fill(slots_, Slot{});
  random_ = 0;
}

Baseline BaselineWindow::baseline() const {
  Baseline baseline;
  double sum = 0;
  for (const Slot& each : slots_) {
    baseline.count += each.count;
    sum += each.sum;
    const auto kept = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(each.count, kept_max));
    baseline.sample.insert(baseline.sample.end(), each.kept.begin(), each.kept.begin() + kept);
  }
  if (baseline.count == 0) return baseline;
  baseline.mean = sum / static_cast<double>(baseline.count);
  std::ranges::sort(baseline.sample);
  for (std::size_t i = 0; i < Baseline::levels.size(); ++i) {
    baseline.quantiles[i] = quantile(baseline.sample, Baseline::levels[i]);
  }
  return baseline;
}

void BaselineWindow::advance(std::int64_t number) {
  if (number <= newest_) return;
  const auto slots = static_cast<std::int64_t>(slots_.size());
  for (std::int64_t passed = std::max(newest_, number - slots) + 1; passed <= number; ++passed) {
    slot(passed) = {};
  }
  newest_ = number;
}

/// SplitMix64 (Steele, Lea, Flood, 2014).
std::uint64_t BaselineWindow::next_random() {
  random_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = random_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

BaselineWindow::Slot& BaselineWindow::slot(std::int64_t number) {
  return slots_[static_cast<std::size_t>(number) % slots_.size()];
}

}  // namespace ripcord::window
