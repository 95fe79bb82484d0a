#include "api/json.hpp"

#include "base/text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>
#include <variant>

namespace ripcord::api {
namespace {

namespace json = boost::json;

constexpr std::size_t text_bytes_max = 4096;

json::value text(std::string_view given) {
  return json::string(printable(given, text_bytes_max));
}

/// For what may not be known.
json::value text_or_null(std::string_view given) {
  return given.empty() ? json::value(nullptr) : text(given);
}

json::value time(Instant instant) {
  return json::string(to_rfc3339_ms(instant));
}

json::value time(const std::optional<Instant>& instant) {
  return instant ? time(*instant) : json::value(nullptr);
}

json::value seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

json::value seconds(const std::optional<Duration>& duration) {
  return duration ? seconds(*duration) : json::value(nullptr);
}

json::value seconds_between(const std::optional<Instant>& from, const std::optional<Instant>& to) {
  return from && to ? seconds(*to - *from) : json::value(nullptr);
}

std::string_view name_of(LatencyKind kind) {
  switch (kind) {
    case LatencyKind::measured:
      return "measured";
    case LatencyKind::at_least:
      return "at_least";
    case LatencyKind::none:
      break;
  }
  return "none";
}

std::string_view name_of(VerifyScript script) {
  switch (script) {
    case VerifyScript::waiting:
      return "waiting";
    case VerifyScript::running:
      return "running";
    case VerifyScript::passed:
      break;
  }
  return "passed";
}

/// What a phase carries besides its name.
struct PhaseDetail {
  Way way;

  json::object operator()(const Deploying& phase) const {
    if (way != Way::driven) return {};
    return {{"step", to_string(StepId{StepKind::deploy, phase.step, phase.attempt})}};
  }
  json::object operator()(const Shifting& phase) const {
    return {{"step", to_string(StepId{StepKind::shift, phase.stage, phase.attempt})}};
  }
  json::object operator()(const Baking& phase) const {
    return {{"settled_at", time(phase.settled_at)},
            {"until", time(phase.until)},
            {"overdue", phase.overdue},
            {"stage", phase.stage + 1},
            {"awaiting", phase.awaiting}};
  }
  json::object operator()(const RollingBack& phase) const {
    return {{"step", to_string(StepId{StepKind::rollback, phase.step, phase.attempt})}};
  }
  json::object operator()(const Verifying& phase) const {
    return {{"settled_at", time(phase.settled_at)},
            {"until", time(phase.until)},
            {"script", name_of(phase.script)},
            {"step", to_string(StepId{StepKind::verify, 0, phase.attempt})}};
  }
  template <class Other>
  json::object operator()(const Other&) const {
    return {};
  }
};

json::value json_of(const Cause& cause) {
  return json::object{{"trigger", text_or_null(cause.trigger)},
                      {"reason", text(cause.reason)},
                      {"by", text(cause.by)},
                      {"at", time(cause.at)},
                      {"bad_since", time(cause.bad_since)}};
}

json::value json_of(const Held& held) {
  return json::object{{"reason", text(held.reason)}, {"by", text(held.by)}, {"at", time(held.at)}};
}

json::value json_of(const engine::StageSnapshot& stage) {
  return json::object{{"number", stage.number},
                      {"count", stage.count},
                      {"traffic", stage.traffic},
                      {"needs_approval", stage.needs_approval}};
}

json::value json_of(const Sample& sample) {
  return json::object{{"taken_at", time(sample.taken_at)},
                      {"outcome", to_string(sample.outcome)},
                      {"latency_seconds", seconds(sample.latency)},
                      {"latency_kind", name_of(sample.latency_kind)},
                      {"reason", text(sample.reason)}};
}

/// JSON has no infinite numbers: such a value is null.
json::value json_of(const std::vector<NamedValue>& values) {
  json::object object;
  for (const NamedValue& value : values) {
    object.emplace(printable(value.name),
                   std::isfinite(value.number) ? json::value(value.number) : json::value(nullptr));
  }
  return object;
}

json::value json_of(const engine::ProbeSnapshot& probe) {
  return json::object{{"name", text(probe.name)},
                      {"last", probe.last ? json_of(*probe.last) : json::value(nullptr)},
                      {"values", json_of(probe.values)},
                      {"samples", probe.samples},
                      {"samples_bad", probe.samples_bad},
                      {"samples_unknown", probe.samples_unknown}};
}

json::value json_of(const engine::TriggerSnapshot& trigger) {
  return json::object{{"name", text(trigger.name)},
                      {"probe", text_or_null(trigger.probe)},
                      {"kind", text(trigger.kind)},
                      {"state", to_string(trigger.finding.state)},
                      {"progress", trigger.finding.progress},
                      {"reason", text(trigger.reason)},
                      {"time_to_trip_seconds", seconds(trigger.time_to_trip)},
                      {"preexisting", trigger.preexisting},
                      {"trips", trigger.trips}};
}

template <class T, class ToJson>
json::array array_of(const std::vector<T>& items, ToJson one) {
  json::array array;
  array.reserve(items.size());
  for (const T& item : items) array.emplace_back(one(item));
  return array;
}

json::value json_of(const RunResult& result) {
  return json::object{{"outcome", to_string(result.outcome)},
                      {"code", result.code},
                      {"started_at", time(result.started_at)},
                      {"ended_at", time(result.ended_at)},
                      {"duration_seconds", seconds_between(result.started_at, result.ended_at)},
                      {"succeeded", result.succeeded()},
                      {"message", text(result.message)}};
}

void write(const json::value& value, std::string& out);

void write(const json::object& object, std::string& out) {
  out += '{';
  std::string_view comma;
  for (const auto& [key, member] : object) {
    out += comma;
    out += json::serialize(key);
    out += ':';
    write(member, out);
    comma = ",";
  }
  out += '}';
}

void write(const json::array& array, std::string& out) {
  out += '[';
  std::string_view comma;
  for (const json::value& element : array) {
    out += comma;
    write(element, out);
    comma = ",";
  }
  out += ']';
}

/// JSON has no word for what is not a finite number.
void write(double number, std::string& out) {
  if (std::isfinite(number)) {
    fmt::format_to(std::back_inserter(out), "{}", number);
  } else {
    out += "null";
  }
}

void write(const json::value& value, std::string& out) {
  if (const json::object* object = value.if_object()) {
    write(*object, out);
  } else if (const json::array* array = value.if_array()) {
    write(*array, out);
  } else if (const double* number = value.if_double()) {
    write(*number, out);
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

json::object to_json(const DaemonView& daemon) {
  return {{"version", text(daemon.version)},
          {"started_at", time(daemon.started_at)},
          {"configuration", text(daemon.configuration)},
          {"last_reload_succeeded", daemon.last_reload_succeeded},
          {"journal_trouble", text_or_null(daemon.journal_trouble)},
          {"ready", daemon.ready}};
}

json::object to_json(const engine::ServiceSnapshot& service) {
  return {{"name", text(service.name)},
          {"revision", service.revision},
          {"current_version", text_or_null(service.current_version)},
          {"good_version", text_or_null(service.good_version)},
          {"healthy_since", time(service.healthy_since)},
          {"probes", array_of(service.probes, [](const auto& one) { return json_of(one); })},
          {"triggers", array_of(service.triggers, [](const auto& one) { return json_of(one); })},
          {"deployment",
           service.deployment ? json::value(to_json(*service.deployment)) : json::value(nullptr)},
          {"stage", service.stage ? json_of(*service.stage) : json::value(nullptr)},
          {"steps", service.steps},
          {"deployments", service.deployments},
          {"deployments_failed", service.deployments_failed},
          {"rollbacks", service.rollbacks},
          {"rollbacks_failed", service.rollbacks_failed}};
}

json::object to_json(const Deployment& deployment) {
  json::array preexisting;
  for (const std::string& trigger : deployment.preexisting) preexisting.push_back(text(trigger));

  std::optional<Instant> bad_since;
  std::optional<Instant> tripped_at;
  if (deployment.cause) {
    bad_since = deployment.cause->bad_since;
    tripped_at = deployment.cause->at;
  }
  const bool is_back = std::holds_alternative<RolledBack>(deployment.phase);
  return {{"id", text(deployment.id)},
          {"service", text(deployment.service)},
          {"version", text_or_null(deployment.version)},
          {"previous_version", text_or_null(deployment.previous_version)},
          {"configuration", text(deployment.configuration)},
          {"open", is_open(deployment)},
          {"phase", name(deployment.phase)},
          {"phase_detail", std::visit(PhaseDetail{deployment.way}, deployment.phase)},
          {"way", to_string(deployment.way)},
          {"held", deployment.held ? json_of(*deployment.held) : json::value(nullptr)},
          {"irreversible", text_or_null(deployment.irreversible)},
          {"rework", deployment.rework},
          {"drill", deployment.drill},
          {"confirmations", array_of(deployment.confirmations,
                                     [](const Confirmation& confirmation) {
                                       return json::object{{"item", text(confirmation.item)},
                                                           {"by", text(confirmation.by)}};
                                     })},
          {"overrides", array_of(deployment.overrides,
                                 [](const GateOverride& over) {
                                   return json::object{{"gate", text(over.gate)},
                                                       {"reason", text(over.reason)},
                                                       {"by", text(over.by)}};
                                 })},
          {"commit_time", time(deployment.commit_time)},
          {"started_at", time(deployment.started_at)},
          {"begun_at", time(deployment.begun_at)},
          {"deployed_at", time(deployment.deployed_at)},
          {"ended_at", time(deployment.ended_at)},
          {"deadline", time(deployment.deadline)},
          {"cause", deployment.cause ? json_of(*deployment.cause) : json::value(nullptr)},
          {"preexisting", preexisting},
          {"manual_rollback", deployment.manual_rollback},
          {"verdict", text_or_null(deployment.verdict)},
          {"duration_seconds", seconds_between(deployment.started_at, deployment.ended_at)},
          {"detection_seconds", seconds_between(bad_since, tripped_at)},
          {"recovery_seconds",
           is_back ? seconds_between(tripped_at, deployment.ended_at) : json::value(nullptr)}};
}

json::object to_json(const Record& record) {
  return {{"at", time(record.at)},
          {"kind", text(record.kind)},
          {"severity", to_string(record.severity)},
          {"text", text(record.text)},
          {"by", text(record.by)}};
}

json::object to_json(const RunView& run) {
  return {{"step", to_string(run.step)},
          {"step_name", text(run.step_name)},
          {"intent_at", time(run.intent_at)},
          {"result", run.result ? json_of(*run.result) : json::value(nullptr)},
          {"output", json::string(printable_lines(run.output))}};
}

json::object to_json(const engine::Snapshot& snapshot, const DaemonView& daemon) {
  return {{"at", time(snapshot.at)},
          {"daemon", to_json(daemon)},
          {"blind_since", time(snapshot.blind_since)},
          {"services", array_of(snapshot.services, [](const auto& one) { return to_json(one); })}};
}

json::object to_json(const DeploymentView& view) {
  return {{"deployment", to_json(view.deployment)},
          {"history", array_of(view.history, [](const auto& one) { return to_json(one); })},
          {"runs", array_of(view.runs, [](const auto& one) { return to_json(one); })}};
}

json::object to_json(const ProbeReport& report) {
  return {{"service", text(report.service)},
          {"probe", text(report.probe)},
          {"sample", json_of(report.sample)},
          {"values", json_of(report.values)},
          {"details", array_of(report.details, [](const ProbeReport::Detail& detail) {
             return json::object{{"name", text(detail.name)}, {"text", text(detail.text)}};
           })}};
}

json::object to_json(const deploy::GateVerdict& verdict) {
  return {{"open", verdict.is_open()},
          {"gates", array_of(verdict.reasons, [](const deploy::GateReason& reason) {
             return json::object{{"gate", text(reason.gate)},
                                 {"state", to_string(reason.state)},
                                 {"text", text(reason.text)}};
           })}};
}

json::value to_json(const std::optional<Readiness>& readiness) {
  if (!readiness) return nullptr;
  return json::object{
      {"at", time(readiness->at)}, {"ready", readiness->ready}, {"text", text(readiness->text)}};
}

json::object to_json(const std::vector<Deployment>& deployments) {
  return {{"deployments", array_of(deployments, [](const auto& one) { return to_json(one); })}};
}

std::string printable_lines(std::string_view given) {
  std::string clean;
  std::string_view line_end;
  for (std::string_view line : split(given, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    clean += line_end;
    clean += printable(line, text_bytes_max);
    line_end = "\n";
  }
  return clean;
}

std::string to_text(const json::value& value) {
  std::string out;
  write(value, out);
  return out;
}

}  // namespace ripcord::api
