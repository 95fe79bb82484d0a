#include "runtime/gatekeeper.hpp"

#include "base/text.hpp"
#include "gate/from_snapshot.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;

/// How often the way back is looked at.
constexpr Duration look_back_interval = 1min;

/// A disk that hangs holds up this many looks at it, and no more wait behind them.
constexpr std::size_t file_threads = 2;
constexpr std::size_t file_queue_max = 32;

constexpr std::size_t output_bytes_shown = 200;

RunOutcome outcome_of(probe::CommandOutcome outcome) {
  switch (outcome) {
    case probe::CommandOutcome::exited:
      return RunOutcome::exited;
    case probe::CommandOutcome::signalled:
      return RunOutcome::signalled;
    case probe::CommandOutcome::timed_out:
      return RunOutcome::timed_out;
    case probe::CommandOutcome::refused:
      break;
  }
  return RunOutcome::refused;
}

/// What a script says last is why it refuses.
std::string last_line_of(std::string_view output) {
  std::string_view last;
  for (const std::string_view line : split(output, '\n')) {
    if (!trim(line).empty()) last = trim(line);
  }
  return printable(last, output_bytes_shown);
}

std::vector<deploy::Gate> gates_of(const std::vector<gate::Settings>& settings) {
  std::vector<deploy::Gate> gates;
  gates.reserve(settings.size());
  for (const gate::Settings& one : settings) gates.push_back(one.gate);
  return gates;
}

/// The gates of a service that look at backups, without their verification: that is for when it
/// matters.
std::vector<gate::Settings> backup_gates(const ServiceSettings& settings) {
  std::vector<gate::Settings> gates;
  for (gate::Settings gate : settings.gates) {
    auto* source = std::get_if<gate::BackupSource>(&gate.source);
    if (source == nullptr) continue;
    source->verify.reset();
    gates.push_back(std::move(gate));
  }
  return gates;
}

std::string task_name(const std::string& deployment) {
  return "gate of " + deployment;
}

/// A deployment that the daemon is to drive, without anything that it could do.
deploy::GateReason nothing_to_drive(const std::string& service) {
  return {.gate = "deploy",
          .state = deploy::GateState::refused,
          .text = fmt::format("there is no [[service.{}.deploy.step]], so nothing would be "
                              "deployed; with a pipeline of your own use `ripcord deploy start`",
                              service)};
}

}  // namespace

std::string in_words(const deploy::GateVerdict& verdict) {
  std::string text;
  const auto append = [&](bool is_refused) {
    for (const deploy::GateReason& reason : verdict.reasons) {
      if ((reason.state == deploy::GateState::refused) != is_refused) continue;
      text += fmt::format("{}{} {}: {}", text.empty() ? "" : "; ", reason.gate,
                          to_string(reason.state), reason.text);
    }
  };
  append(true);
  append(false);
  return text.empty() ? "there is no gate" : text;
}

std::optional<gate::Settings> readiness_of(const ServiceSettings& settings) {
  const auto configured = std::ranges::find_if(settings.gates, [](const gate::Settings& gate) {
    return std::holds_alternative<deploy::ReadyRule>(gate.gate.rule);
  });
  if (configured != settings.gates.end()) return *configured;
  if (settings.way_back.empty()) return std::nullopt;
  return gate::Settings{
      .gate = {.name = "ready", .rule = deploy::ReadyRule{.programs = settings.way_back}},
      .source = gate::ReadySource{}};
}

Gatekeeper::Gatekeeper(const World& world, Driver& driver, Probers& probers, net::TaskGroup& tasks,
                       Known known)
    : world_(world),
      driver_(driver),
      probers_(probers),
      tasks_(tasks),
      known_(std::move(known)),
      files_("gate", file_threads, file_queue_max),
      gatherer_(world.executor, world.clock, world.resolver, files_, *this, world.state_dir) {}

void Gatekeeper::check(const std::string& id) {
  const Deployment* deployment = find_open(id);
  if (deployment == nullptr) return;
  asked_.insert(id);
  tasks_.spawn(task_name(id), answer(*deployment));
}

void Gatekeeper::forget_ended() {
  std::erase_if(asked_, [this](const std::string& id) {
    if (find_open(id) != nullptr) return false;
    tasks_.cancel(task_name(id));
    return true;
  });
}

const Deployment* Gatekeeper::find_open(const std::string& id) const {
  for (const std::string& service : known_.services()) {
    const Deployment* open = driver_.engine().open_deployment(service);
    if (open != nullptr && open->id == id) return open;
  }
  return nullptr;
}

boost::asio::awaitable<void> Gatekeeper::answer(Deployment deployment) {
  gate::Question question{.service = deployment.service,
                          .version = deployment.version,
                          .previous_version = deployment.previous_version,
                          .deployment = deployment.id};
  deploy::GateRequest request{.version = deployment.version,
                              .confirmations = deployment.confirmations,
                              .overrides = deployment.overrides};
  Result<deploy::GateVerdict> verdict = co_await judge(std::move(question), std::move(request));
  GateChecked checked{.deployment = deployment.id, .passed = false, .text = {}};
  if (verdict) {
    const ServiceSettings* settings = known_.settings(deployment.service);
    if (settings != nullptr && settings->engine.recipe.deploy.empty()) {
      verdict->reasons.push_back(nothing_to_drive(deployment.service));
    }
    checked.passed = verdict->is_open();
    checked.text = in_words(*verdict);
  } else {
    checked.text = verdict.error().message;
  }
  driver_.feed(std::move(checked));
}

boost::asio::awaitable<Result<deploy::GateVerdict>> Gatekeeper::ask(std::string service,
                                                                    deploy::GateRequest request) {
  gate::Question question{
      .service = service,
      .version = request.version,
      .previous_version = driver_.engine().rollback_target(service, request.version),
      .deployment = ""};
  return judge(std::move(question), std::move(request));
}

boost::asio::awaitable<Result<deploy::GateVerdict>> Gatekeeper::judge(gate::Question question,
                                                                      deploy::GateRequest request) {
  const ServiceSettings* known = known_.settings(question.service);
  if (known == nullptr) {
    co_return failure(Fault::missing,
                      fmt::format("no service is called {:?}", printable(question.service, 100)));
  }
  // By the time that all have answered another configuration may be in force.
  const ServiceSettings settings = *known;
  const std::vector<deploy::Gate> gates = gates_of(settings.gates);
  // What the person got wrong is told before anything is asked.
  Result<deploy::GateVerdict> verdict = deploy::judge(gates, request, {}, world_.clock.now());
  if (!verdict || gates.empty()) co_return verdict;
  const std::string service = question.service;
  std::vector<gate::Settings> asked = settings.gates;
  deploy::GateFacts facts = co_await gatherer_.gather(std::move(asked), std::move(question));
  // Last, so that it is not older than the rest.
  const engine::Snapshot snapshot = driver_.snapshot();
  const auto seen = std::ranges::find(snapshot.services, service, &engine::ServiceSnapshot::name);
  if (seen != snapshot.services.end()) {
    gate::add_from_snapshot(settings.gates, settings.engine, *seen, facts);
  }
  co_return deploy::judge(gates, request, facts, world_.clock.now());
}

boost::asio::awaitable<void> Gatekeeper::keep_looking_back() {
  for (;;) {
    const Instant next = world_.clock.now() + look_back_interval;
    const std::vector<std::string> services = known_.services();
    std::erase_if(readiness_,
                  [&](const auto& entry) { return known_.settings(entry.first) == nullptr; });
    std::erase_if(backups_,
                  [&](const auto& entry) { return known_.settings(entry.first) == nullptr; });
    for (const std::string& service : services) {
      co_await look_back(service);
      co_await look_at_backups(service);
    }
    co_await world_.clock.sleep_until(next);
  }
}

boost::asio::awaitable<void> Gatekeeper::look_back(std::string service) {
  const ServiceSettings* known = known_.settings(service);
  std::optional<gate::Settings> readiness = known != nullptr ? readiness_of(*known) : std::nullopt;
  if (!readiness) {
    readiness_.erase(service);
    co_return;
  }
  const Deployment* open = driver_.engine().open_deployment(service);
  gate::Question question{
      .service = service,
      .version = open != nullptr ? open->version : "",
      .previous_version =
          open != nullptr ? open->previous_version : driver_.engine().rollback_target(service, ""),
      .deployment = open != nullptr ? open->id : "",
      .irreversible = open != nullptr && open->begun_at ? open->irreversible : ""};
  std::vector<gate::Settings> gates{*std::move(readiness)};
  const std::vector<deploy::Gate> rules = gates_of(gates);
  const deploy::GateFacts facts = co_await gatherer_.gather(std::move(gates), std::move(question));
  const Instant now = world_.clock.now();
  const Result<deploy::GateVerdict> verdict = deploy::judge(rules, {}, facts, now);
  if (!verdict || verdict->reasons.empty()) co_return;
  note_readiness(service,
                 {.at = now, .ready = verdict->is_open(), .text = verdict->reasons.front().text});
}

boost::asio::awaitable<void> Gatekeeper::look_at_backups(std::string service) {
  const ServiceSettings* known = known_.settings(service);
  std::vector<gate::Settings> gates;
  if (known != nullptr) gates = backup_gates(*known);
  if (gates.empty()) {
    backups_.erase(service);
    co_return;
  }
  gate::Question question{
      .service = service, .version = "", .previous_version = "", .deployment = ""};
  const deploy::GateFacts facts = co_await gatherer_.gather(std::move(gates), std::move(question));
  std::map<std::string, Instant> newest;
  for (const auto& [gate, fact] : facts) {
    const auto* backup = std::get_if<deploy::BackupFact>(&fact);
    if (backup == nullptr) continue;
    newest[gate] = backup->newest ? backup->newest->made_at : Instant{};
  }
  backups_.insert_or_assign(service, std::move(newest));
}

std::vector<metrics::BackupFigures> Gatekeeper::backups(const std::string& service) const {
  std::vector<metrics::BackupFigures> all;
  const ServiceSettings* known = known_.settings(service);
  if (known == nullptr) return all;
  const auto found = backups_.find(service);
  for (const gate::Settings& settings : known->gates) {
    const auto* rule = std::get_if<deploy::BackupRule>(&settings.gate.rule);
    if (rule == nullptr) continue;
    metrics::BackupFigures& figures = all.emplace_back();
    figures.gate = settings.gate.name;
    figures.max_age = rule->max_age;
    if (found == backups_.end()) continue;
    const auto newest = found->second.find(settings.gate.name);
    if (newest != found->second.end()) figures.newest_at = newest->second;
  }
  return all;
}

void Gatekeeper::note_readiness(const std::string& service, api::Readiness found) {
  const auto before = readiness_.find(service);
  const bool was_ready = before == readiness_.end() || before->second.ready;
  if (was_ready && !found.ready) {
    spdlog::warn("{}: a rollback would not be possible now: {}", service, found.text);
  } else if (!was_ready && found.ready) {
    spdlog::info("{}: a rollback is possible again: {}", service, found.text);
  }
  readiness_.insert_or_assign(service, std::move(found));
}

std::optional<api::Readiness> Gatekeeper::readiness(const std::string& service) const {
  const auto found = readiness_.find(service);
  return found == readiness_.end() ? std::nullopt : std::optional(found->second);
}

boost::asio::awaitable<Result<RunResult>> Gatekeeper::run(gate::Command command) {
  const Instant began = world_.clock.now();
  probe::Command order{.run = std::move(command.run),
                       .user = std::move(command.user),
                       .workdir = std::move(command.workdir),
                       .env = std::move(command.env)};
  const Result<probe::CommandEnd> end =
      co_await world_.commands.run(std::move(order), command.timeout);
  if (!end) co_return std::unexpected(end.error());
  RunResult result{.outcome = outcome_of(end->outcome),
                   .code = end->code,
                   .started_at = began,
                   .ended_at = world_.clock.now(),
                   .message = end->note};
  if (!result.succeeded() && result.message.empty()) result.message = last_line_of(end->output);
  co_return result;
}

boost::asio::awaitable<Result<bool>> Gatekeeper::has_image(std::string service, std::uint32_t probe,
                                                           std::string image, Instant deadline) {
  const ServiceSettings* settings = known_.settings(service);
  const auto* docker = settings != nullptr && probe < settings->probes.size()
                           ? std::get_if<probe::DockerProbeSettings>(&settings->probes[probe])
                           : nullptr;
  if (docker == nullptr) {
    co_return failure(Fault::missing, "the probe whose engine could be asked is gone");
  }
  const Result<bool> there = co_await probers_.has_image(*docker, std::move(image), deadline);
  co_return there;
}

}  // namespace ripcord::runtime
