#pragma once

#include "config/key_set.hpp"

namespace ripcord::config {

// The keys of `[service.NAME.gate.NAME]`.

inline constexpr KeySet backup_gate_keys{
    .table = "service.NAME.gate.NAME",
    .type = "backup",
    .keys = {"type", "files", "max_age", "size_min", "verify", "timeout", "user", "workdir", "env"},
    .tables = {}};

inline constexpr KeySet window_gate_keys{.table = "service.NAME.gate.NAME",
                                         .type = "window",
                                         .keys = {"type", "timezone", "allow", "deny"},
                                         .tables = {}};

inline constexpr KeySet exec_gate_keys{.table = "service.NAME.gate.NAME",
                                       .type = "exec",
                                       .keys = {"type", "run", "timeout", "user", "workdir", "env"},
                                       .tables = {}};

inline constexpr KeySet healthy_gate_keys{
    .table = "service.NAME.gate.NAME", .type = "healthy", .keys = {"type"}, .tables = {}};

inline constexpr KeySet quiet_gate_keys{.table = "service.NAME.gate.NAME",
                                        .type = "quiet",
                                        .keys = {"type", "probe", "value", "below", "stale_after"},
                                        .tables = {}};

inline constexpr KeySet checklist_gate_keys{.table = "service.NAME.gate.NAME",
                                            .type = "checklist",
                                            .keys = {"type", "items"},
                                            .tables = {}};

inline constexpr KeySet staging_gate_keys{
    .table = "service.NAME.gate.NAME",
    .type = "staging",
    .keys = {"type", "environment", "url", "file", "service", "max_age", "timeout",
             "bearer_token_file", "ca_file", "client_cert_file", "client_key_file", "server_name",
             "tls_version_min"},
    .tables = {}};

inline constexpr KeySet ready_gate_keys{
    .table = "service.NAME.gate.NAME",
    .type = "ready",
    .keys = {"type", "image", "probe", "disk_min", "database", "timeout", "user", "workdir", "env"},
    .tables = {}};

inline constexpr TypeSet gate_types{
    .what = "gate",
    .known = {"backup", "window", "exec", "healthy", "quiet", "checklist", "staging", "ready"}};

}  // namespace ripcord::config
