#pragma once

#include "base/result.hpp"
#include "deploy/gate/backup.hpp"
#include "deploy/gate/check.hpp"
#include "deploy/gate/checklist.hpp"
#include "deploy/gate/health.hpp"
#include "deploy/gate/ready.hpp"
#include "deploy/gate/staging.hpp"
#include "deploy/gate/window.hpp"
#include "model/gate_words.hpp"
#include "model/run.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ripcord::deploy {

/// A script must exit with 0.
struct ExecRule {
  friend bool operator==(const ExecRule&, const ExecRule&) = default;
};
using ExecFact = RunResult;

/// What a gate asks for. A new kind: its file pair in gate/, its lines here and in gate.cpp,
/// its reader in config/.
using GateRule = std::variant<BackupRule, WindowRule, HealthyRule, QuietRule, ChecklistRule,
                              StagingRule, ReadyRule, ExecRule>;

struct Gate {
  std::string name;
  GateRule rule;

  friend bool operator==(const Gate&, const Gate&) = default;
};

/// The kind's word: `"backup"`, `"window"`, …
[[nodiscard]] std::string_view kind_name(const GateRule& rule);

/// It was asked, and could not be found out.
struct NotKnown {
  std::string why;
};

/// What the world found, by the name of the gate that asked. What is missing is not known. A window
/// needs nothing but `now`, a checklist nothing but people's confirmations.
using GateFact =
    std::variant<BackupFact, HealthyFact, QuietFact, StagingFact, ReadyFact, ExecFact, NotKnown>;
using GateFacts = std::map<std::string, GateFact, std::less<>>;

/// What a person says with a deployment.
struct GateRequest {
  std::string version;
  std::vector<Confirmation> confirmations;
  std::vector<GateOverride> overrides;
};

enum class GateState : std::uint8_t {
  passed,
  refused,
  overridden,  ///< it would have refused
};
[[nodiscard]] std::string_view to_string(GateState state);

struct GateReason {
  std::string gate;
  GateState state = GateState::refused;
  std::string text;  ///< one sentence with its numbers; who overrode it and why, if somebody did

  friend bool operator==(const GateReason&, const GateReason&) = default;
};

struct GateVerdict {
  std::vector<GateReason> reasons;      ///< of every gate, in the order of the configuration
  std::vector<GateOverride> overrides;  ///< as given, to be kept for ever; needless ones as well

  /// True when no gate refuses: the deployment may start.
  [[nodiscard]] bool is_open() const;
};

/// Judges every gate at once. Without a gate, the verdict is open.
///
/// Only the start of a deployment is ever judged: a gate never blocks a rollback, whatever it says,
/// and nothing on the way of a rollback may ask it.
///
/// Missing knowledge refuses: a gate whose fact is not in `facts`, or is of another kind, says what
/// is not known. Fault::malformed, with every mistake, when the person meant something else: an
/// override of an unknown gate, twice of the same one, without a reason or without a name; a
/// confirmation without a name, or of an item that no checklist has. Pre: names of gates are
/// unique.
[[nodiscard]] Result<GateVerdict> judge(const std::vector<Gate>& gates, const GateRequest& request,
                                        const GateFacts& facts, Instant now);

}  // namespace ripcord::deploy
