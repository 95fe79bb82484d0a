#include "evidence/sample_memory.hpp"

#include <algorithm>
#include <utility>

namespace ripcord::evidence {
namespace {

constexpr std::size_t all_samples_max = 120'000;

/// Into a place that was used before, so that its memory is used again.
void copy(const Sample& from, Sample& to) {
  to.taken_at = from.taken_at;
  to.latency = from.latency;
  to.latency_kind = from.latency_kind;
  to.outcome = from.outcome;
  to.connection_lost = from.connection_lost;
  to.reason.assign(from.reason, 0, SampleMemory::reason_bytes_max);
  const std::size_t readings = std::min(from.readings.size(), SampleMemory::readings_max);
  to.readings.assign(from.readings.begin(),
                     from.readings.begin() + static_cast<std::ptrdiff_t>(readings));
}

}  // namespace

void SampleMemory::begin(ServiceId service, std::size_t probes) {
  const std::size_t place = std::to_underlying(service);
  if (services_.size() <= place) services_.resize(place + 1);
  probes_ += probes;
  probes_ -= services_[place].size();
  services_[place] = std::vector<Ring>(probes);
}

std::size_t SampleMemory::room() const {
  return std::clamp(all_samples_max / std::max<std::size_t>(probes_, 1), samples_min, samples_max);
}

void SampleMemory::keep(ProbeId probe, const Sample& sample) {
  const std::size_t place = std::to_underlying(probe.service);
  if (place >= services_.size() || probe.index >= services_[place].size()) return;
  Ring& ring = services_[place][probe.index];
  if (ring.samples.size() < room()) {
    // In their order, while there is room: the oldest is the first then.
    std::ranges::rotate(ring.samples,
                        ring.samples.begin() + static_cast<std::ptrdiff_t>(ring.oldest));
    ring.oldest = 0;
    copy(sample, ring.samples.emplace_back());
    return;
  }
  copy(sample, ring.samples[ring.oldest]);
  ring.oldest = (ring.oldest + 1) % ring.samples.size();
}

std::vector<Sample> SampleMemory::recall(ProbeId probe) const {
  const std::size_t place = std::to_underlying(probe.service);
  if (place >= services_.size() || probe.index >= services_[place].size()) return {};
  const Ring& ring = services_[place][probe.index];
  std::vector<Sample> samples = ring.samples;
  std::ranges::rotate(samples, samples.begin() + static_cast<std::ptrdiff_t>(ring.oldest));
  return samples;
}

}  // namespace ripcord::evidence
