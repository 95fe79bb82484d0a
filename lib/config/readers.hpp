#pragma once

#include "base/time.hpp"
#include "config/mistakes.hpp"
#include "config/table_reader.hpp"
#include "engine/settings.hpp"
#include "evaluate/rules.hpp"
#include "evidence/settings.hpp"
#include "runtime/settings.hpp"

#include <optional>
#include <vector>

namespace ripcord::config {

/// `[daemon]`
[[nodiscard]] runtime::DaemonSettings read_daemon(TableReader& root, Mistakes& mistakes);

/// `[evidence]`
[[nodiscard]] evidence::Settings read_evidence(TableReader& root, Mistakes& mistakes);

/// `[api]`. Its socket is in the daemon's runtime directory unless told.
[[nodiscard]] runtime::ApiSettings read_api(TableReader& root,
                                            const runtime::DaemonSettings& daemon,
                                            Mistakes& mistakes);

/// A probe, with what its triggers need to know of it.
struct ReadProbe {
  engine::ProbeSettings settings;
  runtime::ProbeKind kind;
  NamedTable from;
  bool is_good = false;         ///< nothing was noted about it: worth comparing with others
  bool can_fail = true;         ///< its samples may be bad
  bool has_latency = true;      ///< its samples carry one
  bool has_connection = false;  ///< its samples say when an established connection is lost
  std::optional<evaluate::CounterPlaces> counters = std::nullopt;  ///< requests and errors
};

/// `[service.NAME.probe.NAME]`
[[nodiscard]] std::vector<ReadProbe> read_probes(TableReader& service, Mistakes& mistakes);

/// `[service.NAME.trigger.NAME]`, or the built-in set when there is none. `bake` is nothing when it
/// is wrong itself.
[[nodiscard]] std::vector<engine::TriggerSettings> read_triggers(TableReader& service,
                                                                 std::vector<ReadProbe>& probes,
                                                                 std::optional<Duration> bake,
                                                                 Mistakes& mistakes);

/// `[service.NAME]`
[[nodiscard]] runtime::ServiceSettings read_service(const NamedTable& from, Mistakes& mistakes);

}  // namespace ripcord::config
