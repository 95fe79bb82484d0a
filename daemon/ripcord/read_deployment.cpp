// Deployments in the daemon's answers.

#include "base/text.hpp"
#include "model/run.hpp"
#include "ripcord/members.hpp"
#include "ripcord/read_reply.hpp"
#include "ripcord/reply_parts.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <optional>
#include <utility>
#include <variant>

namespace ripcord::cli {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, Severity>, 3> severities{
    {{"info", Severity::info}, {"warning", Severity::warning}, {"critical", Severity::critical}}};
constexpr std::array<std::pair<std::string_view, VerifyScript>, 3> scripts{
    {{"waiting", VerifyScript::waiting},
     {"running", VerifyScript::running},
     {"passed", VerifyScript::passed}}};
constexpr std::array<std::pair<std::string_view, Way>, 3> ways{
    {{"driven", Way::driven}, {"announced", Way::announced}, {"noticed", Way::noticed}}};

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
    const std::uint32_t number = detail.number<std::uint32_t>("stage").value_or(1);
    phase.stage = number == 0 ? 0 : number - 1;
    phase.awaiting = detail.flag("awaiting");
  }
  void operator()(Deploying& phase) const {
    const StepId step = step_of(detail);
    phase.step = step.index;
    phase.attempt = step.attempt;
  }
  void operator()(Shifting& phase) const {
    const StepId step = step_of(detail);
    phase.stage = step.index;
    phase.attempt = step.attempt;
  }
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

std::optional<Held> held_of(const Members& deployment) {
  if (!deployment.has_object("held")) return std::nullopt;
  const Members members = deployment.object("held");
  return Held{.reason = members.text("reason"),
              .by = members.text("by"),
              .at = members.time("at").value_or(Instant{})};
}

std::vector<Confirmation> confirmations_of(const Members& deployment) {
  std::vector<Confirmation> confirmations;
  for (const json::value& each : deployment.array("confirmations")) {
    const Members members(each);
    confirmations.push_back({.item = members.text("item"), .by = members.text("by")});
  }
  return confirmations;
}

std::vector<GateOverride> overrides_of(const Members& deployment) {
  std::vector<GateOverride> overrides;
  for (const json::value& each : deployment.array("overrides")) {
    const Members members(each);
    overrides.push_back(
        {.gate = members.text("gate"), .by = members.text("by"), .reason = members.text("reason")});
  }
  return overrides;
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
  deployment.begun_at = members.time("begun_at");
  deployment.deployed_at = members.time("deployed_at");
  deployment.ended_at = members.time("ended_at");
  deployment.deadline = members.time("deadline").value_or(Instant{});
  deployment.phase = *phase;
  deployment.cause = cause_of(members);
  for (const json::value& trigger : members.array("preexisting")) {
    if (trigger.is_string()) deployment.preexisting.emplace_back(trigger.get_string());
  }
  deployment.manual_rollback = members.flag("manual_rollback");
  deployment.way = named(members.text("way"), ways, Way::announced);
  deployment.held = held_of(members);
  deployment.irreversible = members.text("irreversible");
  deployment.rework = members.flag("rework");
  deployment.drill = members.flag("drill");
  deployment.confirmations = confirmations_of(members);
  deployment.overrides = overrides_of(members);
  deployment.verdict = members.text("verdict");
  return deployment;
}

Result<api::DeploymentView> read_deployment(std::string_view body) {
  const Result<json::value> value = parse_object(body);
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

Result<std::vector<std::string>> read_explanation(std::string_view body) {
  const Result<json::value> value = parse_object(body);
  if (!value) return std::unexpected(value.error());
  std::vector<std::string> sentences;
  for (const json::value& each : Members(*value).array("sentences")) {
    if (each.is_string()) sentences.emplace_back(each.get_string());
  }
  return sentences;
}

Result<std::vector<Deployment>> read_deployments(std::string_view body) {
  const Result<json::value> value = parse_object(body);
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

}  // namespace ripcord::cli
