// How the runtime starts: the past from the journal, and going on with what a former daemon began.

#include "base/text.hpp"
#include "runtime/runtime.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <set>
#include <utility>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;

/// What is found at the start is written before it is acted on, unless the disk hangs.
constexpr Duration commit_patience = 5s;

/// Every run that a deployment of this recipe can have, in the order in which they would begin.
std::vector<StepId> possible_steps(const deploy::Recipe& recipe) {
  std::vector<StepId> steps;
  for (std::size_t i = 0; i < recipe.rollback.size(); ++i) {
    for (std::uint32_t attempt = 0; attempt < 2; ++attempt) {
      steps.push_back(
          {.kind = StepKind::rollback, .index = static_cast<std::uint32_t>(i), .attempt = attempt});
    }
  }
  for (std::uint32_t attempt = 0; attempt < 2; ++attempt) {
    steps.push_back({.kind = StepKind::verify, .index = 0, .attempt = attempt});
  }
  return steps;
}

}  // namespace

boost::asio::awaitable<Result<void>> Runtime::start(ServiceSet services) {
  configured_ = std::move(services);
  sort_by_name(configured_);
  tasks_.spawn("journal", recorder_.keep_writing());
  Result<std::vector<Deployment>> past = co_await read_past();
  if (!past) co_return std::unexpected(past.error());

  co_await restore_telling();
  co_await close_overtaken(*past);
  in_force_ = choose(*past);
  end_incidents_of_gone_services();
  co_await close_orphans(*past, in_force_);
  for (const auto& [name, by] : in_force_) {
    (void)driver_.engine().apply(in_force(name)->engine, by.fingerprint);
  }
  driver_.engine().restore(world_.clock.now(), *past);
  world_.metrics.restore(*past);

  for (const Deployment& deployment : *past) {
    const ServiceSettings* settings = in_force(deployment.service);
    if (!is_open(deployment) || settings == nullptr) continue;
    spdlog::warn("going on with deployment {} ({})", deployment.id, name(deployment.phase));
    co_await resume_runs(deployment, settings->engine.recipe);
    if (std::holds_alternative<Baking>(deployment.phase)) {
      follower_.stand_by(deployment, source_.kept_file(deployment.configuration));
    }
  }
  std::set<std::string> known;
  for (const Deployment& deployment : *past) known.insert(deployment.id);
  co_await tell_of_unknown_runs(std::move(known));
  tasks_.spawn("performer", performer_.run());
  driver_.keep_time();
  for (const auto& [name, unused] : in_force_) {
    const auto id = driver_.engine().find(name);
    if (!id) continue;
    const ServiceSettings& settings = *in_force(name);
    evidence_.begin(*id, settings.probes.size());
    probers_.start(*id, settings, true);
  }
  evidence_.catch_up(*std::move(past));
  driver_.feed(TimePassed{});
  tasks_.spawn("configuration", keep_applied());
  keep_telling();
  tasks_.spawn("way back", gatekeeper_.keep_looking_back());
  started_ = true;
  co_return Result<void>{};
}

boost::asio::awaitable<Result<std::vector<Deployment>>> Runtime::read_past() {
  using Deployments = std::vector<Deployment>;
  std::function<Result<Deployments>(store::Journal&)> ask = [](store::Journal& journal) {
    return journal.all_deployments();
  };
  Result<Deployments> past = co_await recorder_.query<Deployments>(std::move(ask));
  co_return past;
}

std::map<std::string, InForce> Runtime::choose(std::vector<Deployment>& past) const {
  std::map<std::string, InForce> chosen;
  for (const ServiceSettings& settings : configured_.services) {
    chosen[settings.engine.name] = {.older = {}, .fingerprint = configured_.fingerprint};
  }
  for (Deployment& deployment : past) {
    if (!is_open(deployment) || deployment.configuration == configured_.fingerprint) continue;
    Result<ServiceSet> kept = source_.kept_services(deployment.configuration);
    if (kept) sort_by_name(*kept);
    const ServiceSettings* settings = kept ? find_service(*kept, deployment.service) : nullptr;
    if (settings != nullptr) {
      chosen[deployment.service] = {.older = *settings, .fingerprint = deployment.configuration};
      continue;
    }
    spdlog::critical(
        "deployment {} began with a configuration whose copy cannot be used ({}): going "
        "on with the present one",
        deployment.id, kept ? "it does not have the service" : kept.error().message);
    deployment.configuration = configured_.fingerprint;
  }
  return chosen;
}

boost::asio::awaitable<void> Runtime::close_overtaken(std::vector<Deployment>& past) {
  std::set<std::string> at_gate;
  std::set<std::string> in_place;
  for (Deployment& deployment : past | std::views::reverse) {
    const bool waits = std::holds_alternative<Gating>(deployment.phase);
    if (!waits && !deployment.begun_at) continue;  // it never touched the service
    const bool is_newest = (waits ? at_gate : in_place).insert(deployment.service).second;
    if (is_newest || !is_open(deployment)) continue;
    std::string why = fmt::format(
        "a newer deployment of {} is in the journal while this one was still {}; "
        "a person must look how the service is",
        deployment.service, name(deployment.phase));
    co_await close(deployment, std::move(why));
  }
}

boost::asio::awaitable<void> Runtime::close_orphans(std::vector<Deployment>& past,
                                                    const std::map<std::string, InForce>& chosen) {
  for (Deployment& deployment : past) {
    if (!is_open(deployment) || chosen.contains(deployment.service)) continue;
    std::string why = fmt::format(
        "service {} is no longer configured, and no copy of its "
        "configuration is left; a person must act",
        deployment.service);
    co_await close(deployment, std::move(why));
  }
}

boost::asio::awaitable<void> Runtime::close(Deployment& deployment, std::string why) {
  const bool was_acting = std::holds_alternative<RollingBack>(deployment.phase) ||
                          std::holds_alternative<Verifying>(deployment.phase);
  deployment.verdict = std::move(why);
  deployment.phase = was_acting ? Phase{RollbackFailed{}} : Phase{Failed{}};
  deployment.ended_at = world_.clock.now();
  Effects effects;
  effects.emplace_back(Save{deployment});
  effects.emplace_back(Record{.at = world_.clock.now(),
                              .service = deployment.service,
                              .deployment = deployment.id,
                              .kind = was_acting ? "rollback.failed" : "deployment.failed",
                              .text = deployment.verdict,
                              .by = "ripcord",
                              .severity = Severity::critical});
  co_await record(std::move(effects));
}

/// A rollback may have run while the journal could not be written, of a deployment that it does not
/// know therefore: nobody goes on with it, so a person is told.
boost::asio::awaitable<void> Runtime::tell_of_unknown_runs(std::set<std::string> known) {
  std::vector<std::string> unknown = world_.runner.deployments();
  std::erase_if(unknown, [&known](const std::string& id) { return known.contains(id); });
  if (unknown.empty()) {
    end_unknown_runs();
    co_return;
  }
  constexpr std::size_t named_max = 10;
  const std::size_t count = unknown.size();
  unknown.resize(std::min(count, named_max));
  Effects effects;
  effects.emplace_back(Record{
      .at = world_.clock.now(),
      .service = "",
      .deployment = "",
      .kind = "daemon.unknown_runs",
      .text = fmt::format("scripts have run for {} that the journal does not know ({}{}): it could "
                          "not be written then, and nobody goes on with them; look how the "
                          "service is, then remove {} from runs/",
                          plural(count, "deployment"), fmt::join(unknown, ", "),
                          count > named_max ? ", …" : "", count == 1 ? "it" : "them"),
      .by = "ripcord",
      .severity = Severity::critical});
  co_await record(std::move(effects));
}

boost::asio::awaitable<void> Runtime::resume_runs(Deployment deployment, deploy::Recipe recipe) {
  using Runs = std::vector<store::RunRow>;
  std::function<Result<Runs>(store::Journal&)> ask = [id = deployment.id](store::Journal& journal) {
    return journal.runs(id);
  };
  const Result<Runs> runs = co_await recorder_.query<Runs>(std::move(ask));
  if (!runs) {
    spdlog::critical("{}: its runs cannot be read: {}", deployment.id, runs.error().message);
    co_return;
  }
  std::set<StepId> known;
  for (const store::RunRow& run : *runs) {
    known.insert(run.intent.step);
    if (run.result) continue;
    // Its intent may have been recorded alone (below) by a daemon that then died.
    const bool goes_back =
        run.intent.step.kind == StepKind::rollback || run.intent.step.kind == StepKind::verify;
    if (goes_back) {
      driver_.feed(RunFound{.deployment = deployment.id, .step = run.intent.step});
    }
    follower_.resume({.id = {.deployment = deployment.id, .step = run.intent.step},
                      .facts = run.intent.facts,
                      .configuration = source_.kept_file(deployment.configuration),
                      .recorded = true},
                     run.intent.boot_id == world_.boot_id);
  }
  co_await adopt_run(deployment, recipe, known);
}

/// Finds a rollback that began while the journal could not be written: the run directory of its
/// first step is the only witness. The later steps are found when the engine comes to them, as are
/// all of a rollback that it knows of.
boost::asio::awaitable<void> Runtime::adopt_run(Deployment deployment, deploy::Recipe recipe,
                                                std::set<StepId> known) {
  const bool acts_already =
      std::holds_alternative<RollingBack>(deployment.phase) ||
      std::holds_alternative<Verifying>(deployment.phase) ||
      std::ranges::any_of(known, [](const StepId& step) {
        return step.kind == StepKind::rollback || step.kind == StepKind::verify;
      });
  if (acts_already) co_return;
  const std::vector<StepId> steps = possible_steps(recipe);
  const auto found = std::ranges::find_if(steps, [&](StepId step) {
    return world_.runner.inspect({.deployment = deployment.id, .step = step}) !=
           act::RunState::absent;
  });
  if (found == steps.end()) co_return;
  act::RunOrder order = order_of(deployment, *found);
  store::Commit commit;
  commit.intents.push_back({.deployment = deployment.id,
                            .step = *found,
                            .step_name = to_string(*found),
                            .idempotent = false,
                            .at = world_.clock.now(),
                            .boot_id = world_.boot_id,
                            .facts = order.facts});
  const Result<void> recorded =
      co_await recorder_.commit(std::move(commit), world_.clock.now() + commit_patience);
  order.recorded = recorded.has_value();
  driver_.feed(RunFound{.deployment = deployment.id, .step = *found});
  follower_.resume(std::move(order), true);
}

}  // namespace ripcord::runtime
