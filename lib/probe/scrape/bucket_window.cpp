#include "probe/scrape/bucket_window.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace ripcord::probe::scrape {
namespace {

/// Bounds that are equal become one bucket; counts never fall from one to the next, which they may
/// when not all series have the same bounds.
void make_regular(std::vector<Bucket>& buckets) {
  std::ranges::sort(buckets, {}, &Bucket::upper_bound);
  std::size_t kept = 0;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].upper_bound == buckets[kept].upper_bound) {
      buckets[kept].count += buckets[i].count;
    } else {
      buckets[++kept] = buckets[i];
    }
  }
  buckets.resize(kept + 1);
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    buckets[i].count = std::max(buckets[i].count, buckets[i - 1].count);
  }
}

}  // namespace

std::optional<double> histogram_quantile(double q, std::vector<Bucket>& buckets) {
  if (buckets.empty()) return std::nullopt;
  make_regular(buckets);
  const Bucket& last = buckets.back();
  const bool is_whole = std::isinf(last.upper_bound) && last.upper_bound > 0;
  if (!is_whole || buckets.size() < 2 || last.count <= 0) return std::nullopt;

  const double rank = q * last.count;
  const auto finite = std::span(buckets).first(buckets.size() - 1);
  const auto found = std::ranges::lower_bound(finite, rank, {}, &Bucket::count);
  if (found == finite.end()) return finite.back().upper_bound;
  if (found == finite.begin() && found->upper_bound <= 0) return found->upper_bound;
  const Bucket below = found == finite.begin() ? Bucket{} : *(found - 1);
  // The divisor is not 0: the bucket below has fewer than the rank, which is above 0.
  const double share = (rank - below.count) / (found->count - below.count);
  return below.upper_bound + (found->upper_bound - below.upper_bound) * share;
}

void BucketWindow::add(Instant begin, Instant end, std::span<const double> growth) {
  if (epoch_ && begin < *epoch_) return;
  const Duration slack = length_ / slots;
  if (slots_.empty() || slots_.back().end != begin || end - slots_.back().begin > slack) {
    slots_.push_back({.begin = begin, .end = end, .growth = {}});
  }
  Slot& slot = slots_.back();
  slot.end = end;
  slot.growth.resize(std::max(slot.growth.size(), growth.size()));
  for (std::size_t i = 0; i < growth.size(); ++i) slot.growth[i] += growth[i];
  while (!slots_.empty() && slots_.front().begin < end - length_ - slack) slots_.pop_front();
}

void BucketWindow::begin_epoch(Instant epoch) {
  epoch_ = epoch;
  while (!slots_.empty() && slots_.front().begin < epoch) slots_.pop_front();
}

bool BucketWindow::write(std::vector<double>& growth) const {
  growth.clear();
  for (const Slot& slot : slots_) {
    growth.resize(std::max(growth.size(), slot.growth.size()));
    for (std::size_t i = 0; i < slot.growth.size(); ++i) growth[i] += slot.growth[i];
  }
  return !slots_.empty();
}

}  // namespace ripcord::probe::scrape
