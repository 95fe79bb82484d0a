#pragma once

#include "model/ids.hpp"
#include "model/sample.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ripcord::evidence {

/// The last samples of every probe, for the evidence of a rollback.
///
/// Keeps 120 of each probe, fewer when there are more than 133 probes, at least 4: 16,000 in all,
/// each of 24 bytes, 16 for each of its readings and its reason. Once a probe's places are used for
/// the second time, keeping a sample takes no memory: O(its readings).
class SampleMemory {
 public:
  static constexpr std::size_t samples_max = 120;
  static constexpr std::size_t samples_min = 4;
  static constexpr std::size_t reason_bytes_max = 200;
  static constexpr std::size_t readings_max = 32;

  /// Forgets what was kept of a service, whose probes are `probes` from now on.
  void begin(ServiceId service, std::size_t probes);
  /// Nothing of the service is asked for any more.
  void forget(ServiceId service) { begin(service, 0); }

  /// Keeps `sample`, its reason and its readings cut short. One of a probe that was not begun is
  /// dropped.
  void keep(ProbeId probe, const Sample& sample);

  /// Oldest first. Empty for a probe that was not begun.
  [[nodiscard]] std::vector<Sample> recall(ProbeId probe) const;

 private:
  /// A sample without what varies in length.
  struct Kept {
    Instant taken_at;
    Duration latency{};
    LatencyKind latency_kind = LatencyKind::none;
    Outcome outcome = Outcome::unknown;
    bool connection_lost = false;
    std::uint8_t readings = 0;  ///< so many
  };
  struct Ring {
    std::vector<Kept> samples;
    std::vector<Reading> readings;     ///< `readings_each` places for each sample
    std::vector<std::string> reasons;  ///< of each sample; empty while none has any
    std::size_t readings_each = 0;
    std::size_t oldest = 0;  ///< place of the next one, once they are as many as may be
  };

  static void add_place(Ring& ring);
  static void widen(Ring& ring, std::size_t readings_each);
  static void put(const Sample& sample, Ring& ring, std::size_t place);
  /// Oldest first.
  [[nodiscard]] static std::vector<Sample> recall(const Ring& ring);

  [[nodiscard]] std::size_t room() const;

  std::vector<std::vector<Ring>> services_;  ///< by ServiceId, then by the index of the probe
  std::size_t probes_ = 0;
};

}  // namespace ripcord::evidence
