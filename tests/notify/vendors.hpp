#pragma once

#include "net/http_message.hpp"

#include <string>

namespace ripcord::notify::test {

// Servers of the receivers, as far as their documentation says what they take. Each answers what
// the real one would: success, or a refusal with its reason.

/// A receiver of webhooks that verifies both signatures with `secret` (a plain text), and that the
/// body is one of Alertmanager's version 4 or a payload of Standard Webhooks, below 20 KB.
[[nodiscard]] net::Reply webhook_server(const net::Request& request, const std::string& secret);

/// `POST /api/v2/alerts`.
[[nodiscard]] net::Reply alertmanager_server(const net::Request& request);

/// An incoming webhook, or chat.postMessage when the target is `/api/chat.postMessage`.
[[nodiscard]] net::Reply slack_server(const net::Request& request);

[[nodiscard]] net::Reply discord_server(const net::Request& request);
[[nodiscard]] net::Reply teams_server(const net::Request& request);
[[nodiscard]] net::Reply pagerduty_server(const net::Request& request);
[[nodiscard]] net::Reply ntfy_server(const net::Request& request);

/// Annotations of Grafana: a new one becomes number 1145, which alone can be changed, beside
/// 1234567890123456789. A service account's token must be there (`glsa_…`).
[[nodiscard]] net::Reply grafana_server(const net::Request& request);

}  // namespace ripcord::notify::test
