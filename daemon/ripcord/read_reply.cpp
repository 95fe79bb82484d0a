#include "ripcord/read_reply.hpp"

#include "base/text.hpp"
#include "ripcord/members.hpp"
#include "ripcord/reply_parts.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <optional>
#include <utility>

namespace ripcord::cli {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, Outcome>, 3> outcomes{
    {{"good", Outcome::good}, {"bad", Outcome::bad}, {"unknown", Outcome::unknown}}};
constexpr std::array<std::pair<std::string_view, LatencyKind>, 3> latency_kinds{
    {{"none", LatencyKind::none},
     {"measured", LatencyKind::measured},
     {"at_least", LatencyKind::at_least}}};
constexpr std::array<std::pair<std::string_view, deploy::GateState>, 3> gate_states{
    {{"passed", deploy::GateState::passed},
     {"refused", deploy::GateState::refused},
     {"overridden", deploy::GateState::overridden}}};
constexpr std::array<std::pair<std::string_view, FindingState>, 4> finding_states{
    {{"no_data", FindingState::no_data},
     {"pass", FindingState::pass},
     {"pending", FindingState::pending},
     {"tripped", FindingState::tripped}}};

Sample sample_of(const Members& sample) {
  return {.taken_at = sample.time("taken_at").value_or(Instant{}),
          .latency = sample.seconds("latency_seconds"),
          .latency_kind = named(sample.text("latency_kind"), latency_kinds, LatencyKind::none),
          .outcome = named(sample.text("outcome"), outcomes, Outcome::unknown),
          .reason = sample.text("reason"),
          .readings = {}};
}

/// An infinite one is null in JSON, and left out here.
std::vector<NamedValue> values_of(const Members& members) {
  std::vector<NamedValue> values;
  const json::value* found = members.find("values");
  const json::object* object = found == nullptr ? nullptr : found->if_object();
  if (object == nullptr) return values;
  const Members numbers(*found);
  for (const auto& [name, number] : *object) {
    if (const auto known = numbers.number<double>(name)) {
      values.push_back({.name = std::string(name), .number = *known});
    }
  }
  return values;
}

engine::ProbeSnapshot probe_of(const Members& members) {
  engine::ProbeSnapshot probe;
  probe.name = members.text("name");
  probe.samples = members.count("samples");
  probe.samples_bad = members.count("samples_bad");
  probe.samples_unknown = members.count("samples_unknown");
  if (members.has_object("last")) probe.last = sample_of(members.object("last"));
  probe.values = values_of(members);
  return probe;
}

engine::TriggerSnapshot trigger_of(const Members& members) {
  return {.name = members.text("name"),
          .probe = members.text("probe"),
          .kind = members.text("kind"),
          .finding = {.state = named(members.text("state"), finding_states, FindingState::no_data),
                      .progress = members.number<double>("progress").value_or(0)},
          .reason = members.text("reason"),
          .time_to_trip = members.length("time_to_trip_seconds"),
          .preexisting = members.flag("preexisting"),
          .trips = members.count("trips")};
}

engine::StageSnapshot stage_of(const Members& members) {
  return {.number = members.number<std::uint32_t>("number").value_or(0),
          .count = members.number<std::uint32_t>("count").value_or(0),
          .traffic = members.number<double>("traffic").value_or(1),
          .needs_approval = members.flag("needs_approval")};
}

std::optional<api::Readiness> readiness_of(const Members& service) {
  if (!service.has_object("readiness")) return std::nullopt;
  const Members members = service.object("readiness");
  return api::Readiness{.at = members.time("at").value_or(Instant{}),
                        .ready = members.flag("ready"),
                        .text = members.text("text")};
}

Result<engine::ServiceSnapshot> service_of(const Members& members) {
  engine::ServiceSnapshot service;
  if (members.has_object("deployment")) {
    Result<Deployment> deployment = deployment_of(members.object("deployment"));
    if (!deployment) return std::unexpected(deployment.error());
    service.deployment = std::move(*deployment);
  }
  service.name = members.text("name");
  service.revision = members.count("revision");
  service.current_version = members.text("current_version");
  service.good_version = members.text("good_version");
  service.healthy_since = members.time("healthy_since");
  for (const json::value& probe : members.array("probes")) {
    service.probes.push_back(probe_of(Members(probe)));
  }
  for (const json::value& trigger : members.array("triggers")) {
    service.triggers.push_back(trigger_of(Members(trigger)));
  }
  if (members.has_object("stage")) service.stage = stage_of(members.object("stage"));
  service.steps = members.count("steps");
  service.deployments = members.count("deployments");
  service.deployments_failed = members.count("deployments_failed");
  service.rollbacks = members.count("rollbacks");
  service.rollbacks_failed = members.count("rollbacks_failed");
  return service;
}

}  // namespace

Result<StatusReply> read_status(std::string_view body) {
  const Result<json::value> value = parse_object(body);
  if (!value) return std::unexpected(value.error());
  const Members members(*value);
  const Members daemon = members.object("daemon");
  StatusReply reply{.at = members.time("at").value_or(Instant{}),
                    .daemon = {.version = daemon.text("version"),
                               .started_at = daemon.time("started_at").value_or(Instant{}),
                               .configuration = daemon.text("configuration"),
                               .last_reload_succeeded = daemon.flag("last_reload_succeeded", true),
                               .journal_trouble = daemon.text("journal_trouble"),
                               .ready = daemon.flag("ready")},
                    .services = {},
                    .readiness = {},
                    .blind_since = members.time("blind_since")};
  for (const json::value& each : members.array("services")) {
    Result<engine::ServiceSnapshot> service = service_of(Members(each));
    if (!service) return std::unexpected(service.error());
    if (auto readiness = readiness_of(Members(each))) {
      reply.readiness.emplace(service->name, *std::move(readiness));
    }
    reply.services.push_back(std::move(*service));
  }
  return reply;
}

Result<ServiceReply> read_service(std::string_view body) {
  const Result<json::value> value = parse_object(body);
  if (!value) return std::unexpected(value.error());
  const Members members(*value);
  Result<engine::ServiceSnapshot> service = service_of(members.object("service"));
  if (!service) return std::unexpected(service.error());
  return ServiceReply{.at = members.time("at").value_or(Instant{}),
                      .service = std::move(*service),
                      .readiness = readiness_of(members.object("service"))};
}

Result<api::ProbeReport> read_probe_report(std::string_view body) {
  const Result<json::value> value = parse_object(body);
  if (!value) return std::unexpected(value.error());
  const Members members(*value);
  api::ProbeReport report{.service = members.text("service"),
                          .probe = members.text("probe"),
                          .sample = sample_of(members.object("sample")),
                          .values = values_of(members),
                          .details = {}};
  for (const json::value& each : members.array("details")) {
    const Members detail(each);
    report.details.push_back({.name = detail.text("name"), .text = detail.text("text")});
  }
  return report;
}

Result<deploy::GateVerdict> read_gate_verdict(std::string_view body) {
  const Result<json::value> value = parse_object(body);
  if (!value) return std::unexpected(value.error());
  deploy::GateVerdict verdict;
  for (const json::value& each : Members(*value).array("gates")) {
    const Members reason(each);
    // A state that this program does not know does not open the gate.
    verdict.reasons.push_back(
        {.gate = reason.text("gate"),
         .state = named(reason.text("state"), gate_states, deploy::GateState::refused),
         .text = reason.text("text")});
  }
  return verdict;
}

Result<DoneReply> read_done(std::string_view body) {
  const Result<json::value> value = parse_object(body);
  if (!value) return std::unexpected(value.error());
  const Members members(*value);
  return DoneReply{.deployment = members.text("deployment"), .message = members.text("message")};
}

std::string read_error(std::string_view body) {
  const Result<json::value> value = parse_object(body);
  const std::string message = value ? Members(*value).text("error") : "";
  return message.empty() ? std::string(body) : message;
}

}  // namespace ripcord::cli
