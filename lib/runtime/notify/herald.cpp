#include "runtime/notify/herald.hpp"

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
    Telling{.kind = "deployment.started", .headline = "deploying {version}", .did = {}, .to_do = {}},
    Telling{.kind = "deployment.noticed",
            .headline = "{version} was found running",
            .did = "It is watched from now on.",
            .to_do = {}},
    Telling{.kind = "deployment.deployed",
            .headline = "{version} is in place",
            .did = {},
            .to_do = {}},
    Telling{.kind = "deployment.stage",
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
    Telling{.kind = "evidence.incomplete",
            .headline = "not all of the evidence could be captured",
            .did = {},
            .to_do = {}},
    Telling{.kind = "daemon.unknown_runs",
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

/// The same for the same record, whenever it is made.
std::string id_of(const Record& record, std::string_view incident) {
  return fmt::format("{}/{}/{}", incident, record.kind, record.at.time_since_epoch().count());
}

bool is_about_triggers(const Record& record) {
  return record.kind == "trigger.tripped" || record.kind == "trigger.cleared";
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
  std::map<std::string_view, std::vector<const Record*>> triggers;
  for (const Effect& effect : effects) {
    const auto* record = std::get_if<Record>(&effect);
    if (record == nullptr) continue;
    if (is_about_triggers(*record)) {
      const bool is_told_with_rollback = scene.rolling_back.contains(record->service);
      if (!is_told_with_rollback) triggers[record->service].push_back(record);
    } else if (auto message = told(*record, scene)) {
      messages.push_back(*std::move(message));
    }
  }
  for (auto& [service, records] : triggers) {
    std::erase_if(records, [this](const Record* record) {
      return record->kind == "trigger.tripped" &&
             view_.is_silenced(record->service, std::string(trigger_of(*record)));
    });
    if (!records.empty()) messages.push_back(triggers_told(records));
  }
  return messages;
}

std::optional<Message> Herald::told(const Record& record, const Scene& scene) const {
  const Telling* telling = telling_of(record.kind);
  if (telling == nullptr) return std::nullopt;
  const bool may_be_silenced =
      record.severity != Severity::critical && telling->standing != Standing::resolved;
  if (may_be_silenced && view_.is_silenced(record.service, "")) return std::nullopt;

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
  message.incident = record.deployment.empty() ? "daemon" : record.deployment;
  if (record.kind == "daemon.blind" || record.kind == "daemon.sees") message.incident = "blind";
  message.id = id_of(record, message.incident);
  // A pipeline that has failed is an answer; a critical failure is an incident.
  const bool is_mere_failure =
      record.kind == "deployment.failed" && record.severity != Severity::critical;
  if (is_mere_failure) message.standing = Standing::notice;
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

Message Herald::triggers_told(const std::vector<const Record*>& records) const {
  const Record& first = *records.front();
  Message message = triggers_now(first.service, first.at);
  message.deployment = first.deployment;
  message.by = first.by;
  message.id = id_of(first, message.incident);
  message.event = "trigger.cleared";
  message.what_happened.clear();
  for (const Record* record : records) {
    if (record->kind == "trigger.tripped") message.event = "trigger.tripped";
    if (!message.what_happened.empty()) message.what_happened += "; ";
    message.what_happened += record->text;
  }
  return message;
}

Message Herald::triggers_now(const std::string& service, Instant at) const {
  Message message;
  message.event = "trigger.cleared";
  message.severity = Severity::warning;
  message.standing = Standing::resolved;
  message.service = service;
  message.incident = triggers_incident(service);
  message.started_at = at;
  message.at = at;
  message.by = "ripcord";
  message.id = fmt::format("{}/now/{}", message.incident, at.time_since_epoch().count());
  std::vector<std::string> tripped;
  const std::optional<engine::ServiceSnapshot> seen = view_.service(service);
  if (seen) {
    message.version = seen->current_version;
    for (const engine::TriggerSnapshot& trigger : seen->triggers) {
      const bool is_told = trigger.finding.state == FindingState::tripped &&
                           !view_.is_silenced(service, trigger.name);
      if (!is_told) continue;
      tripped.push_back(trigger.name);
      message.numbers.push_back({.name = trigger.name, .value = trigger.reason});
    }
  }
  add_page(message);
  if (tripped.empty()) {
    message.title = fmt::format("{}: no trigger is tripped any more", service);
    message.what_happened = "Every trigger knows of nothing that is wrong.";
    message.ended_at = at;
    return message;
  }
  message.event = "trigger.tripped";
  message.standing = Standing::firing;
  message.title = fmt::format("{}: {} tripped", service, fmt::join(tripped, ", "));
  message.what_happened = fmt::format("Tripped now: {}.", fmt::join(tripped, ", "));
  message.what_you_should_do =
      "Look how the service is; ripcord rollback brings the last good version back.";
  return message;
}

void Herald::add_page(Message& message) const {
  if (!view_.page.empty()) message.links.push_back({.name = "page", .url = view_.page});
}

std::string_view trigger_of(const Record& record) {
  constexpr std::string_view before = "trigger ";
  const std::string_view text = record.text;
  if (!is_about_triggers(record) || !text.starts_with(before)) return {};
  return text.substr(before.size(), text.find(' ', before.size()) - before.size());
}

std::string triggers_incident(std::string_view service) {
  return fmt::format("{}/triggers", service);
}

}  // namespace ripcord::runtime
