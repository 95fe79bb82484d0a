#pragma once

#include "base/result.hpp"
#include "model/deployment.hpp"
#include "model/gate_words.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ripcord::store {

// The columns of the journal that hold JSON. Instants are integers, microseconds since the epoch.
// Any bytes in a text survive the round trip, also those that are not UTF-8. Every reader gives
// Fault::malformed for what it cannot read, with a message about the value alone.

/// The members of a phase, without its name: `{"step":1,"attempt":0}`.
[[nodiscard]] std::string phase_detail(const Phase& phase);
/// `phase` with the members that `detail` has for it.
[[nodiscard]] Result<Phase> read_phase_detail(Phase phase, std::string_view detail);

[[nodiscard]] std::string to_json(const Cause& cause);
[[nodiscard]] Result<Cause> read_cause(std::string_view json);

[[nodiscard]] std::string to_json(const Held& held);
[[nodiscard]] Result<Held> read_held(std::string_view json);

[[nodiscard]] std::string to_json(const std::vector<std::string>& texts);
[[nodiscard]] Result<std::vector<std::string>> read_texts(std::string_view json);

[[nodiscard]] std::string to_json(const std::vector<TriggerBaseline>& baselines);
[[nodiscard]] Result<std::vector<TriggerBaseline>> read_baselines(std::string_view json);

[[nodiscard]] std::string to_json(const std::vector<Confirmation>& confirmations);
[[nodiscard]] Result<std::vector<Confirmation>> read_confirmations(std::string_view json);

[[nodiscard]] std::string to_json(const std::vector<GateOverride>& overrides);
[[nodiscard]] Result<std::vector<GateOverride>> read_overrides(std::string_view json);

}  // namespace ripcord::store
