#include "api/alerts.hpp"

#include "api/body.hpp"
#include "api/json.hpp"
#include "api/reading.hpp"
#include "api/replies.hpp"
#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace asio = boost::asio;
namespace json = boost::json;

namespace ripcord::api {
namespace {

constexpr std::size_t alerts_max = 1000;
constexpr std::size_t fingerprint_max = 64;
constexpr std::size_t name_bytes_max = 200;
/// The clock that dated an alert may be ahead of ours by so much.
constexpr Duration clock_error_max = std::chrono::days(1);

std::unexpected<Error> malformed(std::string what) {
  return failure(Fault::malformed, std::move(what));
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* member = object.if_contains(key);
  const json::string* text = member == nullptr ? nullptr : member->if_string();
  return text == nullptr ? "" : std::string(*text);
}

json::object object_of(const json::object& object, std::string_view key) {
  const json::value* member = object.if_contains(key);
  const json::object* found = member == nullptr ? nullptr : member->if_object();
  return found == nullptr ? json::object() : *found;
}

std::string summary_of(const json::object& alert) {
  const json::object annotations = object_of(alert, "annotations");
  const std::string summary = text_of(annotations, "summary");
  return summary.empty() ? text_of(annotations, "description") : summary;
}

Result<Alert> read_alert(const json::value& value) {
  const json::object* found = value.if_object();
  if (found == nullptr) return malformed("it is no object");
  const std::string status = text_of(*found, "status");
  if (status != "firing" && status != "resolved") {
    return malformed(R"(member "status" must be "firing" or "resolved")");
  }
  const std::string fingerprint = text_of(*found, "fingerprint");
  const bool is_hex = std::ranges::all_of(
      fingerprint, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (fingerprint.empty() || fingerprint.size() > fingerprint_max || !is_hex) {
    return malformed(R"(member "fingerprint" must be a hexadecimal number)");
  }
  const std::string starts_at = text_of(*found, "startsAt");
  const Result<Instant> since = parse_instant(starts_at);
  if (!since) return malformed(fmt::format("member \"startsAt\": {}", since.error().message));
  const json::object labels = object_of(*found, "labels");
  Alert alert{.is_firing = status == "firing",
              .service = text_of(labels, "ripcord_service"),
              .name = text_of(labels, "alertname"),
              .mark = fmt::format("alert {} since {}", fingerprint, starts_at),
              .since = *since,
              .summary = summary_of(*found)};
  if (alert.name.empty()) return malformed(R"(label "alertname" is missing)");
  return alert;
}

/// What became of one alert.
struct Fate {
  std::string_view result;  ///< docs/api.md has them all
  std::string message;
  unsigned status = 200;
};

Fate fate_of(const std::optional<Answer>& answer) {
  if (!answer) return {.result = "repeated", .message = "it was counted when it was sent first"};
  switch (answer->kind) {
    case AnswerKind::accepted:
      return {.result = "counted", .message = answer->message};
    case AnswerKind::preexisting:
      return {.result = "preexisting", .message = answer->message};
    case AnswerKind::unknown_signal:
      return {.result = "unknown_signal", .message = answer->message, .status = 404};
    case AnswerKind::unknown_service:
      return {.result = "unknown_service", .message = answer->message, .status = 404};
    default:
      return {.result = "unrecorded", .message = answer->message, .status = 503};
  }
}

/// The fate of an alert that nobody needs to be asked about.
std::optional<Fate> fate_of(const Alert& alert, const engine::Snapshot& snapshot) {
  if (!alert.is_firing) {
    return Fate{.result = "resolved", .message = "only what fires is counted"};
  }
  if (alert.service.empty()) {
    return Fate{.result = "unknown_service",
                .message =
                    "no service is named: give the alert a label ripcord_service, or the "
                    "receiver's URL ?service=NAME",
                .status = 404};
  }
  if (find_service(snapshot, alert.service) == nullptr) {
    return Fate{.result = "unknown_service",
                .message = fmt::format("no service is called {:?}",
                                       printable(alert.service, name_bytes_max)),
                .status = 404};
  }
  return std::nullopt;
}

asio::awaitable<Fate> report(Backend& backend, Alert alert, std::string by) {
  std::string note = alert.mark;
  if (!alert.summary.empty()) note += ": " + printable(alert.summary);
  // A variable of its own: GCC 12 destroys a temporary beside co_await twice.
  ReportSignal signal{
      .name = std::move(alert.name), .count = 1, .note = std::move(note), .since = alert.since};
  const std::optional<Answer> answer =
      co_await backend.report_once(std::move(alert.service), std::move(by), std::move(signal),
                                   std::move(alert.mark), alert.since - clock_error_max);
  co_return fate_of(answer);
}

json::object json_of(const Alert& alert, const Fate& fate) {
  return {
      {"alertname", json::string(printable(alert.name, name_bytes_max))},
      {"service", alert.service.empty() ? json::value(nullptr)
                                        : json::string(printable(alert.service, name_bytes_max))},
      {"result", fate.result},
      {"message", json::string(printable(fate.message, 1000))}};
}

/// The service that is meant where an alert names none.
Result<std::string> read_service(const std::vector<Parameter>& query) {
  std::string service;
  for (const Parameter& parameter : query) {
    if (parameter.name != "service") {
      return malformed(unknown_word("parameter", parameter.name, {"service"}));
    }
    service = parameter.value;
  }
  return service;
}

}  // namespace

Result<AlertGroup> read_alerts(std::string_view body) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error, {}, json::parse_options{.max_depth = 16});
  const json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) return malformed("the body must be a JSON object");
  if (text_of(*object, "version") != "4") {
    return malformed(R"(member "version" must be "4": this takes the webhook of Alertmanager)");
  }
  const json::value* list = object->if_contains("alerts");
  const json::array* alerts = list == nullptr ? nullptr : list->if_array();
  if (alerts == nullptr || alerts->size() > alerts_max) {
    return malformed(fmt::format("member \"alerts\" must be a list of {} at most", alerts_max));
  }
  AlertGroup group;
  for (const json::value& each : *alerts) {
    Result<Alert> alert = read_alert(each);
    if (!alert) {
      return malformed(fmt::format("alerts[{}]: {}", group.alerts.size(), alert.error().message));
    }
    group.alerts.push_back(*std::move(alert));
  }
  const json::value* truncated = object->if_contains("truncatedAlerts");
  if (truncated != nullptr && truncated->is_int64() && truncated->get_int64() > 0) {
    group.truncated = static_cast<std::size_t>(truncated->get_int64());
  }
  return group;
}

asio::awaitable<net::Reply> take_alerts(Backend& backend, Call call, std::string by,
                                        std::string body) {
  const Result<std::string> otherwise = read_service(call.query);
  if (!otherwise) co_return bad_request(otherwise.error());
  Result<AlertGroup> group = read_alerts(body);
  if (!group) {
    backend.complain(fmt::format("alerts of {} are not understood: {}", by, group.error().message));
    co_return bad_request(group.error());
  }
  const engine::Snapshot snapshot = backend.snapshot();
  unsigned status = 200;
  std::string trouble;
  json::array told;
  for (Alert& alert : group->alerts) {
    if (alert.service.empty()) alert.service = *otherwise;
    std::optional<Fate> fate = fate_of(alert, snapshot);
    if (!fate) fate = co_await report(backend, alert, by);
    told.emplace_back(json_of(alert, *fate));
    if (fate->status == 200) continue;
    status = std::max(status, fate->status);
    trouble = fmt::format("{}: {}", printable(alert.name, name_bytes_max), fate->message);
    backend.complain(fmt::format("an alert of {} is not counted: {}", by, trouble));
  }
  if (group->truncated > 0) {
    backend.complain(
        fmt::format("{} left out {} of its alerts (max_alerts)", by, group->truncated));
  }
  json::object reply{{"alerts", std::move(told)}, {"truncated", group->truncated}};
  if (!trouble.empty()) reply["error"] = json::string(printable(trouble, 1000));
  net::Reply answer = json_reply(status, reply);
  if (status == 503) answer.headers.push_back({"Retry-After", "5"});
  co_return answer;
}

}  // namespace ripcord::api
