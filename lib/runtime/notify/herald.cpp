#include "runtime/notify/herald.hpp"

#include "base/text.hpp"
#include "runtime/notify/tellings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>

namespace ripcord::runtime {
namespace {

using notify::Message;
using notify::Standing;

std::string filled(std::string_view pattern, const Deployment* deployment) {
  std::string text(pattern);
  const auto put = [&text](std::string_view place, std::string_view value) {
    const auto at = text.find(place);
    if (at != std::string::npos) text.replace(at, place.size(), value);
  };
  const auto or_unknown = [](const std::string& version) {
    return version.empty() ? std::string_view("an unknown version") : std::string_view(version);
  };
  put("{version}", deployment == nullptr ? "a version" : or_unknown(deployment->version));
  put("{previous}",
      deployment == nullptr ? "the old version" : or_unknown(deployment->previous_version));
  return text;
}

/// The same for the same record, whenever it is made; another for every other one.
std::string id_of(const Record& record, std::string_view incident) {
  return notify::message_id(fmt::format("{}/{}/{}/{}", incident, record.kind,
                                        record.at.time_since_epoch().count(), record.text));
}

/// What is told of because triggers have tripped: they are told of in the same message.
bool is_for_trips(std::string_view kind) {
  return kind == "rollback.started" || kind == "rollback.waiting" || kind == "deployment.held";
}

std::string incident_of(const Record& record) {
  if (!record.deployment.empty()) return record.deployment;
  if (record.kind == "daemon.blind" || record.kind == "daemon.sees") return "blind";
  if (record.kind == "daemon.unknown_runs") return "unknown_runs";
  if (record.kind.starts_with("daemon.journal_")) return "journal";
  return "daemon";
}

/// Something can go on and still wait for a person, or for health.
bool still_waits(const Deployment* deployment) {
  const auto* baking = deployment == nullptr ? nullptr : std::get_if<Baking>(&deployment->phase);
  return baking != nullptr && (baking->awaiting || baking->overdue);
}

}  // namespace

/// What else a step has brought about.
struct Herald::Scene {
  explicit Scene(const Effects& effects) {
    for (const Effect& effect : effects) {
      if (const auto* save = std::get_if<Save>(&effect)) {
        deployments[save->deployment.id] = &save->deployment;
      } else if (const auto* record = std::get_if<Record>(&effect)) {
        if (is_for_trips(record->kind)) answered.insert(record->service);
        if (record->kind == "trigger.tripped") trips.push_back(record);
      }
    }
  }

  [[nodiscard]] const Deployment* deployment(const std::string& id) const {
    const auto found = deployments.find(id);
    return found == deployments.end() ? nullptr : found->second;
  }

  std::map<std::string_view, const Deployment*> deployments;  ///< as each is at the step's end
  std::vector<const Record*> trips;
  std::set<std::string_view> answered;  ///< services whose trips another message tells of
};

std::vector<Message> Herald::announce(const Effects& effects) const {
  const Scene scene(effects);
  std::vector<Message> messages;
  for (const Effect& effect : effects) {
    const auto* record = std::get_if<Record>(&effect);
    if (record == nullptr) continue;
    if (auto message = told(*record, scene)) messages.push_back(*std::move(message));
  }
  std::map<std::string_view, std::vector<const Record*>> trips;
  for (const Record* trip : scene.trips) {
    const bool is_told = !scene.answered.contains(trip->service) && !is_silenced(*trip);
    if (is_told) trips[trip->service].push_back(trip);
  }
  for (const auto& [service, records] : trips) messages.push_back(trips_told(records));
  return messages;
}

std::optional<Message> Herald::told(const Record& record, const Scene& scene) const {
  const Telling* telling = telling_of(record.kind);
  if (telling == nullptr) return std::nullopt;
  const Deployment* deployment = scene.deployment(record.deployment);
  Message message;
  message.event = record.kind;
  message.severity = record.severity;
  message.standing = telling->standing;
  message.service = record.service;
  message.deployment = record.deployment;
  message.started_at = record.at;
  message.at = record.at;
  message.what_happened = record.text;
  message.what_ripcord_did = filled(telling->did, deployment);
  message.what_you_should_do = filled(telling->to_do, deployment);
  message.by = record.by;
  message.incident = incident_of(record);
  message.id = id_of(record, message.incident);
  // A pipeline that has failed is an answer; a critical failure is an incident.
  const bool is_mere_failure =
      record.kind == "deployment.failed" && record.severity != Severity::critical;
  if (is_mere_failure) message.standing = Standing::notice;
  const bool goes_on = record.kind == "deployment.resumed" || record.kind == "deployment.stage";
  if (goes_on && still_waits(deployment)) message.standing = Standing::notice;
  if (message.standing == Standing::resolved) message.ended_at = record.at;
  const std::string headline = filled(telling->headline, deployment);
  message.title =
      record.service.empty() ? headline : fmt::format("{}: {}", record.service, headline);
  add_page(message);
  if (is_for_trips(record.kind)) add_trips(message, scene);
  if (deployment != nullptr) add_facts(message, *deployment);
  return message;
}

void Herald::add_trips(Message& message, const Scene& scene) const {
  for (const Record* trip : scene.trips) {
    if (trip->service != message.service || is_silenced(*trip)) continue;
    message.numbers.push_back({.name = std::string(trigger_of(*trip)), .value = trip->text});
  }
}

bool Herald::is_silenced(const Record& trip) const {
  return view_.is_silenced(trip.service, std::string(trigger_of(trip)));
}

void Herald::add_facts(Message& message, const Deployment& deployment) const {
  message.version = deployment.version;
  message.previous_version = deployment.previous_version;
  message.started_at = deployment.started_at;
  const auto number = [&message](std::string name, std::string value) {
    message.numbers.push_back({.name = std::move(name), .value = std::move(value)});
  };
  if (deployment.cause) {
    const Cause& cause = *deployment.cause;
    if (!cause.trigger.empty()) number("trigger", cause.trigger);
    if (cause.bad_since) {
      number("bad for", for_people(cause.at - *cause.bad_since) + " before it tripped");
    }
    if (message.event == "rollback.succeeded") {
      number("recovered in", for_people(message.at - cause.at));
    }
    const std::string evidence = view_.evidence(deployment.id);
    if (!evidence.empty()) {
      number("evidence", evidence);
      add_link(message, "evidence",
               fmt::format("api/v1/deployments/{}/evidence/index.html", deployment.id));
    }
  }
  number("since the start", for_people(message.at - deployment.started_at));
  number("more", fmt::format("ripcord show {}", deployment.id));
}

Message Herald::trips_told(const std::vector<const Record*>& records) const {
  const Record& first = *records.front();
  Message message = about_trips(first.service, first.at);
  message.deployment = first.deployment;
  message.by = first.by;
  message.id = id_of(first, message.incident);
  for (const Record* record : records) {
    const std::string name(trigger_of(*record));
    const bool is_there =
        std::ranges::find(message.numbers, name, &notify::Number::name) != message.numbers.end();
    // It may have cleared in the meantime: it has tripped all the same.
    if (!is_there) message.numbers.push_back({.name = name, .value = record->text});
    if (!message.what_happened.empty()) message.what_happened += "; ";
    message.what_happened += record->text;
  }
  entitle(message);
  return message;
}

std::optional<Message> Herald::trips_now(const std::string& service, Instant at) const {
  Message message = about_trips(service, at);
  if (message.numbers.empty()) return std::nullopt;
  message.what_happened = "This was found while the service was silenced, and is so still.";
  entitle(message);
  return message;
}

Message Herald::trips_ended(const std::string& service, Instant at) const {
  Message message = about_trips(service, at);
  message.event = "trigger.cleared";
  message.severity = Severity::info;
  message.standing = Standing::resolved;
  message.ended_at = at;
  message.numbers.clear();
  message.title = fmt::format("{}: no trigger is tripped any more", service);
  message.what_happened = "Every trigger that had tripped passes again, or is no more.";
  message.what_you_should_do.clear();
  return message;
}

Message Herald::about_trips(const std::string& service, Instant at) const {
  Message message;
  message.event = "trigger.tripped";
  message.severity = Severity::warning;
  message.standing = Standing::firing;
  message.service = service;
  message.incident = trips_incident(service);
  message.started_at = at;
  message.at = at;
  message.by = "ripcord";
  message.id =
      notify::message_id(fmt::format("{}/now/{}", message.incident, at.time_since_epoch().count()));
  message.what_you_should_do =
      "Look how the service is; ripcord rollback brings the last good version back.";
  add_page(message);
  const std::optional<engine::ServiceSnapshot> seen = view_.service(service);
  if (!seen) return message;
  message.version = seen->current_version;
  for (const engine::TriggerSnapshot& trigger : seen->triggers) {
    const bool is_told =
        trigger.finding.state == FindingState::tripped && !view_.is_silenced(service, trigger.name);
    if (is_told) message.numbers.push_back({.name = trigger.name, .value = trigger.reason});
  }
  return message;
}

void Herald::entitle(Message& message) {
  std::vector<std::string_view> names;
  names.reserve(message.numbers.size());
  for (const notify::Number& number : message.numbers) names.push_back(number.name);
  message.title = fmt::format("{}: {} tripped", message.service, fmt::join(names, ", "));
}

void Herald::add_page(Message& message) const {
  add_link(message, "page", "");
}

void Herald::add_link(Message& message, std::string name, std::string_view target) const {
  if (view_.page.empty()) return;
  const std::string_view separator = view_.page.ends_with('/') ? "" : "/";
  message.links.push_back(
      {.name = std::move(name),
       .url = target.empty() ? view_.page : fmt::format("{}{}{}", view_.page, separator, target)});
}

std::string_view trigger_of(const Record& record) {
  constexpr std::string_view before = "trigger ";
  const std::string_view text = record.text;
  if (record.kind != "trigger.tripped" || !text.starts_with(before)) return {};
  return text.substr(before.size(), text.find(' ', before.size()) - before.size());
}

std::string trips_incident(std::string_view service) {
  return fmt::format("{}/triggers", service);
}

}  // namespace ripcord::runtime
