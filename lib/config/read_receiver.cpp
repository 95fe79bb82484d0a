#include "config/read_receiver.hpp"

#include "base/text.hpp"
#include "config/notify_keys.hpp"
#include "config/read_http_target.hpp"
#include "net/url.hpp"
#include "runtime/notify/tellings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using notify::Address;
using notify::ReceiverSettings;

constexpr Range<Duration> timeout_range{1s, 2min};
constexpr Range<Duration> repeat_range{0s, 30 * 24h};
constexpr Range<Duration> age_range{1min, 30 * 24h};
constexpr std::size_t channel_bytes_max = 80;
constexpr std::size_t topic_bytes_max = 64;
constexpr std::size_t uid_bytes_max = 40;
constexpr std::size_t tag_bytes_max = 48;
constexpr std::size_t tags_max = 8;

/// Patterns of one event, and of all whose names begin alike.
std::vector<std::string> known_patterns() {
  std::vector<std::string> patterns = runtime::told_events();
  for (const std::string& event : runtime::told_events()) {
    std::string all = event.substr(0, event.find('.')) + ".*";
    if (std::ranges::find(patterns, all) == patterns.end()) patterns.push_back(std::move(all));
  }
  return patterns;
}

/// What is wrong with a pattern of events; empty when nothing is.
std::string pattern_mistake(std::string_view pattern) {
  if (pattern.starts_with('!')) pattern.remove_prefix(1);
  if (pattern == "*") return {};
  static const std::vector<std::string> known = known_patterns();
  if (std::ranges::find(known, pattern) != known.end()) return {};
  const std::string near = nearest(std::string(pattern), known);
  if (!near.empty()) return fmt::format("nobody is told of that; did you mean \"{}\"?", near);
  return R"(nobody is told of that; write "rollback.failed", "rollback.*" or "*", and "!" before )"
         "what is not wanted";
}

void read_events(TableReader& table, ReceiverSettings& receiver) {
  if (!table.has("events")) return;
  receiver.events.clear();
  for (NamedText& pattern : table.texts("events")) {
    const std::string mistake = pattern_mistake(pattern.text);
    if (!mistake.empty()) {
      table.note("events", pattern.place, fmt::format("{}: {}", in_quotes(pattern.text), mistake));
    }
    receiver.events.push_back(std::move(pattern.text));
  }
  if (table.is_good({"events"}) && receiver.events.empty()) {
    table.note("events", "is empty: leave it out to be told of what is usual");
  }
}

Severity read_severity(TableReader& table, Severity fallback) {
  const std::string word = table.text("severity_min", std::string(to_string(fallback)));
  for (const Severity severity : {Severity::info, Severity::warning, Severity::critical}) {
    if (word == to_string(severity)) return severity;
  }
  table.note("severity_min",
             fmt::format(R"({} is none of "info", "warning" and "critical")", in_quotes(word)));
  return fallback;
}

/// The value is never shown: there may be a password in it.
std::optional<net::HttpUrl> read_url(TableReader& table, std::string fallback) {
  const std::string text = table.text("url", std::move(fallback));
  if (!table.is_good({"url"})) return std::nullopt;
  if (auto url = net::parse_http_url(text)) return *std::move(url);
  table.note("url", R"(is not a URL such as "https://host/path", without a user name)");
  return std::nullopt;
}

void refuse_query(TableReader& table, const Address& address) {
  if (address.url && address.url->target.contains('?')) {
    table.note("url", "has a query; write what stands before it");
  }
}

/// One of `a` and `b`, which are keys, must be there, and not both.
void require_one(TableReader& table, std::string_view a, std::string_view b) {
  if (table.has(a) && table.has(b)) {
    table.note(a, fmt::format("cannot be used together with {}", b));
  } else if (!table.has(a) && !table.has(b)) {
    table.note(a, fmt::format("is missing, and so is {}: one of them must be there", b));
  }
}

Address read_url_or_file(TableReader& table) {
  require_one(table, "url", "url_file");
  Address address{.url = {}, .url_file = read_file_path(table, "url_file")};
  if (table.has("url")) address.url = read_url(table, "");
  return address;
}

Address read_url_file(TableReader& table) {
  table.require("url_file");
  return {.url = {}, .url_file = read_file_path(table, "url_file")};
}

notify::ReceiverKind read_webhook(TableReader& table) {
  notify::WebhookSettings webhook{.address = read_url_or_file(table)};
  const std::string format = table.text("format", "alertmanager");
  if (format == "ripcord") {
    webhook.format = notify::WebhookFormat::ripcord;
  } else if (format != "alertmanager") {
    table.note("format",
               fmt::format(R"({} is neither "alertmanager" nor "ripcord")", in_quotes(format)));
  }
  webhook.secret_file = read_file_path(table, "secret_file");
  webhook.token_file = read_file_path(table, "bearer_token_file");
  return webhook;
}

/// As Prometheus has the names of labels.
bool is_label(std::string_view name) {
  const auto may_begin = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && may_begin(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return may_begin(c) || (c >= '0' && c <= '9'); });
}

notify::ReceiverKind read_alertmanager(TableReader& table) {
  constexpr std::array<std::string_view, 4> ours{"alertname", "ripcord_incident", "ripcord_service",
                                                 "severity"};
  notify::AlertmanagerSettings alertmanager{.address = read_url_or_file(table)};
  refuse_query(table, alertmanager.address);
  alertmanager.token_file = read_file_path(table, "bearer_token_file");
  for (NamedText& label : table.text_table("labels")) {
    const std::string key = joined("labels", label.name);
    if (!is_label(label.name)) table.note(key, label.place, "is not the name of a label");
    if (std::ranges::find(ours, label.name) != ours.end()) {
      table.note(key, label.place, "is set by ripcord itself");
    }
    if (trim(label.text).empty() || printable(label.text, label.text.size()) != label.text) {
      table.note(key, label.place, "must be one line of text");
    }
    alertmanager.labels.emplace(std::move(label.name), std::move(label.text));
  }
  return alertmanager;
}

notify::ReceiverKind read_slack(TableReader& table) {
  require_one(table, "url_file", "token_file");
  notify::SlackSettings slack{.address = {.url = {}, .url_file = read_file_path(table, "url_file")},
                              .token_file = read_file_path(table, "token_file"),
                              .channel = table.text("channel", "")};
  if (!table.has("token_file")) {
    for (const std::string_view key : {"channel", "url"}) {
      if (table.has(key)) table.note(key, "has no use without token_file");
    }
    return slack;
  }
  table.require("channel");
  if (slack.channel.size() > channel_bytes_max) {
    table.note("channel", fmt::format("is longer than {} bytes", channel_bytes_max));
  }
  slack.address.url = read_url(table, "https://slack.com/api/chat.postMessage");
  return slack;
}

notify::ReceiverKind read_discord(TableReader& table) {
  return notify::DiscordSettings{.address = read_url_file(table)};
}

notify::ReceiverKind read_teams(TableReader& table) {
  return notify::TeamsSettings{.address = read_url_file(table)};
}

notify::ReceiverKind read_pagerduty(TableReader& table) {
  table.require("routing_key_file");
  return notify::PagerdutySettings{
      .address = {.url = read_url(table, "https://events.pagerduty.com/v2/enqueue")},
      .routing_key_file = read_file_path(table, "routing_key_file")};
}

/// Letters, digits, `_` and `-`, at most `bytes_max` of them.
bool is_plain(std::string_view text, std::size_t bytes_max) {
  return text.size() <= bytes_max && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

notify::ReceiverKind read_ntfy(TableReader& table) {
  require_one(table, "topic", "topic_file");
  notify::NtfySettings ntfy{.address = {.url = read_url(table, "https://ntfy.sh")},
                            .topic = table.text("topic", ""),
                            .topic_file = read_file_path(table, "topic_file"),
                            .token_file = read_file_path(table, "token_file")};
  refuse_query(table, ntfy.address);
  if (!is_plain(ntfy.topic, topic_bytes_max)) {
    table.note("topic", R"(is no topic: write at most 64 letters, digits, "_" and "-")");
  }
  return ntfy;
}

/// Together with our own they stay below the 500 bytes that Grafana takes.
std::vector<std::string> read_tags(TableReader& table) {
  std::vector<std::string> tags;
  for (NamedText& tag : table.texts("tags")) {
    const bool is_one_line = printable(tag.text, tag.text.size()) == tag.text;
    if (!is_one_line || tag.text.empty() || trim(tag.text) != tag.text) {
      table.note("tags", tag.place, "must be one line of text, without spaces around it");
    }
    if (tag.text.size() > tag_bytes_max) {
      table.note("tags", tag.place, fmt::format("is longer than {} bytes", tag_bytes_max));
    }
    tags.push_back(std::move(tag.text));
  }
  if (tags.size() > tags_max) table.note("tags", fmt::format("are more than {}", tags_max));
  return tags;
}

notify::ReceiverKind read_grafana(TableReader& table) {
  table.require("token_file");
  notify::GrafanaSettings grafana{.address = read_url_or_file(table),
                                  .token_file = read_file_path(table, "token_file"),
                                  .tags = read_tags(table),
                                  .dashboard_uid = table.text("dashboard_uid", "")};
  refuse_query(table, grafana.address);
  if (!is_plain(grafana.dashboard_uid, uid_bytes_max)) {
    table.note(
        "dashboard_uid",
        fmt::format(R"(is no uid: write at most {} letters, digits, "_" and "-")", uid_bytes_max));
  }
  return grafana;
}

struct Kind {
  std::string_view type;
  const KeySet& keys;
  notify::ReceiverKind (*read)(TableReader& table);
  Severity severity_min;
};
constexpr std::array kinds{
    Kind{"webhook", webhook_keys, read_webhook, Severity::info},
    Kind{"alertmanager", alertmanager_keys, read_alertmanager, Severity::warning},
    Kind{"slack", slack_keys, read_slack, Severity::info},
    Kind{"discord", discord_keys, read_discord, Severity::info},
    Kind{"teams", teams_keys, read_teams, Severity::info},
    Kind{"pagerduty", pagerduty_keys, read_pagerduty, Severity::critical},
    Kind{"ntfy", ntfy_keys, read_ntfy, Severity::info},
    Kind{"grafana", grafana_keys, read_grafana, Severity::info},
};

ReceiverSettings read_receiver(TableReader& table, const Kind& kind) {
  ReceiverSettings receiver{.name = table.from().name, .kind = kind.read(table)};
  read_events(table, receiver);
  receiver.severity_min = read_severity(table, kind.severity_min);
  if (notify::default_repeat_interval(receiver.kind) != 0s) {
    receiver.repeat_interval =
        table.duration("repeat_interval", receiver.repeat_interval, repeat_range);
  }
  receiver.timeout = table.duration("timeout", receiver.timeout, timeout_range);
  receiver.age_max = table.duration("age_max", receiver.age_max, age_range);
  receiver.tls = read_tls(table);
  const Address& address =
      std::visit([](const auto& one) -> const Address& { return one.address; }, receiver.kind);
  if (address.url && !address.url->place.tls) {
    refuse_tls(table, "has no use with a url that is not https");
  }
  return receiver;
}

}  // namespace

std::vector<ReceiverSettings> read_receivers(TableReader& root, Mistakes& mistakes) {
  std::vector<ReceiverSettings> receivers;
  for (const NamedTable& from : root.tables("notify")) {
    const std::optional<std::string_view> type = read_type(from, receiver_types, mistakes);
    if (!type) continue;
    const Kind& kind = *std::ranges::find(kinds, *type, &Kind::type);
    TableReader table(from, kind.keys, mistakes);
    receivers.push_back(read_receiver(table, kind));
    table.reject_unknown_keys();
  }
  return receivers;
}

}  // namespace ripcord::config
