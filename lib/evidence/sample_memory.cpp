#include "evidence/sample_memory.hpp"

#include <algorithm>
#include <utility>

namespace ripcord::evidence {
namespace {

constexpr std::size_t all_samples_max = 16'000;

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
    if (ring.oldest != 0) {  // in their order again, before there are more
      const std::vector<Sample> kept = recall(ring);
      for (std::size_t i = 0; i < kept.size(); ++i) put(kept[i], ring, i);
      ring.oldest = 0;
    }
    add_place(ring);
    put(sample, ring, ring.samples.size() - 1);
    return;
  }
  put(sample, ring, ring.oldest);
  ring.oldest = (ring.oldest + 1) % ring.samples.size();
}

void SampleMemory::add_place(Ring& ring) {
  ring.samples.emplace_back();
  ring.readings.resize(ring.samples.size() * ring.readings_each);
  if (!ring.reasons.empty()) ring.reasons.emplace_back();
}

void SampleMemory::widen(Ring& ring, std::size_t readings_each) {
  std::vector<Reading> wider(ring.samples.size() * readings_each);
  for (std::size_t place = 0; place < ring.samples.size(); ++place) {
    std::copy_n(ring.readings.begin() + static_cast<std::ptrdiff_t>(place * ring.readings_each),
                ring.samples[place].readings,
                wider.begin() + static_cast<std::ptrdiff_t>(place * readings_each));
  }
  ring.readings = std::move(wider);
  ring.readings_each = readings_each;
}

void SampleMemory::put(const Sample& sample, Ring& ring, std::size_t place) {
  const std::size_t readings = std::min(sample.readings.size(), readings_max);
  if (readings > ring.readings_each) widen(ring, readings);
  ring.samples[place] = {.taken_at = sample.taken_at,
                         .latency = sample.latency,
                         .latency_kind = sample.latency_kind,
                         .outcome = sample.outcome,
                         .connection_lost = sample.connection_lost,
                         .readings = static_cast<std::uint8_t>(readings)};
  std::copy_n(sample.readings.begin(), readings,
              ring.readings.begin() + static_cast<std::ptrdiff_t>(place * ring.readings_each));
  if (ring.reasons.empty() && sample.reason.empty()) return;
  if (ring.reasons.empty()) ring.reasons.resize(ring.samples.size());
  ring.reasons[place].assign(sample.reason, 0, reason_bytes_max);
}

std::vector<Sample> SampleMemory::recall(const Ring& ring) {
  std::vector<Sample> samples;
  samples.reserve(ring.samples.size());
  for (std::size_t i = 0; i < ring.samples.size(); ++i) {
    const std::size_t place = (ring.oldest + i) % ring.samples.size();
    const Kept& kept = ring.samples[place];
    const auto first =
        ring.readings.begin() + static_cast<std::ptrdiff_t>(place * ring.readings_each);
    samples.push_back({.taken_at = kept.taken_at,
                       .latency = kept.latency,
                       .latency_kind = kept.latency_kind,
                       .outcome = kept.outcome,
                       .reason = ring.reasons.empty() ? std::string() : ring.reasons[place],
                       .readings = {first, first + kept.readings},
                       .connection_lost = kept.connection_lost});
  }
  return samples;
}

std::vector<Sample> SampleMemory::recall(ProbeId probe) const {
  const std::size_t place = std::to_underlying(probe.service);
  if (place >= services_.size() || probe.index >= services_[place].size()) return {};
  return recall(services_[place][probe.index]);
}

}  // namespace ripcord::evidence
