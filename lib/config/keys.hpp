#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace ripcord::config {

/// Up to 32 words; the unused ones are empty.
using Words = std::array<std::string_view, 32>;

[[nodiscard]] constexpr bool holds(const Words& words, std::string_view word) {
  return !word.empty() && std::ranges::find(words, word) != words.end();
}

/// The keys of one kind of table: what may stand there, and what a later version will know.
struct KeySet {
  std::string_view table;  ///< as docs/configuration.md heads it
  std::string_view type;   ///< the kind that it is for; empty when it has none
  Words keys;
  Words tables;  ///< keys whose value is a table or a list of tables
  Words later;   ///< in the design, not in this version
};

/// The kinds that a `type` can name.
struct TypeSet {
  std::string_view what;
  Words known;
};

// Every key of the configuration. docs/configuration.md is compared with it by a test.

inline constexpr KeySet root_keys{.table = "",
                                  .type = "",
                                  .keys = {},
                                  .tables = {"daemon", "api", "service"},
                                  .later = {"notify"}};

inline constexpr KeySet daemon_keys{
    .table = "daemon", .type = "", .keys = {"state_dir", "runtime_dir"}, .tables = {}, .later = {}};

inline constexpr KeySet api_keys{.table = "api",
                                 .type = "",
                                 .keys = {"listen", "socket", "group"},
                                 .tables = {},
                                 .later = {"tokens_file"}};

inline constexpr KeySet service_keys{
    .table = "service.NAME",
    .type = "",
    .keys = {"previous_version", "bake", "settle", "deadline", "baseline"},
    .tables = {"probe", "trigger", "rollback", "verify"},
    .later = {"after_bake", "deploy", "stage", "shift", "gate"}};

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
                                                 "interval",
                                                 "retry_interval",
                                                 "timeout",
                                                 "stale_after"},
                                        .tables = {"basic_auth"},
                                        .later = {}};

inline constexpr KeySet tcp_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "tcp",
    .keys = {"type", "address", "tls", "ca_file", "client_cert_file", "client_key_file",
             "server_name", "tls_version_min", "send", "expect", "interval", "retry_interval",
             "timeout", "stale_after"},
    .tables = {},
    .later = {}};

inline constexpr KeySet docker_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "docker",
    .keys = {"type", "container", "compose_project", "compose_service", "host", "ca_file",
             "client_cert_file", "client_key_file", "server_name", "tls_version_min", "interval",
             "retry_interval", "timeout", "stale_after"},
    .tables = {},
    .later = {}};

inline constexpr KeySet log_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "log",
    .keys = {"type", "file", "container", "compose_project", "compose_service", "host", "ca_file",
             "client_cert_file", "client_key_file", "server_name", "tls_version_min", "pattern",
             "lines_max", "interval", "retry_interval", "timeout", "stale_after"},
    .tables = {},
    .later = {}};

inline constexpr KeySet basic_auth_keys{.table = "service.NAME.probe.NAME.basic_auth",
                                        .type = "",
                                        .keys = {"username", "password_file"},
                                        .tables = {},
                                        .later = {}};

inline constexpr KeySet exec_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "exec",
    .keys = {"type", "run", "user", "workdir", "env", "warning", "values", "interval",
             "retry_interval", "timeout", "stale_after"},
    .tables = {},
    .later = {}};

inline constexpr KeySet postgres_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "postgres",
    .keys = {"type", "dsn", "interval", "retry_interval", "timeout", "stale_after"},
    .tables = {"query"},
    .later = {}};

inline constexpr KeySet postgres_query_keys{.table = "service.NAME.probe.NAME.query.NAME",
                                            .type = "",
                                            .keys = {"sql", "columns"},
                                            .tables = {},
                                            .later = {}};

inline constexpr KeySet scrape_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "scrape",
    .keys = {"type", "url", "headers", "ca_file", "client_cert_file", "client_key_file",
             "server_name", "tls_version_min", "bearer_token_file", "requests", "errors", "latency",
             "interval", "retry_interval", "timeout", "stale_after"},
    .tables = {"value", "basic_auth"},
    .later = {}};

inline constexpr KeySet scrape_value_keys{.table = "service.NAME.probe.NAME.value.NAME",
                                          .type = "scrape",
                                          .keys = {"select", "read_as", "agg"},
                                          .tables = {},
                                          .later = {}};

inline constexpr KeySet promql_probe_keys{
    .table = "service.NAME.probe.NAME",
    .type = "promql",
    .keys = {"type", "url", "headers", "ca_file", "client_cert_file", "client_key_file",
             "server_name", "tls_version_min", "bearer_token_file", "query", "agg", "interval",
             "retry_interval", "timeout", "stale_after"},
    .tables = {"basic_auth"},
    .later = {}};

inline constexpr KeySet consecutive_failures_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "consecutive_failures",
    .keys = {"type", "probe", "failures", "action", "shadow", "on_no_data"},
    .tables = {},
    .later = {}};

inline constexpr KeySet latency_keys{.table = "service.NAME.trigger.NAME",
                                     .type = "latency",
                                     .keys = {"type", "probe", "quantile", "above", "window", "for",
                                              "samples_min", "action", "shadow", "on_no_data"},
                                     .tables = {},
                                     .later = {}};

inline constexpr KeySet error_ratio_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "error_ratio",
    .keys = {"type", "probe", "errors", "requests", "above", "window", "for", "samples_min",
             "action", "shadow", "on_no_data"},
    .tables = {},
    .later = {}};

inline constexpr KeySet connection_lost_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "connection_lost",
    .keys = {"type", "probe", "for", "action", "shadow", "on_no_data"},
    .tables = {},
    .later = {}};

inline constexpr KeySet occurrences_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "occurrences",
    .keys = {"type", "probe", "occurrence", "more_than", "within", "more_than_long", "within_long",
             "action", "shadow", "on_no_data"},
    .tables = {},
    .later = {}};

inline constexpr KeySet value_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "value",
    .keys = {"type", "probe", "value", "above", "below", "for", "action", "shadow", "on_no_data"},
    .tables = {},
    .later = {}};

inline constexpr KeySet regression_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "regression",
    .keys = {"type", "probe", "value", "worse", "worse_by", "floor", "quantile", "window", "for",
             "samples_min", "action", "shadow", "on_no_data"},
    .tables = {},
    .later = {}};

inline constexpr KeySet rollback_keys{
    .table = "service.NAME.rollback", .type = "", .keys = {}, .tables = {"step"}, .later = {}};

inline constexpr KeySet step_keys{
    .table = "service.NAME.rollback.step",
    .type = "",
    .keys = {"name", "run", "timeout", "grace", "user", "workdir", "env", "idempotent"},
    .tables = {},
    .later = {}};

inline constexpr KeySet verify_keys{
    .table = "service.NAME.verify",
    .type = "",
    .keys = {"run", "timeout", "grace", "user", "workdir", "env", "idempotent", "healthy_for"},
    .tables = {},
    .later = {}};

// clang-format off: one a line
inline constexpr std::array key_sets{
    &root_keys,
    &daemon_keys,
    &api_keys,
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
    &rollback_keys,
    &step_keys,
    &verify_keys,
};
// clang-format on

inline constexpr TypeSet probe_types{
    .what = "probe",
    .known = {"docker", "exec", "http", "log", "postgres", "promql", "scrape", "tcp"}};

inline constexpr TypeSet trigger_types{
    .what = "trigger",
    .known = {"consecutive_failures", "latency", "error_ratio", "connection_lost", "occurrences",
              "value", "regression"}};

}  // namespace ripcord::config
