#pragma once

#include "model/ids.hpp"
#include "model/sample.hpp"

#include <cstddef>
#include <vector>

namespace ripcord::evidence {

/// The last samples of every probe, for the evidence of a rollback.
///
/// Keeps 120 of each probe, fewer when there are more than a thousand probes, at least 12: 120,000
/// in all, each of some 200 bytes. Once a probe's places are used for the second time, keeping a
/// sample takes no memory: O(its readings).
class SampleMemory {
 public:
  static constexpr std::size_t samples_max = 120;
  static constexpr std::size_t samples_min = 12;
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
  struct Ring {
    std::vector<Sample> samples;
    std::size_t oldest = 0;  ///< place of the next one, once they are as many as may be
  };

  [[nodiscard]] std::size_t room() const;

  std::vector<std::vector<Ring>> services_;  ///< by ServiceId, then by the index of the probe
  std::size_t probes_ = 0;
};

}  // namespace ripcord::evidence
