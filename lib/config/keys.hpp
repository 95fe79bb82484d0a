#pragma once

#include "config/gate_keys.hpp"     // IWYU pragma: export
#include "config/key_set.hpp"       // IWYU pragma: export
#include "config/notify_keys.hpp"   // IWYU pragma: export
#include "config/probe_keys.hpp"    // IWYU pragma: export
#include "config/trigger_keys.hpp"  // IWYU pragma: export

#include <array>

namespace ripcord::config {

// Every key of the configuration. docs/configuration.md is compared with it by a test.

inline constexpr KeySet root_keys{.table = "",
                                  .type = "",
                                  .keys = {},
                                  .tables = {"daemon", "api", "evidence", "service", "notify"}};

inline constexpr KeySet daemon_keys{
    .table = "daemon", .type = "", .keys = {"state_dir", "runtime_dir"}, .tables = {}};

inline constexpr KeySet api_keys{
    .table = "api",
    .type = "",
    .keys = {"listen", "socket", "group", "tokens_file", "external_url"},
    .tables = {}};

inline constexpr KeySet evidence_keys{.table = "evidence",
                                      .type = "",
                                      .keys = {"enabled", "max_time", "keep", "keep_bytes"},
                                      .tables = {}};

inline constexpr KeySet service_keys{
    .table = "service.NAME",
    .type = "",
    .keys = {"previous_version", "bake", "settle", "deadline", "baseline", "after_bake"},
    .tables = {"probe", "trigger", "gate", "deploy", "stage", "shift", "rollback", "verify"}};

inline constexpr KeySet deploy_keys{
    .table = "service.NAME.deploy", .type = "", .keys = {}, .tables = {"step"}};

inline constexpr KeySet deploy_step_keys{
    .table = "service.NAME.deploy.step",
    .type = "",
    .keys = {"name", "run", "timeout", "grace", "user", "workdir", "env", "idempotent"},
    .tables = {}};

inline constexpr KeySet stage_keys{.table = "service.NAME.stage",
                                   .type = "",
                                   .keys = {"traffic", "bake", "approve"},
                                   .tables = {}};

inline constexpr KeySet shift_keys{
    .table = "service.NAME.shift",
    .type = "",
    .keys = {"run", "timeout", "grace", "user", "workdir", "env", "idempotent"},
    .tables = {}};

inline constexpr KeySet rollback_keys{
    .table = "service.NAME.rollback", .type = "", .keys = {}, .tables = {"step"}};

inline constexpr KeySet step_keys{
    .table = "service.NAME.rollback.step",
    .type = "",
    .keys = {"name", "run", "timeout", "grace", "user", "workdir", "env", "idempotent"},
    .tables = {}};

inline constexpr KeySet verify_keys{
    .table = "service.NAME.verify",
    .type = "",
    .keys = {"run", "timeout", "grace", "user", "workdir", "env", "idempotent", "healthy_for"},
    .tables = {}};

// clang-format off: one a line
inline constexpr std::array key_sets{
    &root_keys,
    &daemon_keys,
    &api_keys,
    &evidence_keys,
    &service_keys,
    &http_probe_keys,
    &basic_auth_keys,
    &tcp_probe_keys,
    &scrape_probe_keys,
    &scrape_value_keys,
    &promql_probe_keys,
    &exec_probe_keys,
    &postgres_probe_keys,
    &postgres_query_keys,
    &docker_probe_keys,
    &log_probe_keys,
    &consecutive_failures_keys,
    &latency_keys,
    &error_ratio_keys,
    &connection_lost_keys,
    &occurrences_keys,
    &value_keys,
    &regression_keys,
    &backup_gate_keys,
    &window_gate_keys,
    &exec_gate_keys,
    &healthy_gate_keys,
    &quiet_gate_keys,
    &checklist_gate_keys,
    &staging_gate_keys,
    &ready_gate_keys,
    &deploy_keys,
    &deploy_step_keys,
    &stage_keys,
    &shift_keys,
    &rollback_keys,
    &step_keys,
    &verify_keys,
    &webhook_keys,
    &alertmanager_keys,
    &slack_keys,
    &discord_keys,
    &teams_keys,
    &pagerduty_keys,
    &ntfy_keys,
    &grafana_keys,
};
// clang-format on

}  // namespace ripcord::config
