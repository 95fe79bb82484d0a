#include "ripcord/follow.hpp"

#include "api/json.hpp"
#include "base/text.hpp"
#include "ripcord/read_reply.hpp"
#include "ripcord/view.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <utility>
#include <variant>

namespace asio = boost::asio;

namespace ripcord::cli {
namespace {

using namespace std::chrono_literals;

constexpr unsigned not_found = 404;
/// A service that a reload takes away goes with the end of its deployment, which may be told a
/// little later: once it is on disk.
constexpr unsigned looks_for_end = 15;
constexpr std::chrono::seconds patient_wait = 15s;
/// A step's output is no change of the service, and a clock on the screen goes on by itself.
constexpr std::chrono::seconds eager_wait = 1s;

std::chrono::seconds wait_for(const Account& account, const Deployment& deployment) {
  const Phase& phase = deployment.phase;
  const bool deploys = std::holds_alternative<Deploying>(phase) && deployment.way == Way::driven;
  const bool has_output = deploys || std::holds_alternative<Shifting>(phase) ||
                          std::holds_alternative<RollingBack>(phase) ||
                          std::holds_alternative<Verifying>(phase);
  return account.is_live() || has_output ? eager_wait : patient_wait;
}

std::string poll_target(const std::string& service, std::optional<std::uint64_t> revision,
                        std::chrono::seconds wait) {
  if (!revision) return service_target(service);
  return fmt::format("{}?after={}&wait={}", service_target(service), *revision, wait.count());
}

Trouble unreadable(const Error& error) {
  return {ExitCode::failed, error.message};
}

/// How things stand.
struct Seen {
  api::DeploymentView view;
  std::expected<ServiceReply, Trouble> service;  ///< why not, when it is gone
};

asio::awaitable<std::expected<Seen, Trouble>> look(PatientClient& daemon, std::string service,
                                                   std::string deployment,
                                                   std::chrono::seconds wait) {
  const Told service_told = co_await daemon.ask(std::move(service), wait);
  const bool is_gone = !service_told && service_told.error().status == not_found;
  if (!service_told && !is_gone) co_return std::unexpected(service_told.error());
  const Told view_told = co_await daemon.ask(deployment_target(deployment));
  if (!view_told) co_return std::unexpected(view_told.error());

  Result<api::DeploymentView> view = read_deployment(*view_told);
  if (!view) co_return std::unexpected(unreadable(view.error()));
  if (is_gone) {
    co_return Seen{.view = *std::move(view), .service = std::unexpected(service_told.error())};
  }
  Result<ServiceReply> reply = read_service(*service_told);
  if (!reply) co_return std::unexpected(unreadable(reply.error()));
  co_return Seen{.view = *std::move(view), .service = *std::move(reply)};
}

/// What a watcher shows.
struct Scene {
  Lines lines;
  std::string essence;
};

Result<Scene> scene_of(const std::string& service, std::string_view body) {
  if (!service.empty()) {
    const Result<ServiceReply> reply = read_service(body);
    if (!reply) return std::unexpected(reply.error());
    return Scene{service_view(reply->service, reply->at), essence(reply->service)};
  }
  const Result<StatusReply> reply = read_status(body);
  if (!reply) return std::unexpected(reply.error());
  Scene scene{status_view(*reply), fmt::format("{} {}", reply->daemon.journal_trouble,
                                               reply->daemon.last_reload_succeeded)};
  for (const engine::ServiceSnapshot& each : reply->services) {
    scene.essence += "\n\n" + essence(each);
  }
  return scene;
}

}  // namespace

asio::awaitable<std::expected<ExitCode, Trouble>> follow(PatientClient& daemon, net::Clock& clock,
                                                         Account& account, Followed followed) {
  std::optional<std::uint64_t> revision;
  std::chrono::seconds wait = eager_wait;
  unsigned looks_without_service = 0;
  for (;;) {
    const std::expected<Seen, Trouble> seen = co_await look(
        daemon, poll_target(followed.service, revision, wait), followed.deployment, wait);
    if (!seen) co_return std::unexpected(seen.error());

    const Phase& phase = seen->view.deployment.phase;
    const bool has_ended = is_terminal(phase);
    const ServiceReply service = seen->service.value_or(ServiceReply{});
    if (seen->service || has_ended) account.tell(service.service, seen->view, service.at);
    if (has_ended) {
      const ExitCode exit_code = exit_code_of(phase, followed.wanted);
      account.end(seen->view, exit_code);
      co_return exit_code;
    }
    if (!seen->service) {
      if (++looks_without_service > looks_for_end) co_return std::unexpected(seen->service.error());
      co_await clock.sleep_until(clock.now() + eager_wait);
      continue;
    }
    revision = service.service.revision;
    wait = wait_for(account, seen->view.deployment);
  }
}

asio::awaitable<Trouble> watch(PatientClient& daemon, net::Clock& clock, Screen& screen,
                               std::string service, bool json) {
  const std::string target = service.empty() ? "/api/v1/status" : service_target(service);
  std::string shown;
  for (;;) {
    const Told told = co_await daemon.ask(target);
    if (!told) co_return told.error();
    Result<Scene> scene = scene_of(service, *told);
    if (!scene) co_return unreadable(scene.error());

    const bool is_new = std::exchange(shown, scene->essence) != scene->essence;
    if (json) {
      if (is_new) screen.print_raw(trim(*told));
    } else if (screen.surface().is_live) {
      screen.draw(scene->lines);
    } else if (is_new) {
      screen.print(scene->lines);
    }
    co_await clock.sleep_until(clock.now() + eager_wait);
  }
}

}  // namespace ripcord::cli
