#include "window/latency_window.hpp"

#include "base/contract.hpp"
#include "model/baseline.hpp"

#include <algorithm>

namespace ripcord::window {

LatencyWindow::LatencyWindow(Duration length, Duration limit, std::size_t capacity)
    : length_(length), limit_(limit), ring_(capacity) {
  RIPCORD_CONTRACT(length > Duration{} && capacity > 0);
}

void LatencyWindow::add(Instant at, Duration latency) {
  age(at);
  if (count_ == ring_.size()) drop_oldest();
  ring_[(first_ + count_) % ring_.size()] = {.at = at, .latency = latency};
  ++count_;
  if (latency > limit_) ++above_;
}

void LatencyWindow::age(Instant now) {
  while (count_ > 0 && entry(0).at <= now - length_) drop_oldest();
}

void LatencyWindow::clear() {
  first_ = count_ = above_ = 0;
}

bool LatencyWindow::is_above(double q) const {
  return count_ > 0 && count_ - above_ < nearest_rank(q, count_);
}

Duration LatencyWindow::quantile(double q) const {
  RIPCORD_CONTRACT(count_ > 0);
  std::vector<Duration> latencies;
  latencies.reserve(count_);
  for (std::size_t i = 0; i < count_; ++i) latencies.push_back(entry(i).latency);
  const auto place = latencies.begin() + static_cast<std::ptrdiff_t>(nearest_rank(q, count_) - 1);
  std::ranges::nth_element(latencies, place);
  return *place;
}

const LatencyWindow::Entry& LatencyWindow::entry(std::size_t place) const {
  return ring_[(first_ + place) % ring_.size()];
}

void LatencyWindow::drop_oldest() {
  if (entry(0).latency > limit_) --above_;
  first_ = (first_ + 1) % ring_.size();
  --count_;
}

}  // namespace ripcord::window
