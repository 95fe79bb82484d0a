#pragma once

#include "base/time.hpp"
#include "model/deployment.hpp"
#include "model/finding.hpp"
#include "model/sample.hpp"
#include "model/vocabulary.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::engine {

struct ProbeSnapshot {
  std::string name;
  std::optional<Sample> last;  ///< nothing before the first
  /// Those of `last` that are known.
  std::vector<NamedValue> values = {};
  std::uint64_t samples = 0;  ///< since the daemon's start
  std::uint64_t samples_bad = 0;
  std::uint64_t samples_unknown = 0;
};

struct TriggerSnapshot {
  std::string name;
  std::string probe;  ///< empty when it counts signals
  std::string kind;
  Finding finding;
  std::string reason;  ///< with its numbers
  /// How long until the trip if nothing changes; zero when tripped, nothing when it would not trip.
  std::optional<Duration> time_to_trip = std::nullopt;
  bool preexisting = false;  ///< bad since before the open deployment: cannot roll it back
  std::uint64_t trips = 0;   ///< since the daemon's start
};

/// One stage of the canary that is walked.
struct StageSnapshot {
  std::uint32_t number = 0;  ///< from 1
  std::uint32_t count = 0;
  double traffic = 1;           ///< share of the new version, 0..1
  bool needs_approval = false;  ///< a person must promote it once its bake is over
};

struct ServiceSnapshot {
  std::string name;
  std::string current_version;  ///< what runs, as far as is known; may be empty
  std::string good_version;     ///< the last verified good one; may be empty
  std::vector<ProbeSnapshot> probes;
  std::vector<TriggerSnapshot> triggers;
  std::optional<Instant> healthy_since;               ///< since when every trigger has passed
  std::optional<Deployment> deployment;               ///< the open one, else the last one
  std::optional<StageSnapshot> stage = std::nullopt;  ///< of the open one, if it has stages
  std::uint64_t steps = 0;        ///< of the list of which one is running; 0 when none is
  std::uint64_t revision = 0;     ///< grows whenever something of this service has changed
  std::uint64_t deployments = 0;  ///< ended since the daemon's start, as are these
  std::uint64_t deployments_failed = 0;
  std::uint64_t rollbacks = 0;
  std::uint64_t rollbacks_failed = 0;
};

/// What the engine knows at one time, immutable, for people and for scrapes.
struct Snapshot {
  Instant at;
  std::vector<ServiceSnapshot> services;
  std::optional<Instant> blind_since;  ///< nothing while at least one probe sees something
};

}  // namespace ripcord::engine
