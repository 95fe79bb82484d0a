#pragma once

#include "base/result.hpp"
#include "deploy/gate.hpp"
#include "model/event.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ripcord::api {

// What callers send with a command. Everything that is wrong is Fault::malformed, with a message
// for the caller. Who is speaking is never read from a body: it is `by`.

constexpr std::size_t version_characters_max = 200;
constexpr std::size_t item_characters_max = 200;
/// Of checklist items and of overrides.
constexpr std::size_t words_max = 100;

/// `{"version": …}`, and optionally `commit_time`, `driven`, `supersede`, `irreversible` (a
/// reason), `rework`, `drill`; for a driven one also `confirmations` (items) and `overrides`
/// (`{"gate": …, "reason": …}`), which are `by`'s.
[[nodiscard]] Result<StartDeployment> read_start(std::string_view text, const std::string& by);

/// As far as the gate goes: `version`, `confirmations` and `overrides`, all optional; `{}`, or
/// nothing at all.
[[nodiscard]] Result<deploy::GateRequest> read_gate(std::string_view text, const std::string& by);

/// `{"deployment": …}`, `{}`, or nothing at all.
[[nodiscard]] Result<FinishDeployment> read_finish(std::string_view text);

/// `{"reason": …}`, and optionally `deployment`.
[[nodiscard]] Result<FailDeployment> read_fail(std::string_view text);

/// `{"reason": …}`, and optionally `version`.
[[nodiscard]] Result<RollBackService> read_rollback(std::string_view text);

/// The reason of `{"reason": …}`, with control characters replaced by spaces.
[[nodiscard]] Result<std::string> read_reason(std::string_view text);

constexpr std::uint32_t signals_max = 1'000'000;

/// `{"name": …}`, and optionally `count` (1 unless told) and `note`.
[[nodiscard]] Result<ReportSignal> read_signal(std::string_view text);

/// The name of `{"probe": …}`.
[[nodiscard]] Result<std::string> read_probe(std::string_view text);

/// `{}`, or nothing at all.
[[nodiscard]] Result<void> read_nothing(std::string_view text);

}  // namespace ripcord::api
