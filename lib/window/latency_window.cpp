#include "window/latency_window.hpp"

#include "base/contract.hpp"
#include "model/baseline.hpp"

#include <algorithm>

namespace ripcord::window {

LatencyWindow::LatencyWindow(Duration length, Duration limit, std::uint32_t capacity)
    : length_(length), limit_(limit), at_(capacity), latencies_(capacity) {
  RIPCORD_CONTRACT(length > Duration{} && limit < latency_max && capacity > 0);
}

void LatencyWindow::add(Instant at, Duration latency) {
  age(at);
  if (count_ == at_.size()) drop_oldest();
  const std::size_t newest = place(count_);
  at_[newest] = at;
  latencies_[newest] =
      static_cast<std::uint32_t>(std::clamp(latency, Duration{}, latency_max).count());
  ++count_;
  if (latency > limit_) ++above_;
}

void LatencyWindow::age(Instant now) {
  while (count_ > 0 && at_[first_] <= now - length_) drop_oldest();
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
  for (std::size_t i = 0; i < count_; ++i) latencies.emplace_back(latencies_[place(i)]);
  const auto place = latencies.begin() + static_cast<std::ptrdiff_t>(nearest_rank(q, count_) - 1);
  std::ranges::nth_element(latencies, place);
  return *place;
}

std::size_t LatencyWindow::place(std::size_t number) const {
  const std::size_t place = first_ + number;
  return place < at_.size() ? place : place - at_.size();
}

void LatencyWindow::drop_oldest() {
  if (Duration(latencies_[first_]) > limit_) --above_;
  first_ = static_cast<std::uint32_t>(place(1));
  --count_;
}

}  // namespace ripcord::window
