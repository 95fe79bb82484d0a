#include "tests/notify/vendors.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "notify/sign.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <regex>
#include <set>
#include <string_view>

namespace json = boost::json;

namespace ripcord::notify::test {
namespace {

/// What was found wrong first; reads as if nothing was until the end.
class Check {
 public:
  explicit Check(const net::Request& request, std::string_view method = "POST") {
    demand(request.method == method, "method");
    const auto type = net::find_header(request.headers, "Content-Type").value_or("");
    demand(type.starts_with("application/json"), "content type");
    boost::system::error_code error;
    body = json::parse(request.body, error);  // only UTF-8 passes
    demand(!error, "JSON");
  }

  void demand(bool is_so, std::string_view what) {
    if (!is_so && mistake.empty()) mistake = what;
  }

  const json::value& at(const json::value& from, std::string_view pointer) {
    static const json::value nothing;
    boost::json::error_code error;
    const json::value* found = from.find_pointer(pointer, error);
    demand(found != nullptr, pointer);
    return found == nullptr ? nothing : *found;
  }

  std::string text(const json::value& from, std::string_view pointer, std::size_t characters_max,
                   std::size_t characters_min = 1) {
    const json::value& found = at(from, pointer);
    demand(found.is_string(), pointer);
    const std::string text = found.is_string() ? std::string(found.get_string()) : "";
    const auto characters = static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
    demand(characters <= characters_max && characters >= characters_min, pointer);
    return text;
  }

  const json::array& list(const json::value& from, std::string_view pointer, std::size_t most,
                          std::size_t least = 0) {
    static const json::array nothing;
    const json::value& found = at(from, pointer);
    demand(found.is_array(), pointer);
    const json::array& array = found.is_array() ? found.get_array() : nothing;
    demand(array.size() <= most && array.size() >= least, pointer);
    return array;
  }

  void url(const std::string& text) {
    demand(text.starts_with("https://") || text.starts_with("http://"), "a URL");
  }

  [[nodiscard]] bool passes() const { return mistake.empty(); }

  json::value body;
  std::string mistake;
};

net::Reply refusal(const Check& check) {
  return {.status = 400, .headers = {}, .body = "invalid: " + check.mistake};
}

net::Reply answer(const Check& check, net::Reply success) {
  return check.passes() ? success : refusal(check);
}

std::string header(const net::Request& request, std::string_view name) {
  return std::string(net::find_header(request.headers, name).value_or(""));
}

Instant instant_of(const std::string& seconds) {
  long long number = 0;
  std::from_chars(seconds.data(), seconds.data() + seconds.size(), number);
  return Instant(std::chrono::seconds(number));
}

void check_alert(Check& check, const json::value& alert) {
  check.text(alert, "/labels/alertname", 200);
  const auto starts = parse_instant(check.text(alert, "/startsAt", 40));
  check.demand(starts.has_value(), "startsAt");
  for (const auto& [name, value] : check.at(alert, "/labels").as_object()) {
    check.demand(value.is_string() && !value.get_string().empty(), "a label's value");
  }
  if (const json::value* ends = alert.as_object().if_contains("endsAt")) {
    const auto end = parse_instant(std::string_view(ends->as_string()));
    check.demand(end && starts && *end >= *starts, "endsAt");
  }
  if (alert.as_object().contains("generatorURL"))
    check.url(check.text(alert, "/generatorURL", 2000));
}

void check_version_4(Check& check) {
  check.demand(check.text(check.body, "/version", 1) == "4", "version");
  for (const std::string_view text : {"/receiver", "/status", "/groupKey"}) {
    check.text(check.body, text, 1000);
  }
  for (const std::string_view map : {"/groupLabels", "/commonLabels", "/commonAnnotations"}) {
    check.demand(check.at(check.body, map).is_object(), map);
  }
  check.demand(check.at(check.body, "/truncatedAlerts").is_int64(), "truncatedAlerts");
  for (const json::value& alert : check.list(check.body, "/alerts", 100, 1)) {
    check.demand(check.text(alert, "/fingerprint", 16).size() == 16, "fingerprint");
    check.text(alert, "/endsAt", 40);
    check.text(alert, "/labels/alertname", 200);
  }
}

/// Block Kit's limits.
void check_block(Check& check, const json::value& block) {
  const std::string type = check.text(block, "/type", 20);
  if (type == "header") {
    check.demand(check.text(block, "/text/type", 20) == "plain_text", "a header's text");
    check.text(block, "/text/text", 150);
  } else if (type == "context") {
    check.list(block, "/elements", 10, 1);
  } else {
    check.demand(type == "section", "a block's type");
    const bool has_fields = block.as_object().contains("fields");
    if (!has_fields) check.text(block, "/text/text", 3000);
    if (!has_fields) return;
    for (const json::value& field : check.list(block, "/fields", 10, 1)) {
      check.text(field, "/text", 2000);
    }
  }
}

/// What mentions people in Slack, wherever it stands.
bool mentions(const std::string& text) {
  return text.contains("<!") || text.contains("<@") || text.contains("<#");
}

/// HTML with no other tags than line breaks and links to somewhere else.
void check_html(Check& check, std::string text) {
  const std::regex tag(R"re(<br>|<a href="https?://[^"<>]+">|</a>)re");
  text = std::regex_replace(text, tag, "");
  check.demand(text.find_first_of("<>") == std::string::npos, "a tag in the text");
}

/// The members of an annotation that are there, as Grafana checks them.
void check_annotation(Check& check) {
  check_html(check, check.text(check.body, "/text", 65'535));
  if (!check.passes()) return;
  const json::object& members = check.body.as_object();
  for (const std::string_view time : {"/time", "/timeEnd"}) {
    if (!members.contains(time.substr(1))) continue;
    const json::value& found = check.at(check.body, time);
    check.demand(found.is_int64() && found.get_int64() >= 0, time);
  }
  if (members.contains("dashboardUID")) check.text(check.body, "/dashboardUID", 40);
  if (!members.contains("tags")) return;
  std::size_t bytes = 2;  // as Grafana counts them before it refuses
  for (const json::value& tag : check.list(check.body, "/tags", 100)) {
    check.demand(tag.is_string() && !tag.get_string().empty(), "a tag");
    if (tag.is_string()) bytes += tag.get_string().size() + (bytes == 2 ? 2 : 3);
  }
  check.demand(bytes <= 500, "length of the tags");
}

void check_run(Check& check, const json::value& run) {
  check.demand(check.text(run, "/type", 20) == "TextRun", "a run's type");
  check.text(run, "/text", 10'000);
}

}  // namespace

net::Reply webhook_server(const net::Request& request, const std::string& secret) {
  Check check(request);
  const std::string id = header(request, "webhook-id");
  const Instant at = instant_of(header(request, "webhook-timestamp"));
  check.demand(!id.empty(), "webhook-id");
  if (!secret.empty()) {
    check.demand(
        header(request, "webhook-signature") == webhook_signature({secret}, id, at, request.body),
        "webhook-signature");
    check.demand(header(request, "X-Hub-Signature-256") == hub_signature(secret, request.body),
                 "X-Hub-Signature-256");
  }
  check.demand(request.body.size() <= 20'000, "size");
  if (!check.passes()) return refusal(check);
  if (check.body.as_object().contains("version")) {
    check_version_4(check);
  } else {
    check.text(check.body, "/type", 100);
    check.demand(parse_instant(check.text(check.body, "/timestamp", 40)).has_value(), "timestamp");
    check.demand(check.at(check.body, "/data").is_object(), "data");
  }
  return answer(check, {.status = 204, .headers = {}, .body = {}});
}

net::Reply alertmanager_server(const net::Request& request) {
  Check check(request);
  check.demand(request.target.ends_with("/api/v2/alerts"), "target");
  for (const json::value& alert : check.list(check.body, "", 1000)) check_alert(check, alert);
  if (check.passes()) return {.status = 200, .headers = {}, .body = {}};
  return {.status = 400, .headers = {}, .body = json::serialize(json::string(check.mistake))};
}

net::Reply slack_server(const net::Request& request) {
  Check check(request);
  check.text(check.body, "/text", 40'000);
  for (const json::value& block : check.list(check.body, "/blocks", 50)) check_block(check, block);
  for (const json::value& one : check.list(check.body, "/attachments", 20)) {
    for (const json::value& block : check.list(one, "/blocks", 50)) check_block(check, block);
  }
  check.demand(!mentions(request.body), "a mention");
  const bool is_api = request.target == "/api/chat.postMessage";
  if (!is_api && !check.passes()) return {.status = 400, .headers = {}, .body = "invalid_blocks"};
  if (!is_api) return {.status = 200, .headers = {{"Content-Type", "text/html"}}, .body = "ok"};
  check.text(check.body, "/channel", 80);
  if (!header(request, "Authorization").starts_with("Bearer xoxb-")) {
    return {.status = 200, .headers = {}, .body = R"({"ok":false,"error":"not_authed"})"};
  }
  if (!check.passes()) {
    return {.status = 200, .headers = {}, .body = R"({"ok":false,"error":"invalid_blocks"})"};
  }
  return {.status = 200,
          .headers = {},
          .body = R"({"ok":true,"channel":"C1","ts":"1503435956.000247","message":{}})"};
}

net::Reply discord_server(const net::Request& request) {
  const bool edits = request.target.contains("/messages/");
  Check check(request, edits ? "PATCH" : "POST");
  check.demand(request.target.starts_with("/api/webhooks/"), "target");
  for (const json::value& embed : check.list(check.body, "/embeds", 10, 1)) {
    std::size_t sum = check.text(embed, "/title", 256).size();
    const json::object& members = embed.as_object();
    if (members.contains("description")) sum += check.text(embed, "/description", 4096).size();
    if (members.contains("footer")) sum += check.text(embed, "/footer/text", 2048).size();
    for (const json::value& field : check.list(embed, "/fields", 25)) {
      sum += check.text(field, "/name", 256).size() + check.text(field, "/value", 1024).size();
    }
    check.demand(sum <= 6000, "size of the embed");
    check.demand(parse_instant(check.text(embed, "/timestamp", 40)).has_value(), "timestamp");
  }
  check.list(check.body, "/allowed_mentions/parse", 0);
  if (!check.passes()) {
    return {
        .status = 400, .headers = {}, .body = R"({"message":"Invalid Form Body","code":50035})"};
  }
  if (!edits && !request.target.ends_with("?wait=true")) {
    return {.status = 204, .headers = {}, .body = {}};
  }
  return {.status = 200, .headers = {}, .body = R"({"id":"1234567890123456789","type":0})"};
}

net::Reply teams_server(const net::Request& request) {
  Check check(request);
  check.demand(request.body.size() <= std::size_t{28} * 1024, "size");
  check.demand(check.text(check.body, "/type", 20) == "message", "type");
  for (const json::value& one : check.list(check.body, "/attachments", 1, 1)) {
    check.demand(check.text(one, "/contentType", 80) == "application/vnd.microsoft.card.adaptive",
                 "contentType");
    check.demand(check.at(one, "/contentUrl").is_null(), "contentUrl");
    check.demand(check.text(one, "/content/type", 20) == "AdaptiveCard", "a card's type");
    check.text(one, "/content/version", 3);
    for (const json::value& block : check.list(one, "/content/body", 100, 1)) {
      check.demand(check.text(block, "/type", 20) == "RichTextBlock", "text with Markdown");
      for (const json::value& run : check.list(block, "/inlines", 10, 1)) check_run(check, run);
    }
    for (const json::value& action : check.list(one, "/content/actions", 6)) {
      check.url(check.text(action, "/url", 2000));
    }
  }
  return answer(check, {.status = 202, .headers = {}, .body = {}});
}

/// A change event: it has a summary, and nothing that opens an alert.
net::Reply pagerduty_change(Check& check) {
  check.text(check.body, "/payload/summary", 1024);
  check.demand(parse_instant(check.text(check.body, "/payload/timestamp", 40)).has_value(),
               "timestamp");
  for (const std::string_view member : {"event_action", "dedup_key"}) {
    check.demand(!check.body.as_object().contains(member),
                 "a change has no " + std::string(member));
  }
  return {.status = check.passes() ? 202U : 400U,
          .headers = {},
          .body = check.passes() ? R"({"status":"success","message":"Change event processed"})"
                                 : R"({"status":"invalid event"})"};
}

net::Reply pagerduty_server(const net::Request& request) {
  const std::set<std::string> actions{"trigger", "acknowledge", "resolve"};
  const std::set<std::string> severities{"critical", "error", "warning", "info"};
  Check check(request);
  check.demand(request.body.size() <= 512'000, "size");
  check.demand(check.text(check.body, "/routing_key", 32).size() == 32, "routing_key");
  if (request.target.ends_with("/change/enqueue")) return pagerduty_change(check);
  check.demand(actions.contains(check.text(check.body, "/event_action", 20)), "event_action");
  const std::string key = check.text(check.body, "/dedup_key", 255);
  check.text(check.body, "/payload/summary", 1024);
  check.text(check.body, "/payload/source", 1000);
  check.demand(severities.contains(check.text(check.body, "/payload/severity", 20)), "severity");
  check.demand(parse_instant(check.text(check.body, "/payload/timestamp", 40)).has_value(),
               "timestamp");
  for (const json::value& link : check.list(check.body, "/links", 100)) {
    check.url(check.text(link, "/href", 2000));
  }
  if (check.passes()) {
    return {.status = 202,
            .headers = {},
            .body = json::serialize(json::object{
                {"status", "success"}, {"message", "Event processed"}, {"dedup_key", key}})};
  }
  return {.status = 400,
          .headers = {},
          .body = json::serialize(json::object{{"status", "invalid event"},
                                               {"message", "Event object is invalid"},
                                               {"errors", json::array{check.mistake}}})};
}

net::Reply ntfy_server(const net::Request& request) {
  Check check(request);
  check.demand(request.target == "/", "target");
  check.text(check.body, "/topic", 64);
  check.demand(check.text(check.body, "/message", 4096).size() <= 4096, "size");
  check.text(check.body, "/title", 300);
  const json::value& priority = check.at(check.body, "/priority");
  check.demand(priority.is_int64() && priority.get_int64() >= 1 && priority.get_int64() <= 5,
               "priority");
  check.list(check.body, "/tags", 10);
  if (check.passes() && check.body.as_object().contains("actions")) {
    for (const json::value& action : check.list(check.body, "/actions", 3)) {
      check.demand(check.text(action, "/action", 10) == "view", "action");
      check.text(action, "/label", 100);
      check.url(check.text(action, "/url", 2000));
    }
  }
  return answer(check, {.status = 200, .headers = {}, .body = R"({"id":"x","event":"message"})"});
}

net::Reply grafana_server(const net::Request& request) {
  constexpr std::string_view path = "/api/annotations";
  const std::set<std::string> known{"/1145", "/1234567890123456789"};
  const auto says = [](unsigned status, const std::string& message) {
    return net::Reply{.status = status,
                      .headers = {},
                      .body = json::serialize(json::object{{"message", message}})};
  };
  if (!header(request, "Authorization").starts_with("Bearer glsa_")) {
    return says(401, "Invalid API key");
  }
  const std::size_t at = request.target.find(path);
  if (at == std::string::npos) return says(404, "Not found");
  const std::string id = request.target.substr(at + path.size());
  Check check(request, id.empty() ? "POST" : "PATCH");
  if (!id.empty() && !known.contains(id)) return says(404, "Annotation not found");
  check_annotation(check);
  if (id.empty()) check.at(check.body, "/time");
  if (!check.passes()) return says(400, "bad request data: " + check.mistake);
  if (!id.empty()) return says(200, "Annotation patched");
  return {.status = 200, .headers = {}, .body = R"({"id":1145,"message":"Annotation added"})"};
}

}  // namespace ripcord::notify::test
