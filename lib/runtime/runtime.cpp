#include "runtime/runtime.hpp"

#include "base/counted.hpp"
#include "base/text.hpp"
#include "model/vocabulary.hpp"
#include "net/before.hpp"
#include "probe/log/last_lines.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <utility>

namespace ripcord::runtime {
namespace {

/// How much of a run's output a person is shown.
constexpr std::size_t output_shown = 4096;

/// And how much of it is added to the evidence.
constexpr std::size_t output_kept = 256UL * 1024;
constexpr Duration stories_patience = std::chrono::seconds(10);

/// How long a daemon that stops waits for what receivers were not told yet; the next one tells it.
constexpr Duration mail_patience = std::chrono::seconds(2);

/// How many probes people may have under way at a time: each is bounded by its timeout.
constexpr std::size_t probing_max = 4;
/// The same of gates.
constexpr std::size_t gating_max = 4;

std::unexpected<Error> no_such_probe(const ServiceSettings& settings, const std::string& probe) {
  std::vector<std::string> names;
  names.reserve(settings.engine.probes.size());
  for (const engine::ProbeSettings& known : settings.engine.probes) names.push_back(known.name);
  const std::string near = nearest(probe.substr(0, 100), names);
  std::string message =
      fmt::format("{} has no probe called {:?}", settings.engine.name, printable(probe, 100));
  if (!near.empty()) {
    message += fmt::format("; did you mean {:?}?", near);
  } else if (!names.empty()) {
    message += fmt::format("; it has {}", fmt::join(names, ", "));
  }
  return failure(Fault::missing, std::move(message));
}

}  // namespace

Runtime::Runtime(const World& world, std::string version, ConfigurationSource source,
                 net::TaskGroup::OnFailure on_failure)
    : world_(world),
      version_(std::move(version)),
      source_(std::move(source)),
      tasks_(world.executor, on_failure),
      recorder_(world.executor, world.clock, world.journal, world.journal_pool),
      driver_(world.executor, world.clock, world.metrics),
      answers_(world.executor),
      evidence_(world, view_for_evidence(), on_failure),
      follower_(
          world.clock, world.runner, tasks_,
          [this](Event event) { driver_.feed(std::move(event)); },
          world.evidence.enabled ? &evidence_ : nullptr),
      silences_(world.executor, world.clock, recorder_),
      herald_(view_for_herald()),
      mailroom_(world_, recorder_,
                {.is_silenced =
                     [this](const notify::Message& message) {
                       return message.severity != Severity::critical &&
                              silences_.is_silenced(message.service, "");
                     },
                 .opened = [this](const notify::Message& message) { watch_incident(message); }},
                on_failure),
      performer_(world.executor, world.clock, recorder_, follower_, world.boot_id,
                 {.answer = [this](const Answer& answer) { answers_.arrive(answer); },
                  .feed = [this](Event event) { driver_.feed(std::move(event)); },
                  .check_gate = [this](const std::string& id) { gatekeeper_.check(id); },
                  .configuration_file = source_.kept_file,
                  .announce =
                      [this](const Effects& effects) {
                        return mailroom_.address(herald_.announce(effects));
                      },
                  .deliver =
                      [this](const std::vector<store::OutboxEntry>& entries) {
                        mailroom_.post(entries);
                      }}),
      probers_(
          world,
          [this](Event event) {
            if (const auto* taken = std::get_if<SampleTaken>(&event)) evidence_.keep(*taken);
            driver_.feed(std::move(event));
          },
          [this](ServiceId service) { return driver_.engine().epoch(service); },
          std::move(on_failure)),
      gatekeeper_(world, driver_, probers_, tasks_,
                  {.services = [this] { return services_in_force(); },
                   .settings = [this](const std::string& name) { return in_force(name); }}),
      scraper_(world.executor, driver_, world.metrics, world.work_pool,
               [this](const std::string& service) { return figures_of(service); }),
      to_apply_(world.executor),
      committed_(world.executor),
      started_at_(world.clock.now()),
      reloaded_at_(started_at_) {
  recorder_.tell_on_commit([this] { committed_.notify(); });
  driver_.perform_with([this](Effects effects) {
    if (world_.evidence.enabled) evidence_.note(effects);
    performer_.enqueue(std::move(effects));
  });
  driver_.on_deployment_end([this] {
    gatekeeper_.forget_ended();
    to_apply_.notify();
  });
}

boost::asio::awaitable<void> Runtime::stop(Instant deadline) {
  co_await probers_.stop();
  co_await performer_.drain(deadline);
  // A run that waits for the evidence begins now: the next daemon tells what was not told.
  const Duration patience = follower_.has_waiting() ? Duration(0) : mail_patience;
  co_await mailroom_.stop(std::min(deadline, world_.clock.now() + patience));
  co_await recorder_.drain(deadline);
  driver_.stop_time();
  tasks_.cancel();
  co_await tasks_.join();
  co_await evidence_.stop();
  if (recorder_.has_backlog()) {
    spdlog::critical("stopping with history that could not be written: {}", recorder_.trouble());
  }
}

api::DaemonView Runtime::daemon() {
  return {.version = version_,
          .started_at = started_at_,
          .configuration = configured_.fingerprint,
          .last_reload_succeeded = reload_succeeded_,
          .journal_trouble = recorder_.trouble(),
          .ready = started_ && listening_};
}

boost::asio::awaitable<Answer> Runtime::command(std::string service, std::string by,
                                                Request request) {
  const Ticket ticket = answers_.new_ticket();
  driver_.feed(Command{.ticket = ticket,
                       .service = std::move(service),
                       .by = std::move(by),
                       .request = std::move(request)});
  co_return co_await answers_.wait(ticket);
}

boost::asio::awaitable<Result<api::DeploymentView>> Runtime::deployment(std::string id) {
  struct Rows {
    Deployment deployment;
    std::vector<store::HistoryRow> history;
    std::vector<store::RunRow> runs;
  };
  std::function<Result<Rows>(store::Journal&)> ask = [id](store::Journal& journal) -> Result<Rows> {
    auto deployment = journal.deployment(id);
    if (!deployment) return std::unexpected(deployment.error());
    auto history = journal.history(id);
    if (!history) return std::unexpected(history.error());
    auto runs = journal.runs(id);
    if (!runs) return std::unexpected(runs.error());
    return Rows{.deployment = std::move(*deployment),
                .history = std::move(*history),
                .runs = std::move(*runs)};
  };
  Result<Rows> rows = co_await recorder_.query<Rows>(std::move(ask));
  if (!rows) co_return std::unexpected(rows.error());

  api::DeploymentView view{.deployment = std::move(rows->deployment), .history = {}, .runs = {}};
  // The journal may be behind while it cannot be written.
  const Deployment* open = driver_.engine().open_deployment(view.deployment.service);
  if (open != nullptr && open->id == id) view.deployment = *open;
  for (store::HistoryRow& row : rows->history) view.history.push_back(std::move(row.record));
  for (store::RunRow& row : rows->runs) {
    view.runs.push_back({.step = row.intent.step,
                         .step_name = std::move(row.intent.step_name),
                         .intent_at = row.intent.at,
                         .result = std::move(row.result),
                         .output = world_.runner.output({.deployment = id, .step = row.intent.step},
                                                        output_shown)});
  }
  co_return view;
}

EvidenceTaker::View Runtime::view_for_evidence() {
  return {.engine = driver_.engine(),
          .probers = probers_,
          .settings = [this](const std::string& service) { return in_force(service); },
          .open_deployments =
              [this] {
                std::set<std::string> open;
                for (const auto& [name, unused] : in_force_) {
                  const Deployment* deployment = driver_.engine().open_deployment(name);
                  if (deployment != nullptr) open.insert(deployment->id);
                }
                return open;
              },
          .tell = [this](Record record) { performer_.enqueue({std::move(record)}); },
          .runs = [this](std::string id) { return run_stories(std::move(id)); }};
}

boost::asio::awaitable<Result<std::vector<evidence::RunStory>>> Runtime::run_stories(
    std::string id) {
  // How the last of them ended may not be on disk yet.
  co_await performer_.drain(world_.clock.now() + stories_patience);
  Result<api::DeploymentView> seen = co_await deployment(std::move(id));
  if (!seen) co_return std::unexpected(std::move(seen).error());
  std::vector<evidence::RunStory> stories;
  for (api::RunView& run : seen->runs) {
    const std::string printed =
        world_.runner.output({.deployment = seen->deployment.id, .step = run.step}, output_kept);
    stories.push_back({.step = run.step,
                       .name = std::move(run.step_name),
                       .result = std::move(run.result),
                       .output = probe::log::last_lines(printed, output_kept)});
  }
  co_return stories;
}

boost::asio::awaitable<Result<api::EvidenceView>> Runtime::evidence(std::string deployment) {
  return evidence_.view(std::move(deployment));
}

boost::asio::awaitable<Result<std::string>> Runtime::evidence_file(std::string deployment,
                                                                   std::string file) {
  return evidence_.file(std::move(deployment), std::move(file));
}

boost::asio::awaitable<void> Runtime::wait_for_change(std::string service, std::uint64_t revision,
                                                      Duration wait) {
  return driver_.wait_for_change(std::move(service), revision, world_.clock.now() + wait);
}

boost::asio::awaitable<Result<std::string>> Runtime::metrics(bool gzipped) {
  metrics::DaemonFigures figures{
      .last_reload_succeeded = reload_succeeded_,
      .last_reload_at = reloaded_at_,
      .journal_writable = recorder_.trouble().empty(),
      .journal_commits = recorder_.figures().commits,
      .journal_commits_failed = recorder_.figures().commits_failed,
      .runs_active = follower_.active(),
      .queue_depth = performer_.waiting() + recorder_.backlog(),
      .queue_dropped = recorder_.figures().commits_lost,
      .receivers = receiver_figures(),
  };
  Result<std::string> text =
      co_await scraper_.take(services_in_force(), std::move(figures), gzipped);
  co_return text;
}

metrics::ServiceFigures Runtime::figures_of(const std::string& service) const {
  metrics::ServiceFigures figures{.rollback_ready = std::nullopt,
                                  .backups = gatekeeper_.backups(service)};
  if (const auto readiness = gatekeeper_.readiness(service)) {
    figures.rollback_ready = readiness->ready;
  }
  return figures;
}

boost::asio::awaitable<Result<api::ProbeReport>> Runtime::probe(std::string service,
                                                                std::string probe) {
  const ServiceSettings* known = in_force(service);
  if (known == nullptr) {
    co_return failure(Fault::missing, fmt::format("no service is called {:?}", printable(service)));
  }
  const ServiceSettings& settings = *known;
  const auto& probes = settings.engine.probes;
  const auto found = std::ranges::find(probes, probe, &engine::ProbeSettings::name);
  if (found == probes.end()) co_return no_such_probe(settings, probe);
  if (probing_ == probing_max) {
    co_return failure(Fault::busy, fmt::format("{} probes are under way already", probing_max));
  }
  // By the time it has ended another configuration may be in force.
  const Vocabulary vocabulary = found->vocabulary;
  const std::unique_ptr<probe::Probe> taken =
      probers_.make(settings.probes[static_cast<std::size_t>(found - probes.begin())]);
  const Counted counted(probing_);
  Sample sample = co_await taken->take();
  api::ProbeReport report{.service = std::move(service),
                          .probe = std::move(probe),
                          .sample = std::move(sample),
                          .values = {},
                          .details = {}};
  report.values = named_values(vocabulary, report.sample);
  for (probe::Detail& detail : taken->details()) {
    report.details.push_back({.name = std::move(detail.name), .text = std::move(detail.text)});
  }
  co_return report;
}

boost::asio::awaitable<Result<deploy::GateVerdict>> Runtime::gate(std::string service,
                                                                  deploy::GateRequest request) {
  if (gating_ == gating_max) {
    co_return failure(Fault::busy, fmt::format("{} gates are being asked already", gating_max));
  }
  const Counted counted(gating_);
  Result<deploy::GateVerdict> verdict =
      co_await gatekeeper_.ask(std::move(service), std::move(request));
  co_return verdict;
}

std::vector<std::string> Runtime::services_in_force() const {
  std::vector<std::string> names;
  names.reserve(in_force_.size());
  for (const auto& [name, unused] : in_force_) names.push_back(name);
  return names;
}

const ServiceSettings* Runtime::in_force(const std::string& service) const {
  const auto place = in_force_.find(service);
  if (place == in_force_.end()) return nullptr;
  return place->second.older ? &*place->second.older : find_service(configured_, service);
}

Runtime::Summary Runtime::summary() const {
  Summary summary{.services = in_force_.size(), .open = {}};
  for (const auto& [service, unused] : in_force_) {
    const Deployment* open = driver_.engine().open_deployment(service);
    if (open != nullptr) summary.open.emplace_back(open->id, name(open->phase));
  }
  return summary;
}

act::RunOrder Runtime::order_of(const Deployment& deployment, StepId step) const {
  return {.id = {.deployment = deployment.id, .step = step},
          .facts = {.service = deployment.service,
                    .deployment = deployment.id,
                    .version = deployment.version,
                    .previous_version = deployment.previous_version,
                    .trigger = deployment.cause ? deployment.cause->trigger : "",
                    .reason = deployment.cause ? deployment.cause->reason : "",
                    .stage = "",
                    .traffic = std::nullopt},
          .configuration = source_.kept_file(deployment.configuration)};
}

}  // namespace ripcord::runtime
