#include "notify/receiver/webhook.hpp"

#include "base/text.hpp"
#include "net/http_message.hpp"
#include "notify/json.hpp"
#include "notify/receiver/alert.hpp"
#include "notify/sign.hpp"
#include "notify/wording.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace json = boost::json;

namespace ripcord::notify {
namespace {

constexpr std::size_t body_bytes_max = 20'000;

/// `text` between quotes, as Prometheus writes the value of a label.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

json::object alert_of(const Message& message, const Labels& labels) {
  const std::optional<Instant> end = end_of(message);
  return {{"status", message.standing == Standing::resolved ? "resolved" : "firing"},
          {"labels", to_object(labels)},
          {"annotations", annotations_of(message)},
          {"startsAt", to_rfc3339_ms(message.started_at)},
          {"endsAt", end ? to_rfc3339_ms(*end) : "0001-01-01T00:00:00Z"},
          {"generatorURL", first_url(message)},
          {"fingerprint", fingerprint_of(labels)}};
}

/// What Alertmanager sends to a webhook, version 4.
json::object alertmanager_body(const Message& message, const std::string& receiver) {
  const Labels labels = labels_of(message, {});
  return {{"receiver", receiver},
          {"status", message.standing == Standing::resolved ? "resolved" : "firing"},
          {"alerts", json::array{alert_of(message, labels)}},
          {"groupLabels", json::object{{"ripcord_incident", message.incident}}},
          {"commonLabels", to_object(labels)},
          {"commonAnnotations", annotations_of(message)},
          {"externalURL", first_url(message)},
          {"version", "4"},
          {"groupKey", fmt::format("{{}}:{{ripcord_incident={}}}", quoted(message.incident))},
          {"truncatedAlerts", 0}};
}

/// The payload that Standard Webhooks recommend.
json::object ripcord_body(const Message& message) {
  return {{"type", message.event},
          {"timestamp", to_rfc3339_us(message.at)},
          {"data", members_of(message)}};
}

std::string body_of(const WebhookSettings& settings, const Letter& letter) {
  return fitting(letter.message, body_bytes_max, [&](const Message& message) -> json::value {
    if (settings.format == WebhookFormat::ripcord) return ripcord_body(message);
    return alertmanager_body(message, letter.receiver);
  });
}

/// The secrets of the file, one a line.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(text, '\n')) {
    if (!trim(line).empty()) lines.emplace_back(trim(line));
  }
  return lines;
}

Result<void> sign(Post& post, const std::string& secret_file, Instant now) {
  const Result<std::string> text = read_secret(secret_file, post);
  if (!text) return std::unexpected(text.error());
  const std::vector<std::string> secrets = lines_of(*text);
  post.secrets.insert(post.secrets.end(), secrets.begin(), secrets.end());
  std::vector<std::string> keys;
  for (const std::string& secret : secrets) {
    Result<std::string> key = signing_key(secret);
    if (!key) {
      return failure(Fault::malformed,
                     fmt::format("{}: {}", printable(secret_file, 200), key.error().message));
    }
    keys.push_back(*std::move(key));
  }
  net::Request& request = post.request;
  const std::string id(net::find_header(request.headers, "webhook-id").value_or(""));
  request.headers.push_back({"webhook-signature", webhook_signature(keys, id, now, request.body)});
  request.headers.push_back({"X-Hub-Signature-256", hub_signature(secrets.front(), request.body)});
  return {};
}

}  // namespace

Result<void> fill(Post& post, const WebhookSettings& settings, const Letter& letter) {
  const Instant now = letter.occasion.now;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  post.request.body = body_of(settings, letter);
  post.request.headers.push_back({"webhook-id", letter.message.id});
  post.request.headers.push_back({"webhook-timestamp", std::to_string(seconds)});
  if (!settings.secret_file.empty()) {
    const Result<void> signed_now = sign(post, settings.secret_file, now);
    if (!signed_now) return signed_now;
  }
  return authorize(post, settings.token_file);
}

}  // namespace ripcord::notify
