// `deploy run`: a deployment around somebody's command.

#include "api/json.hpp"
#include "base/contract.hpp"
#include "ripcord/child_program.hpp"
#include "ripcord/commands.hpp"
#include "ripcord/order.hpp"
#include "ripcord/read_reply.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace asio = boost::asio;
namespace json = boost::json;

namespace ripcord::cli {
namespace {

/// What is told of the command's end.
struct Report {
  std::string service;
  std::string deployment;  ///< id
  bool succeeded = false;
  std::string reason;  ///< of a failure

  /// `"finish"` or `"fail"`: a word of the command line and of the API.
  [[nodiscard]] std::string word() const { return succeeded ? "finish" : "fail"; }
  /// What a person can type instead.
  [[nodiscard]] std::string by_hand() const {
    return succeeded ? fmt::format("ripcord deploy finish {}", service)
                     : fmt::format("ripcord deploy fail {} --reason …", service);
  }
  /// When nobody knows whether the daemon has heard.
  [[nodiscard]] std::string untold() const {
    return fmt::format(
        "the daemon may not have been told that the command has {}: if {} is still open (\"ripcord "
        "status {}\"), type \"{}\"",
        succeeded ? "succeeded" : "failed", deployment, service, by_hand());
  }
  [[nodiscard]] std::string body() const {
    json::object body{{"deployment", json::string(deployment)}};
    if (!succeeded) body["reason"] = json::string(reason);
    return api::to_text(body);
  }
};

/// Whether the daemon has taken the report already: its answer may have been lost.
asio::awaitable<bool> is_told(Tools& tools, Report report) {
  const Told told = co_await tools.patient_client.ask(deployment_target(report.deployment));
  if (!told) co_return false;
  const Result<api::DeploymentView> view = read_deployment(*told);
  if (!view) co_return false;
  const Deployment& deployment = view->deployment;
  co_return report.succeeded ? deployment.deployed_at.has_value()
                             : std::holds_alternative<Failed>(deployment.phase);
}

/// Tells the daemon, for as long as it is away and a while more. Nothing when it has heard.
asio::awaitable<std::optional<Trouble>> tell(Tools& tools, Report report) {
  const std::string body = report.body();
  PatientClient daemon(
      tools.clock,
      [&tools, body](std::string target, Duration wait) {
        return tools.client.post(std::move(target), body, wait);
      },
      [&tools](const std::string& message) { tools.screen.say(message); }, tools.patience);
  const Told told = co_await daemon.ask(service_target(report.service) + "/" + report.word());
  if (told) {
    const Result<DoneReply> reply = read_done(*told);
    if (reply) tools.screen.say(reply->message);
    co_return std::nullopt;
  }
  const bool is_conflict = told.error().status == 409;
  if (is_conflict) {
    const bool has_heard = co_await is_told(tools, report);
    if (has_heard) co_return std::nullopt;
  }
  Trouble trouble = told.error();
  if (!is_conflict) {
    trouble.message = fmt::format(
        "{}\nTHE DAEMON HAS NOT BEEN TOLD that the command {}: {} stays open, and nothing is "
        "watched for it; type \"{}\" once it is back",
        trouble.message, report.succeeded ? "has succeeded" : "has failed", report.deployment,
        report.by_hand());
  }
  co_return trouble;
}

Trouble cannot_start(const Error& error) {
  return {ExitCode::usage, error.message + ": nothing has been announced"};
}

/// The command has succeeded, and the daemon was told, or not.
asio::awaitable<Done> after_success(Tools& tools, bool wait, Report report,
                                    std::optional<Trouble> trouble) {
  const bool can_wait = wait && (!trouble || trouble->status == 409);
  if (!can_wait && trouble) co_return std::unexpected(*trouble);
  if (!can_wait) co_return ExitCode::succeeded;
  if (trouble) tools.screen.say(trouble->message);
  Followed followed{.service = std::move(report.service),
                    .deployment = std::move(report.deployment),
                    .wanted = Wanted::deployment};
  co_return co_await wait_for_end(tools, std::move(followed));
}

}  // namespace

asio::awaitable<Done> run_command(Tools& tools, RunCommand command) {
  RIPCORD_CONTRACT(tools.signals != nullptr && !command.words.empty());
  const NewDeployment& what = command.what;
  const Result<std::string> path = find_program(command.words.front());
  if (!path) co_return std::unexpected(cannot_start(path.error()));
  const Told started = co_await tools.client.post(service_target(what.service) + "/deployments",
                                                  api::to_text(announcement(what)));
  if (!started) co_return std::unexpected(started.error());
  const Result<DoneReply> reply = read_done(*started);
  if (!reply) co_return std::unexpected(Trouble{ExitCode::failed, reply.error().message});
  tools.screen.say(reply->message);

  const std::vector<std::pair<std::string, std::string>> variables{
      {"RIPCORD_SERVICE", what.service},
      {"RIPCORD_DEPLOYMENT", reply->deployment},
      {"RIPCORD_VERSION", what.version}};
  const Result<ProgramEnd> end =
      co_await run_in_foreground(*tools.signals, *path, command.words, variables);
  Report report{.service = what.service,
                .deployment = reply->deployment,
                .succeeded = end && end->succeeded(),
                .reason = end ? describe(command.words.front(), *end) : end.error().message};
  tools.untold = report.untold();
  tools.signals->release_ending();
  std::optional<Trouble> trouble = co_await tell(tools, report);
  tools.untold.clear();
  if (report.succeeded) {
    co_return co_await after_success(tools, command.wait, std::move(report), std::move(trouble));
  }
  if (trouble) tools.screen.say(trouble->message);
  // The command's own words have been on the terminal; its exit code stays what it was.
  tools.screen.say(report.reason);
  co_return end ? static_cast<ExitCode>(end->exit_code()) : ExitCode::failed;
}

}  // namespace ripcord::cli
