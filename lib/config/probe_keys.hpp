#pragma once

#include "config/key_set.hpp"

namespace ripcord::config {

// The keys of `[service.NAME.probe.NAME]`.

inline constexpr KeySet http_probe_keys{.table = "service.NAME.probe.NAME",
                                        .type = "http",
                                        .keys = {"type",
                                                 "url",
                                                 "method",
                                                 "headers",
                                                 "body",
                                                 "body_file",
                                                 "ca_file",
                                                 "client_cert_file",
                                                 "client_key_file",
                                                 "server_name",
                                                 "tls_version_min",
                                                 "bearer_token_file",
                                                 "expect_status",
                                                 "expect_body",
                                                 "expect_json",
                                                 "body_max",
                                                 "follow_redirects",
                                                 "keep_alive",
                                                 "interval",
                                                 "retry_interval",
                                                 "timeout",
                                                 "stale_after"},
                                        .tables = {"basic_auth"}};

inline constexpr KeySet tcp_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "tcp",
    .keys = {"type", "address", "tls", "ca_file", "client_cert_file", "client_key_file",
             "server_name", "tls_version_min", "send", "expect", "interval", "retry_interval",
             "timeout", "stale_after"},
    .tables = {}};

inline constexpr KeySet docker_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "docker",
    .keys = {"type", "container", "compose_project", "compose_service", "host", "ca_file",
             "client_cert_file", "client_key_file", "server_name", "tls_version_min", "notice",
             "interval", "retry_interval", "timeout", "stale_after"},
    .tables = {}};

inline constexpr KeySet log_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "log",
    .keys = {"type", "file", "container", "compose_project", "compose_service", "host", "ca_file",
             "client_cert_file", "client_key_file", "server_name", "tls_version_min", "pattern",
             "lines_max", "interval", "retry_interval", "timeout", "stale_after"},
    .tables = {}};

inline constexpr KeySet basic_auth_keys{.table = "service.NAME.probe.NAME.basic_auth",
                                        .type = "",
                                        .keys = {"username", "password_file"},
                                        .tables = {}};

inline constexpr KeySet exec_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "exec",
    .keys = {"type", "run", "user", "workdir", "env", "warning", "values", "interval",
             "retry_interval", "timeout", "stale_after"},
    .tables = {}};

inline constexpr KeySet postgres_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "postgres",
    .keys = {"type", "dsn", "interval", "retry_interval", "timeout", "stale_after"},
    .tables = {"query"}};

inline constexpr KeySet postgres_query_keys{.table = "service.NAME.probe.NAME.query.NAME",
                                            .type = "",
                                            .keys = {"sql", "columns"},
                                            .tables = {}};

inline constexpr KeySet scrape_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "scrape",
    .keys = {"type", "url", "headers", "ca_file", "client_cert_file", "client_key_file",
             "server_name", "tls_version_min", "bearer_token_file", "requests", "errors", "latency",
             "interval", "retry_interval", "timeout", "stale_after"},
    .tables = {"value", "basic_auth"}};

inline constexpr KeySet scrape_value_keys{.table = "service.NAME.probe.NAME.value.NAME",
                                          .type = "scrape",
                                          .keys = {"select", "read_as", "agg"},
                                          .tables = {}};

inline constexpr KeySet promql_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "promql",
    .keys = {"type", "url", "headers", "ca_file", "client_cert_file", "client_key_file",
             "server_name", "tls_version_min", "bearer_token_file", "query", "agg", "interval",
             "retry_interval", "timeout", "stale_after"},
    .tables = {"basic_auth"}};

inline constexpr TypeSet probe_types{
    .what = "probe",
    .known = {"docker", "exec", "http", "log", "postgres", "promql", "scrape", "tcp"}};

}  // namespace ripcord::config
