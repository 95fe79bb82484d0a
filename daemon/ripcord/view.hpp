#pragma once

#include "api/backend.hpp"
#include "engine/snapshot.hpp"
#include "model/deployment.hpp"
#include "model/effect.hpp"
#include "ripcord/page.hpp"
#include "ripcord/read_reply.hpp"

#include <string>
#include <vector>

namespace ripcord::cli {

// What people see, as pure functions of what the daemon told.

/// A line for each service, and what troubles the daemon.
[[nodiscard]] Lines status_view(const StatusReply& status);

/// One service with its probes and triggers.
[[nodiscard]] Lines service_view(const engine::ServiceSnapshot& service, Instant now);

/// What one probe saw.
[[nodiscard]] Lines probe_view(const api::ProbeReport& report);

/// Every gate with its reason, and what that means.
[[nodiscard]] Lines gate_view(const deploy::GateVerdict& verdict);

/// Whether the service could be rolled back.
[[nodiscard]] Line readiness_line(const api::Readiness& readiness);

/// What a watcher wants to hear of when it changes: not how long something has been so.
[[nodiscard]] std::string essence(const engine::ServiceSnapshot& service);

/// A line for each deployment.
[[nodiscard]] Lines history_view(const std::vector<Deployment>& deployments);

/// The story of one deployment.
[[nodiscard]] Lines deployment_view(const api::DeploymentView& view);

/// A line for each sentence.
[[nodiscard]] Lines explanation_view(const std::vector<std::string>& sentences);

/// How it ended, and how long detection, recovery and each run took. Pre: it has ended.
[[nodiscard]] Lines verdict_view(const api::DeploymentView& view);

/// What is redrawn while somebody waits: the service, the running step and the last of its output.
[[nodiscard]] Lines live_view(const engine::ServiceSnapshot& service,
                              const api::DeploymentView& view, Instant now);

/// `"rollback.1 (deployment)"`, or only the step when it has no other name.
[[nodiscard]] std::string step_in_words(const api::RunView& run);

/// `19:01:02Z  rollback.started  rolling backend back …`
[[nodiscard]] Line record_line(const Record& record);

}  // namespace ripcord::cli
