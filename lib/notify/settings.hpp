#pragma once

#include "base/time.hpp"
#include "model/effect.hpp"
#include "net/tls_settings.hpp"
#include "net/url.hpp"
#include "notify/message.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ripcord::notify {

/// Where a receiver is: a URL, or the file that one stands in, which is a secret. Files are read
/// anew for each attempt, and what is in them is never shown.
struct Address {
  std::optional<net::HttpUrl> url = std::nullopt;
  std::string url_file = {};  ///< empty: `url`

  friend bool operator==(const Address&, const Address&) = default;
};

enum class WebhookFormat : std::uint8_t {
  alertmanager,  ///< the body of Alertmanager's webhook, version 4
  ripcord,       ///< {type, timestamp, data} with all of the message
};

struct WebhookSettings {
  Address address = {};
  WebhookFormat format = WebhookFormat::alertmanager;
  std::string secret_file = {};  ///< one secret a line, each signs; empty: unsigned
  std::string token_file = {};   ///< a bearer token; empty: none

  friend bool operator==(const WebhookSettings&, const WebhookSettings&) = default;
};

struct AlertmanagerSettings {
  Address address = {};  ///< of the server: `/api/v2/alerts` is added
  std::string token_file = {};
  std::map<std::string, std::string> labels = {};  ///< added to every alert

  friend bool operator==(const AlertmanagerSettings&, const AlertmanagerSettings&) = default;
};

/// An incoming webhook (`address.url_file`), or the Web API with a bot's token, which answers in
/// threads.
struct SlackSettings {
  Address address = {};
  std::string token_file = {};  ///< empty: an incoming webhook
  std::string channel = {};     ///< with a token only

  friend bool operator==(const SlackSettings&, const SlackSettings&) = default;
};

struct DiscordSettings {
  Address address = {};

  friend bool operator==(const DiscordSettings&, const DiscordSettings&) = default;
};

struct TeamsSettings {
  Address address = {};

  friend bool operator==(const TeamsSettings&, const TeamsSettings&) = default;
};

struct PagerdutySettings {
  Address address = {};
  std::string routing_key_file = {};

  friend bool operator==(const PagerdutySettings&, const PagerdutySettings&) = default;
};

struct NtfySettings {
  Address address = {};    ///< of the server
  std::string topic = {};  ///< empty: it stands in `topic_file`
  std::string topic_file = {};
  std::string token_file = {};  ///< an access token; empty: none

  friend bool operator==(const NtfySettings&, const NtfySettings&) = default;
};

struct GrafanaSettings {
  Address address = {};  ///< of the server: `/api/annotations` is added
  std::string token_file = {};
  std::vector<std::string> tags = {};  ///< of every annotation, beside our own
  std::string dashboard_uid = {};      ///< empty: any dashboard can show them, by their tags

  friend bool operator==(const GrafanaSettings&, const GrafanaSettings&) = default;
};

using ReceiverKind =
    std::variant<WebhookSettings, AlertmanagerSettings, SlackSettings, DiscordSettings,
                 TeamsSettings, PagerdutySettings, NtfySettings, GrafanaSettings>;

/// What a receiver of this kind is told of when nothing is said of it: patterns, as of wants().
[[nodiscard]] std::vector<std::string> default_events(const ReceiverKind& kind);

/// After how long a receiver of this kind is told again of what is still wrong when nothing is said
/// of it; 0 when it keeps that open by itself, and so is never told again.
[[nodiscard]] Duration default_repeat_interval(const ReceiverKind& kind);

/// One `[notify.NAME]`.
struct ReceiverSettings {
  std::string name;
  ReceiverKind kind = {};
  std::vector<std::string> events = default_events(kind);  ///< patterns, as of wants()
  Severity severity_min = Severity::info;
  Duration repeat_interval = default_repeat_interval(kind);  ///< 0: never
  net::TlsSettings tls = {};                                 ///< of a URL with https
  Duration timeout = std::chrono::seconds(15);               ///< of one attempt, in all
  Duration age_max = std::chrono::hours(24);  ///< what is not delivered by then has failed

  friend bool operator==(const ReceiverSettings&, const ReceiverSettings&) = default;
};

/// `"webhook"`, `"slack"`, …: the `type` of the configuration.
[[nodiscard]] std::string_view type_of(const ReceiverKind& kind);

/// Whether an open alert at this receiver stays open until it is told that it is over.
[[nodiscard]] bool keeps_open(const ReceiverKind& kind);
/// Whether it has to be told of an open alert again and again, or it takes it for over.
[[nodiscard]] bool wants_reminders(const ReceiverKind& kind);

/// Whether `event` is meant by the pattern: itself, `"rollback.*"` or `"*"`.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view event);

/// Whether the receiver is to be told of `message`: severe enough, its event meant by one of the
/// patterns (by all when none of them is without `!`) and by none that begins with `!`. A receiver
/// that keeps alerts open hears of every end, or one would stay open for ever.
[[nodiscard]] bool wants(const ReceiverSettings& settings, const Message& message);

}  // namespace ripcord::notify
