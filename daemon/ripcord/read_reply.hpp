#pragma once

#include "api/backend.hpp"
#include "base/result.hpp"
#include "engine/snapshot.hpp"
#include "model/deployment.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::cli {

// The daemon's answers (docs/api.md), read back. Unknown members are passed over and missing ones
// read as not known, so that the two programs need not be of one version; only what is no JSON
// object, or names a phase that does not exist, is Fault::malformed.

struct StatusReply {
  Instant at;
  api::DaemonView daemon;
  std::vector<engine::ServiceSnapshot> services;
  std::map<std::string, api::Readiness> readiness = {};  ///< by service, as far as it is known
  std::optional<Instant> blind_since = std::nullopt;     ///< no probe can tell anything
};

struct ServiceReply {
  Instant at;
  engine::ServiceSnapshot service;
  std::optional<api::Readiness> readiness = std::nullopt;
};

/// The answer to a command.
struct DoneReply {
  std::string deployment;  ///< id; may be empty
  std::string message;
};

[[nodiscard]] Result<StatusReply> read_status(std::string_view body);
[[nodiscard]] Result<ServiceReply> read_service(std::string_view body);
[[nodiscard]] Result<api::DeploymentView> read_deployment(std::string_view body);
[[nodiscard]] Result<std::vector<Deployment>> read_deployments(std::string_view body);
[[nodiscard]] Result<api::ProbeReport> read_probe_report(std::string_view body);
[[nodiscard]] Result<deploy::GateVerdict> read_gate_verdict(std::string_view body);
/// The sentences, in order.
[[nodiscard]] Result<std::vector<std::string>> read_explanation(std::string_view body);
[[nodiscard]] Result<DoneReply> read_done(std::string_view body);

/// The message of `{"error": …}`; the body itself when it is something else.
[[nodiscard]] std::string read_error(std::string_view body);

}  // namespace ripcord::cli
