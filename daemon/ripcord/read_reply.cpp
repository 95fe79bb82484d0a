#include "ripcord/read_reply.hpp"

#include "base/text.hpp"
#include "model/run.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>
#include <variant>

namespace ripcord::cli {
namespace {

namespace json = boost::json;

/// One JSON object, whose members read as nothing when they are not what they should be. Borrows.
class Members {
 public:
  /// Anything but an object has no members.
  explicit Members(const json::value& value) : object_(value.if_object()) {}

  [[nodiscard]] const json::value* find(std::string_view key) const {
    return object_ == nullptr ? nullptr : object_->if_contains(key);
  }

  [[nodiscard]] std::string text(std::string_view key) const {
    const json::value* member = find(key);
    const json::string* found = member == nullptr ? nullptr : member->if_string();
    return found == nullptr ? "" : std::string(*found);
  }

  [[nodiscard]] bool flag(std::string_view key, bool otherwise = false) const {
    const json::value* member = find(key);
    const bool* found = member == nullptr ? nullptr : member->if_bool();
    return found == nullptr ? otherwise : *found;
  }

  [[nodiscard]] std::uint64_t count(std::string_view key) const {
    return number<std::uint64_t>(key).value_or(0);
  }

  template <class T>
  [[nodiscard]] std::optional<T> number(std::string_view key) const {
    const json::value* member = find(key);
    if (member == nullptr) return std::nullopt;
    boost::system::error_code error;
    const T found = member->to_number<T>(error);
    return error ? std::nullopt : std::optional<T>(found);
  }

  [[nodiscard]] Duration seconds(std::string_view key) const {
    constexpr double longest = 1e9;  // of what any clock here tells
    const double found = number<double>(key).value_or(0);
    if (!std::isfinite(found) || std::abs(found) > longest) return Duration{};
    return std::chrono::round<Duration>(std::chrono::duration<double>(found));
  }

  [[nodiscard]] std::optional<Instant> time(std::string_view key) const {
    const Result<Instant> instant = parse_instant(text(key));
    return instant ? std::optional<Instant>(*instant) : std::nullopt;
  }

  [[nodiscard]] Members object(std::string_view key) const {
    static const json::value nothing;
    const json::value* member = find(key);
    return Members(member == nullptr ? nothing : *member);
  }

  [[nodiscard]] const json::array& array(std::string_view key) const {
    static const json::array nothing;
    const json::value* member = find(key);
    const json::array* found = member == nullptr ? nullptr : member->if_array();
    return found == nullptr ? nothing : *found;
  }

  [[nodiscard]] bool has_object(std::string_view key) const {
    const json::value* member = find(key);
    return member != nullptr && member->is_object();
  }

 private:
  const json::object* object_;
};

Result<json::value> parse(std::string_view body) {
  boost::system::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object()) {
    return failure(Fault::malformed,
                   fmt::format("the daemon's answer is no JSON object: {}", printable(body, 200)));
  }
  return value;
}

/// The value of `all` that is called `name`; `otherwise` when none is.
template <class Enum, std::size_t Count>
Enum named(std::string_view name, const std::array<std::pair<std::string_view, Enum>, Count>& all,
           Enum otherwise) {
  for (const auto& [known, value] : all) {
    if (known == name) return value;
  }
  return otherwise;
}

constexpr std::array<std::pair<std::string_view, Outcome>, 3> outcomes{
    {{"good", Outcome::good}, {"bad", Outcome::bad}, {"unknown", Outcome::unknown}}};
constexpr std::array<std::pair<std::string_view, LatencyKind>, 3> latency_kinds{
    {{"none", LatencyKind::none},
     {"measured", LatencyKind::measured},
     {"at_least", LatencyKind::at_least}}};
constexpr std::array<std::pair<std::string_view, FindingState>, 4> finding_states{
    {{"no_data", FindingState::no_data},
     {"pass", FindingState::pass},
     {"pending", FindingState::pending},
     {"tripped", FindingState::tripped}}};
constexpr std::array<std::pair<std::string_view, Severity>, 3> severities{
    {{"info", Severity::info}, {"warning", Severity::warning}, {"critical", Severity::critical}}};
constexpr std::array<std::pair<std::string_view, VerifyScript>, 3> scripts{
    {{"waiting", VerifyScript::waiting},
     {"running", VerifyScript::running},
     {"passed", VerifyScript::passed}}};

StepId step_of(const Members& members) {
  return parse_step(members.text("step")).value_or(StepId{});
}

/// Fills what a phase carries.
struct FillPhase {
  Members detail;

  void operator()(Baking& phase) const {
    phase.settled_at = detail.time("settled_at").value_or(Instant{});
    phase.until = detail.time("until").value_or(Instant{});
    phase.overdue = detail.flag("overdue");
  }
  void operator()(Shifting& phase) const { phase.stage = step_of(detail).index; }
  void operator()(RollingBack& phase) const {
    const StepId step = step_of(detail);
    phase.step = step.index;
    phase.attempt = step.attempt;
  }
  void operator()(Verifying& phase) const {
    phase.settled_at = detail.time("settled_at").value_or(Instant{});
    phase.until = detail.time("until").value_or(Instant{});
    phase.script = named(detail.text("script"), scripts, VerifyScript::waiting);
    phase.attempt = step_of(detail).attempt;
  }
  template <class Other>
  void operator()(Other&) const {}
};

Result<Phase> phase_of(const Members& members) {
  const std::string wanted = members.text("phase");
  if (Result<Phase> phase = parse_phase(wanted)) {
    std::visit(FillPhase{members.object("phase_detail")}, *phase);
    return phase;
  }
  return failure(Fault::malformed,
                 fmt::format("the daemon tells of a phase {:?}, which this program does not know: "
                             "are both of the same version?",
                             printable(wanted, 40)));
}

std::optional<Cause> cause_of(const Members& deployment) {
  if (!deployment.has_object("cause")) return std::nullopt;
  const Members members = deployment.object("cause");
  return Cause{.trigger = members.text("trigger"),
               .reason = members.text("reason"),
               .by = members.text("by"),
               .at = members.time("at").value_or(Instant{}),
               .bad_since = members.time("bad_since")};
}

Result<Deployment> deployment_of(const Members& members) {
  Result<Phase> phase = phase_of(members);
  if (!phase) return std::unexpected(phase.error());
  Deployment deployment;
  deployment.id = members.text("id");
  deployment.service = members.text("service");
  deployment.version = members.text("version");
  deployment.previous_version = members.text("previous_version");
  deployment.configuration = members.text("configuration");
  deployment.commit_time = members.time("commit_time");
  deployment.started_at = members.time("started_at").value_or(Instant{});
  deployment.deployed_at = members.time("deployed_at");
  deployment.ended_at = members.time("ended_at");
  deployment.deadline = members.time("deadline").value_or(Instant{});
  deployment.phase = *phase;
  deployment.cause = cause_of(members);
  for (const json::value& trigger : members.array("preexisting")) {
    if (trigger.is_string()) deployment.preexisting.emplace_back(trigger.get_string());
  }
  deployment.manual_rollback = members.flag("manual_rollback");
  deployment.verdict = members.text("verdict");
  return deployment;
}

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
          .preexisting = members.flag("preexisting"),
          .trips = members.count("trips")};
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
  service.deployments = members.count("deployments");
  service.deployments_failed = members.count("deployments_failed");
  service.rollbacks = members.count("rollbacks");
  service.rollbacks_failed = members.count("rollbacks_failed");
  return service;
}

Record record_of(const Members& members, const Deployment& deployment) {
  return {.at = members.time("at").value_or(Instant{}),
          .service = deployment.service,
          .deployment = deployment.id,
          .kind = members.text("kind"),
          .text = members.text("text"),
          .by = members.text("by"),
          .severity = named(members.text("severity"), severities, Severity::info)};
}

api::RunView run_of(const Members& members) {
  api::RunView run{.step = step_of(members),
                   .step_name = members.text("step_name"),
                   .intent_at = members.time("intent_at").value_or(Instant{}),
                   .result = std::nullopt,
                   .output = members.text("output")};
  if (!members.has_object("result")) return run;
  const Members result = members.object("result");
  run.result =
      RunResult{.outcome = parse_run_outcome(result.text("outcome")).value_or(RunOutcome::lost),
                .code = result.number<int>("code").value_or(0),
                .started_at = result.time("started_at"),
                .ended_at = result.time("ended_at").value_or(Instant{}),
                .message = result.text("message")};
  return run;
}

}  // namespace

Result<StatusReply> read_status(std::string_view body) {
  const Result<json::value> value = parse(body);
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
                    .services = {}};
  for (const json::value& each : members.array("services")) {
    Result<engine::ServiceSnapshot> service = service_of(Members(each));
    if (!service) return std::unexpected(service.error());
    reply.services.push_back(std::move(*service));
  }
  return reply;
}

Result<ServiceReply> read_service(std::string_view body) {
  const Result<json::value> value = parse(body);
  if (!value) return std::unexpected(value.error());
  const Members members(*value);
  Result<engine::ServiceSnapshot> service = service_of(members.object("service"));
  if (!service) return std::unexpected(service.error());
  return ServiceReply{.at = members.time("at").value_or(Instant{}), .service = std::move(*service)};
}

Result<api::DeploymentView> read_deployment(std::string_view body) {
  const Result<json::value> value = parse(body);
  if (!value) return std::unexpected(value.error());
  const Members members(*value);
  Result<Deployment> deployment = deployment_of(members.object("deployment"));
  if (!deployment) return std::unexpected(deployment.error());
  api::DeploymentView view{.deployment = std::move(*deployment), .history = {}, .runs = {}};
  for (const json::value& record : members.array("history")) {
    view.history.push_back(record_of(Members(record), view.deployment));
  }
  for (const json::value& run : members.array("runs")) view.runs.push_back(run_of(Members(run)));
  return view;
}

Result<api::ProbeReport> read_probe_report(std::string_view body) {
  const Result<json::value> value = parse(body);
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

Result<std::vector<Deployment>> read_deployments(std::string_view body) {
  const Result<json::value> value = parse(body);
  if (!value) return std::unexpected(value.error());
  const Members members(*value);
  std::vector<Deployment> deployments;
  for (const json::value& each : members.array("deployments")) {
    Result<Deployment> deployment = deployment_of(Members(each));
    if (!deployment) return std::unexpected(deployment.error());
    deployments.push_back(std::move(*deployment));
  }
  return deployments;
}

Result<DoneReply> read_done(std::string_view body) {
  const Result<json::value> value = parse(body);
  if (!value) return std::unexpected(value.error());
  const Members members(*value);
  return DoneReply{.deployment = members.text("deployment"), .message = members.text("message")};
}

std::string read_error(std::string_view body) {
  const Result<json::value> value = parse(body);
  const std::string message = value ? Members(*value).text("error") : "";
  return message.empty() ? std::string(body) : message;
}

}  // namespace ripcord::cli
