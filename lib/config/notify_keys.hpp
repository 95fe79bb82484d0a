#pragma once

#include "config/key_set.hpp"

namespace ripcord::config {

// The keys of `[notify.NAME]`.

inline constexpr KeySet webhook_keys{
    .table = "notify.NAME",
    .type = "webhook",
    .keys = {"type", "url", "url_file", "format", "secret_file", "bearer_token_file", "events",
             "severity_min", "repeat_interval", "timeout", "age_max", "ca_file", "client_cert_file",
             "client_key_file", "server_name", "tls_version_min"},
    .tables = {}};

inline constexpr KeySet alertmanager_keys{
    .table = "notify.NAME",
    .type = "alertmanager",
    .keys = {"type", "url", "url_file", "labels", "bearer_token_file", "events", "severity_min",
             "timeout", "age_max", "ca_file", "client_cert_file", "client_key_file", "server_name",
             "tls_version_min"},
    .tables = {}};

inline constexpr KeySet slack_keys{
    .table = "notify.NAME",
    .type = "slack",
    .keys = {"type", "url_file", "token_file", "channel", "url", "events", "severity_min",
             "repeat_interval", "timeout", "age_max", "ca_file", "client_cert_file",
             "client_key_file", "server_name", "tls_version_min"},
    .tables = {}};

inline constexpr KeySet discord_keys{
    .table = "notify.NAME",
    .type = "discord",
    .keys = {"type", "url_file", "events", "severity_min", "repeat_interval", "timeout", "age_max",
             "ca_file", "client_cert_file", "client_key_file", "server_name", "tls_version_min"},
    .tables = {}};

inline constexpr KeySet teams_keys{
    .table = "notify.NAME",
    .type = "teams",
    .keys = {"type", "url_file", "events", "severity_min", "repeat_interval", "timeout", "age_max",
             "ca_file", "client_cert_file", "client_key_file", "server_name", "tls_version_min"},
    .tables = {}};

inline constexpr KeySet pagerduty_keys{
    .table = "notify.NAME",
    .type = "pagerduty",
    .keys = {"type", "routing_key_file", "url", "events", "severity_min", "timeout", "age_max",
             "ca_file", "client_cert_file", "client_key_file", "server_name", "tls_version_min"},
    .tables = {}};

inline constexpr KeySet ntfy_keys{
    .table = "notify.NAME",
    .type = "ntfy",
    .keys = {"type", "url", "topic", "topic_file", "token_file", "events", "severity_min",
             "repeat_interval", "timeout", "age_max", "ca_file", "client_cert_file",
             "client_key_file", "server_name", "tls_version_min"},
    .tables = {}};

inline constexpr KeySet grafana_keys{
    .table = "notify.NAME",
    .type = "grafana",
    .keys = {"type", "url", "url_file", "token_file", "tags", "dashboard_uid", "events",
             "severity_min", "timeout", "age_max", "ca_file", "client_cert_file", "client_key_file",
             "server_name", "tls_version_min"},
    .tables = {}};

inline constexpr TypeSet receiver_types{.what = "receiver",
                                        .known = {"webhook", "alertmanager", "slack", "discord",
                                                  "teams", "pagerduty", "ntfy", "grafana"}};

}  // namespace ripcord::config
