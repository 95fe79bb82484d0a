#include "runtime/notify/herald.hpp"

#include "base/fnv.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>
#include <variant>

namespace ripcord::runtime {
namespace {

using notify::Message;
using notify::Standing;

/// How one kind of record is told. `{version}` and `{previous}` stand for those of the deployment.
struct Telling {
  std::string_view kind;
  Standing standing = Standing::notice;
  std::string_view headline;
  std::string_view did;
  std::string_view to_do;
};

constexpr std::array tellings{
    Telling{.kind = "gate.refused",
            .headline = "the gate has refused {version}",
            .did = "Nothing was changed.",
            .to_do = "Mend what it names and deploy again, or pass over a gate with --override and "
                     "a reason."},
    Telling{.kind = "gate.overridden",
            .headline = "a gate is passed over for {version}",
            .did = {},
            .to_do = {}},
    Telling{
        .kind = "deployment.started", .headline = "deploying {version}", .did = {}, .to_do = {}},
    Telling{.kind = "deployment.noticed",
            .headline = "{version} was found running",
            .did = "It is watched from now on.",
            .to_do = {}},
    Telling{
        .kind = "deployment.deployed", .headline = "{version} is in place", .did = {}, .to_do = {}},
    Telling{.kind = "deployment.stage",
            .standing = Standing::resolved,
            .headline = "{version} has reached the next stage",
            .did = {},
            .to_do = {}},
    Telling{.kind = "deployment.awaiting",
            .standing = Standing::firing,
            .headline = "{version} waits to be promoted",
            .did = {},
            .to_do = "Promote it (ripcord promote), or roll it back."},
    Telling{.kind = "deployment.promoted",
            .standing = Standing::resolved,
            .headline = "{version} was promoted",
            .did = {},
            .to_do = {}},
    Telling{.kind = "deployment.held",
            .standing = Standing::firing,
            .headline = "{version} is held",
            .did = "Nothing is promoted meanwhile; the triggers stay armed.",
            .to_do = "Look why; then ripcord resume, or ripcord rollback."},
    Telling{.kind = "deployment.resumed",
            .standing = Standing::resolved,
            .headline = "{version} goes on",
            .did = {},
            .to_do = {}},
    Telling{.kind = "deployment.irreversible",
            .headline = "{version} cannot be undone any more",
            .did = "From now on a trip only calls a person.",
            .to_do = {}},
    Telling{.kind = "deployment.stopping",
            .headline = "{version} will fail as soon as the running script has ended",
            .did = {},
            .to_do = {}},
    Telling{.kind = "deployment.overdue",
            .standing = Standing::firing,
            .headline = "{version} is not known to be healthy",
            .did = "It goes on being watched until its deadline.",
            .to_do = "See which trigger or probe says so: ripcord status."},
    Telling{.kind = "deployment.succeeded",
            .standing = Standing::resolved,
            .headline = "{version} is good",
            .did = {},
            .to_do = {}},
    Telling{.kind = "deployment.failed",
            .standing = Standing::firing,
            .headline = "{version} has failed",
            .did = "Nothing was rolled back.",
            .to_do = "Look which version runs and how it is; then deploy again or roll back."},
    Telling{.kind = "deployment.aborted",
            .standing = Standing::resolved,
            .headline = "the deployment of {version} was aborted",
            .did = "It is left as it is.",
            .to_do = {}},
    Telling{.kind = "rollback.waiting",
            .standing = Standing::firing,
            .headline = "{version} will be rolled back as soon as the running script has ended",
            .did = {},
            .to_do = {}},
    Telling{.kind = "rollback.started",
            .standing = Standing::firing,
            .headline = "rolling back from {version} to {previous}",
            .did = "The evidence is captured, then the rollback steps run, once.",
            .to_do = "Nothing now: how it ends is told."},
    Telling{.kind = "rollback.adopted",
            .standing = Standing::firing,
            .headline = "a rollback of {version} was found that the journal does not know",
            .did = "It goes on from there.",
            .to_do = "Nothing now: how it ends is told."},
    Telling{.kind = "rollback.succeeded",
            .standing = Standing::resolved,
            .headline = "{previous} is back",
            .did = "The service was verified after the rollback.",
            .to_do = "Find out at leisure why {version} was bad; the evidence is kept."},
    Telling{.kind = "rollback.failed",
            .standing = Standing::firing,
            .headline = "the rollback of {version} HAS FAILED",
            .did = "Nothing more is tried without a person.",
            .to_do = "Look at the service now. The step that failed and its output are in the "
                     "story of the deployment."},
    Telling{.kind = "daemon.blind",
            .standing = Standing::firing,
            .headline = "ripcord is blind",
            .did = "Nothing is rolled back while no probe can tell anything.",
            .to_do = "Look at the host: its network, its Docker engine, its name lookup."},
    Telling{.kind = "daemon.sees",
            .standing = Standing::resolved,
            .headline = "ripcord sees again",
            .did = {},
            .to_do = {}},
    Telling{.kind = "daemon.journal_failed",
            .standing = Standing::firing,
            .headline = "ripcord's journal cannot be written",
            .did = "Rollbacks still run; no deployment can begin.",
            .to_do = "Look at the disk of the state directory: space, inodes, a mount that is "
                     "read-only."},
    Telling{.kind = "daemon.journal_works",
            .standing = Standing::resolved,
            .headline = "ripcord's journal can be written again",
            .did = {},
            .to_do = {}},
    Telling{.kind = "evidence.incomplete",
            .headline = "not all of the evidence could be captured",
            .did = {},
            .to_do = {}},
    Telling{.kind = "daemon.unknown_runs",
            .standing = Standing::firing,
            .headline = "scripts have run that the journal does not know",
            .did = "Nobody goes on with them.",
            .to_do = "Look how the service is, then remove their directories."},
};

const Telling* telling_of(std::string_view kind) {
  const auto found = std::ranges::find(tellings, kind, &Telling::kind);
  return found == tellings.end() ? nullptr : &*found;
}

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
  Fnv hash;
  hash.add(record.text);
  return fmt::format("{}/{}/{}/{:016x}", incident, record.kind,
                     record.at.time_since_epoch().count(), hash.value());
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
        if (record->kind == "rollback.started") rolling_back.insert(record->service);
      }
    }
  }

  [[nodiscard]] const Deployment* deployment(const std::string& id) const {
    const auto found = deployments.find(id);
    return found == deployments.end() ? nullptr : found->second;
  }

  std::map<std::string_view, const Deployment*> deployments;  ///< as each is at the step's end
  std::set<std::string_view> rolling_back;                    ///< services whose rollback begins
};

std::vector<Message> Herald::announce(const Effects& effects) const {
  const Scene scene(effects);
  std::vector<Message> messages;
  std::map<std::string_view, std::vector<const Record*>> trips;
  for (const Effect& effect : effects) {
    const auto* record = std::get_if<Record>(&effect);
    if (record == nullptr) continue;
    if (record->kind == "trigger.tripped") {
      const bool is_told = !scene.rolling_back.contains(record->service) &&
                           !view_.is_silenced(record->service, std::string(trigger_of(*record)));
      if (is_told) trips[record->service].push_back(record);
    } else if (auto message = told(*record, scene)) {
      messages.push_back(*std::move(message));
    }
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
  if (deployment != nullptr) add_facts(message, *deployment);
  add_page(message);
  return message;
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
    if (!evidence.empty()) number("evidence", evidence);
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
  message.id = fmt::format("{}/now/{}", message.incident, at.time_since_epoch().count());
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
  if (!view_.page.empty()) message.links.push_back({.name = "page", .url = view_.page});
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
