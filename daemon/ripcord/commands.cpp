#include "ripcord/commands.hpp"

#include "api/json.hpp"
#include "ripcord/dora.hpp"
#include "ripcord/evidence.hpp"
#include "ripcord/follow.hpp"
#include "ripcord/order.hpp"
#include "ripcord/read_reply.hpp"
#include "ripcord/telling.hpp"
#include "ripcord/view.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asio = boost::asio;
namespace json = boost::json;

namespace ripcord::cli {
namespace {

/// As long as a probe may be configured to wait.
constexpr Duration probe_timeout_max = std::chrono::minutes(10);

/// And as long as a receiver may.
constexpr Duration receiver_timeout_max = std::chrono::minutes(3);

/// Gates may have scripts, each with a time limit of its own.
constexpr Duration gate_patience = std::chrono::hours(1);

std::unexpected<Trouble> trouble(const Error& error) {
  return std::unexpected(Trouble{ExitCode::failed, error.message});
}

/// Shows an answer as lines, or as it came for a program.
template <class Reply>
Done show(Tools& tools, const Told& told, Result<Reply> (*read)(std::string_view),
          Lines (*view)(const Reply&)) {
  if (!told) return std::unexpected(told.error());
  if (tools.json) {
    tools.screen.print_raw(*told);
    return ExitCode::succeeded;
  }
  const Result<Reply> reply = read(*told);
  if (!reply) return trouble(reply.error());
  tools.screen.print(view(*reply));
  return ExitCode::succeeded;
}

Lines service_reply_view(const ServiceReply& reply) {
  Lines lines = service_view(reply.service, reply.at);
  if (reply.readiness) lines.push_back(readiness_line(*reply.readiness));
  return lines;
}

/// One command about a service.
struct Order {
  std::string service;
  std::string path;  ///< behind that of the service
  json::object body;
  bool wait = false;  ///< follow the deployment to its end
  Wanted wanted = Wanted::deployment;
};

/// Sends a command. The id of the deployment is data, the daemon's sentence is talk.
asio::awaitable<Done> send(Tools& tools, std::string target, std::string body) {
  const Told told = co_await tools.client.post(std::move(target), std::move(body));
  if (!told) co_return std::unexpected(told.error());
  if (tools.json) {
    tools.screen.print_raw(*told);
    co_return ExitCode::succeeded;
  }
  const Result<DoneReply> reply = read_done(*told);
  if (!reply) co_return trouble(reply.error());
  tools.screen.say(reply->message);
  if (!reply->deployment.empty()) tools.screen.print({{{reply->deployment}}});
  co_return ExitCode::succeeded;
}

/// Sends a command and follows the deployment that it concerns.
asio::awaitable<Done> send_and_wait(Tools& tools, std::string target, std::string body,
                                    Followed followed) {
  const Told told = co_await tools.client.post(std::move(target), std::move(body));
  if (!told) co_return std::unexpected(told.error());
  const Result<DoneReply> reply = read_done(*told);
  if (!reply) co_return trouble(reply.error());
  tools.screen.say(reply->message);
  followed.deployment = reply->deployment;
  co_return co_await wait_for_end(tools, std::move(followed));
}

asio::awaitable<Done> run(Tools& tools, StatusCommand command) {
  if (command.watch) {
    co_return std::unexpected(co_await watch(tools.patient_client, tools.clock, tools.screen,
                                             command.service, tools.json));
  }
  if (command.service.empty()) {
    const Told told = co_await tools.client.get("/api/v1/status");
    co_return show<StatusReply>(tools, told, read_status, status_view);
  }
  const Told told = co_await tools.client.get(service_target(command.service));
  co_return show<ServiceReply>(tools, told, read_service, service_reply_view);
}

/// Sends a command, and follows the deployment that it concerns if that is wanted.
asio::awaitable<Done> send(Tools& tools, Order order) {
  const std::string target = service_target(order.service) + order.path;
  const std::string body = api::to_text(order.body);
  if (!order.wait) co_return co_await send(tools, target, body);
  Followed followed{.service = order.service, .deployment = "", .wanted = order.wanted};
  co_return co_await send_and_wait(tools, target, body, std::move(followed));
}

asio::awaitable<Done> run(Tools& tools, DeployCommand command) {
  return send(tools, Order{.service = command.what.service,
                           .path = "/deployments",
                           .body = drive_order(command.what, command.gate),
                           .wait = command.wait});
}

asio::awaitable<Done> run(Tools& tools, StartCommand command) {
  return send(tools, Order{.service = command.what.service,
                           .path = "/deployments",
                           .body = announcement(command.what)});
}

asio::awaitable<Done> run(Tools& tools, FinishCommand command) {
  return send(
      tools,
      Order{.service = command.service, .path = "/finish", .body = {}, .wait = command.wait});
}

asio::awaitable<Done> run(Tools& tools, FailCommand command) {
  return send(
      tools,
      Order{.service = command.service, .path = "/fail", .body = with_reason(command.reason)});
}

asio::awaitable<Done> run(Tools& tools, PromoteCommand command) {
  return send(
      tools,
      Order{.service = command.service, .path = "/promote", .body = {}, .wait = command.wait});
}

asio::awaitable<Done> run(Tools& tools, HoldCommand command) {
  return send(
      tools,
      Order{.service = command.service, .path = "/hold", .body = with_reason(command.reason)});
}

asio::awaitable<Done> run(Tools& tools, ResumeCommand command) {
  return send(
      tools,
      Order{.service = command.service, .path = "/resume", .body = {}, .wait = command.wait});
}

asio::awaitable<Done> run(Tools& tools, RollbackCommand command) {
  json::object body = with_reason(command.reason);
  if (!command.to.empty()) body["version"] = json::string(command.to);
  return send(tools, Order{.service = command.service,
                           .path = "/rollback",
                           .body = std::move(body),
                           .wait = command.wait,
                           .wanted = Wanted::rollback});
}

asio::awaitable<Done> run(Tools& tools, AbortCommand command) {
  return send(
      tools,
      Order{.service = command.service, .path = "/abort", .body = with_reason(command.reason)});
}

asio::awaitable<Done> run(Tools& tools, ProbeCommand command) {
  std::string body = api::to_text(json::object{{"probe", json::string(command.probe)}});
  const Told told = co_await tools.client.post(service_target(command.service) + "/probe",
                                               std::move(body), probe_timeout_max);
  const Done shown = show<api::ProbeReport>(tools, told, read_probe_report, probe_view);
  if (!shown) co_return shown;
  const Result<api::ProbeReport> report = read_probe_report(*told);
  if (!report) co_return trouble(report.error());
  co_return report->sample.outcome == Outcome::good ? ExitCode::succeeded : ExitCode::failed;
}

asio::awaitable<Done> run(Tools& tools, GateCommand command) {
  const Told told = co_await tools.client.post(
      service_target(command.service) + "/gate",
      api::to_text(gate_question(command.version, command.gate)), gate_patience);
  const Done shown = show<deploy::GateVerdict>(tools, told, read_gate_verdict, gate_view);
  if (!shown) co_return shown;
  const Result<deploy::GateVerdict> verdict = read_gate_verdict(*told);
  if (!verdict) co_return trouble(verdict.error());
  co_return verdict->is_open() ? ExitCode::succeeded : ExitCode::failed;
}

asio::awaitable<Done> run(Tools& tools, SignalCommand command) {
  json::object body{{"name", json::string(command.name)}, {"count", command.count}};
  if (!command.note.empty()) body["note"] = json::string(command.note);
  return send(tools,
              Order{.service = command.service, .path = "/signals", .body = std::move(body)});
}

asio::awaitable<Done> run(Tools& tools, SilenceCommand command) {
  json::object body{{"for", json::string(command.length)},
                    {"reason", json::string(command.reason)}};
  if (!command.trigger.empty()) body["trigger"] = json::string(command.trigger);
  const Told told =
      co_await tools.client.post(service_target(command.service) + "/silences", api::to_text(body));
  co_return show<Silence>(tools, told, read_silence, silence_view);
}

asio::awaitable<Done> run(Tools& tools, SilencesCommand) {
  const Told told = co_await tools.client.get("/api/v1/silences");
  co_return show<std::vector<Silence>>(tools, told, read_silences, silences_view);
}

asio::awaitable<Done> run(Tools& tools, UnsilenceCommand command) {
  const Told told =
      co_await tools.client.post(fmt::format("/api/v1/silences/{}/end", command.number), "{}");
  co_return show<Silence>(tools, told, read_silence, silence_view);
}

asio::awaitable<Done> run(Tools& tools, NotifyListCommand) {
  const Told told = co_await tools.client.get("/api/v1/receivers");
  co_return show<std::vector<api::ReceiverView>>(tools, told, read_receivers, receivers_view);
}

asio::awaitable<Done> run(Tools& tools, NotifyTestCommand command) {
  const Told told = co_await tools.client.post(receiver_target(command.receiver) + "/test", "{}",
                                               receiver_timeout_max);
  const Done shown = show<api::ReceiverTest>(tools, told, read_receiver_test, receiver_test_view);
  if (!shown) co_return shown;
  const Result<api::ReceiverTest> test = read_receiver_test(*told);
  if (!test) co_return trouble(test.error());
  co_return test->is_delivered ? ExitCode::succeeded : ExitCode::failed;
}

// Not in the coroutines: GCC 12 cannot take a list in braces there.
std::string target_of(const HistoryCommand& command) {
  std::vector<QueryParameter> query{{"limit", std::to_string(command.limit)},
                                    {"service", command.service},
                                    {"version", command.version},
                                    {"since", command.since},
                                    {"until", command.until},
                                    {"kind", command.kind},
                                    {"before", command.before}};
  for (const std::string& phase : command.phases) query.push_back({"phase", phase});
  return with_query("/api/v1/deployments", query);
}

std::string target_of(const DoraCommand& command) {
  return with_query("/api/v1/dora", {{"service", command.service}, {"since", command.since}});
}

asio::awaitable<Done> run(Tools& tools, HistoryCommand command) {
  const Told told = co_await tools.client.get(target_of(command));
  co_return show<std::vector<Deployment>>(tools, told, read_deployments, history_view);
}

asio::awaitable<Done> run(Tools& tools, DoraCommand command) {
  const Told told = co_await tools.client.get(target_of(command));
  if (!told || !command.csv) co_return show<deploy::DoraReport>(tools, told, read_dora, dora_view);
  const Result<deploy::DoraReport> report = read_dora(*told);
  if (!report) co_return trouble(report.error());
  tools.screen.print_raw(dora_csv(*report));
  co_return ExitCode::succeeded;
}

asio::awaitable<Done> run(Tools& tools, ShowCommand command) {
  if (command.html) {
    const Told page =
        co_await tools.client.get(evidence_file_target(command.deployment, "index.html"));
    if (!page) co_return std::unexpected(page.error());
    tools.screen.print_raw(*page);
    co_return ExitCode::succeeded;
  }
  if (command.evidence) {
    const Told told = co_await tools.client.get(evidence_target(command.deployment));
    co_return show<api::EvidenceView>(tools, told, read_evidence, evidence_view);
  }
  const Told told = co_await tools.client.get(deployment_target(command.deployment));
  co_return show<api::DeploymentView>(tools, told, read_deployment, deployment_view);
}

asio::awaitable<Done> run(Tools& tools, ExplainCommand command) {
  const Told told = co_await tools.client.get(deployment_target(command.deployment) + "/explain");
  co_return show<std::vector<std::string>>(tools, told, read_explanation, explanation_view);
}

asio::awaitable<Done> run(Tools& tools, WaitCommand command) {
  const Told told = co_await tools.patient_client.ask(service_target(command.service));
  if (!told) co_return std::unexpected(told.error());
  const Result<ServiceReply> reply = read_service(*told);
  if (!reply) co_return trouble(reply.error());
  const std::optional<Deployment>& last = reply->service.deployment;
  if (!last) {
    co_return std::unexpected(Trouble{
        ExitCode::failed, fmt::format("there has been no deployment of {}", command.service)});
  }
  if (!is_open(*last)) {
    tools.screen.say(
        fmt::format("no deployment of {} is open; telling of the last one", command.service));
  }
  Followed followed{
      .service = command.service, .deployment = last->id, .wanted = Wanted::deployment};
  co_return co_await wait_for_end(tools, std::move(followed));
}

asio::awaitable<Done> run(Tools& tools, ReloadCommand) {
  co_return co_await send(tools, "/api/v1/reload", "{}");
}

asio::awaitable<Done> run(Tools& tools, CompletionCommand command) {
  tools.screen.print_raw(completion_script(command.shell, command_words()).value_or(""));
  co_return ExitCode::succeeded;
}

/// What the program does by itself, before it would ask the daemon.
asio::awaitable<Done> refuse_what_needs_no_daemon() {
  co_return std::unexpected(Trouble{ExitCode::failed, "this needs no daemon"});
}

asio::awaitable<Done> run(Tools&, ExportCommand) {
  return refuse_what_needs_no_daemon();
}

asio::awaitable<Done> run(Tools&, ImportCommand) {
  return refuse_what_needs_no_daemon();
}

asio::awaitable<Done> run(Tools&, CheckCommand) {
  return refuse_what_needs_no_daemon();
}

asio::awaitable<Done> run(Tools& tools, RunCommand command) {
  co_return co_await run_command(tools, std::move(command));
}

}  // namespace

asio::awaitable<Done> wait_for_end(Tools& tools, Followed followed) {
  tools.waited_for = followed.service;
  Account account(tools.screen, tools.json);
  co_return co_await follow(tools.patient_client, tools.clock, account, std::move(followed));
}

asio::awaitable<Done> carry_out(Tools& tools, Command command) {
  return std::visit([&tools](auto& each) { return run(tools, std::move(each)); }, command);
}

}  // namespace ripcord::cli
