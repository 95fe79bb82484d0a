// What is done for the evidence at the end of a deployment, and after that of a daemon.

#include "evidence/capture.hpp"
#include "net/before.hpp"
#include "runtime/evidence_sources.hpp"
#include "runtime/evidence_taker.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

namespace asio = boost::asio;

namespace ripcord::runtime {

using evidence::Exhibit;
using evidence::Scene;

namespace {

using namespace std::chrono_literals;

/// After the end of a deployment nobody waits for it.
constexpr Duration completion_patience = 30s;

}  // namespace

void EvidenceTaker::deployment_ended(const Deployment& deployment) {
  if (std::holds_alternative<Succeeded>(deployment.phase)) {
    tasks_.spawn("good version of " + deployment.service, remember_good(deployment));
  }
  if (!deployment.cause) {
    secrets_.forget(deployment.id);
    return;
  }
  const Scene scene = scene_of(deployment);
  std::vector<Exhibit> exhibits;
  exhibits.push_back(evidence::findings_exhibit("verification.json", scene.at, scene.service));
  tasks_.spawn("end of " + deployment.id, complete(deployment, std::move(exhibits)));
}

/// The page, which no step waits for, and room for it.
asio::awaitable<void> EvidenceTaker::tidy_up(std::string deployment) {
  std::function<Result<void>()> page = [archive = archive_, deployment]() {
    return render(archive, deployment);
  };
  const Result<void> rendered = co_await net::before(
      world_.clock, world_.clock.now() + completion_patience, writer_.run<void>(std::move(page)));
  if (!rendered) {
    spdlog::warn("{}: the page of its evidence cannot be made: {}", deployment,
                 rendered.error().message);
    co_return;
  }
  using Names = std::vector<std::string>;
  std::function<Result<Names>()> room = [archive = archive_, settings = world_.evidence,
                                         open = view_.open_deployments()]() -> Result<Names> {
    return archive.prune(settings, open);
  };
  const Result<Names> pruned = co_await net::before(
      world_.clock, world_.clock.now() + completion_patience, pool_.run<Names>(std::move(room)));
  if (!pruned) {
    spdlog::warn("what is beyond [evidence] keep is not removed: {}", pruned.error().message);
    co_return;
  }
  for (const std::string& removed : *pruned) {
    spdlog::info("the evidence of {} is removed: it is beyond what [evidence] keeps", removed);
  }
}

asio::awaitable<void> EvidenceTaker::complete(Deployment deployment,
                                              std::vector<Exhibit> exhibits) {
  (void)secrets_.note(deployment);
  const Result<std::vector<evidence::RunStory>> runs = co_await view_.runs(deployment.id);
  if (runs) {
    std::ranges::move(evidence::exhibits_of(*runs), std::back_inserter(exhibits));
  } else {
    spdlog::warn("{}: its runs cannot be added to its evidence: {}", deployment.id,
                 runs.error().message);
  }
  exhibits.push_back(evidence::deployment_exhibit(deployment));
  exhibits.push_back(evidence::ending_exhibit(deployment.ended_at.value_or(world_.clock.now())));
  // What stands there now is not what was captured.
  co_await collect_secrets(deployment.id, deployment.service);
  std::function<Result<void>()> work =
      [archive = archive_, id = deployment.id, exhibits = std::move(exhibits),
       secrets = secrets_.of(deployment.id).value_or(KnownSecrets::Texts())]() -> Result<void> {
    if (!archive.has(id)) return failure(Fault::missing, "there is none");
    return put_all(archive, id, exhibits, secrets);
  };
  secrets_.forget(deployment.id);
  const Result<void> put = co_await net::before(
      world_.clock, world_.clock.now() + completion_patience, writer_.run<void>(std::move(work)));
  if (!put && put.error().fault == Fault::missing) {
    if (world_.evidence.enabled) {
      spdlog::warn(
          "{}: it has ended without evidence: none could be captured, or somebody removed it",
          deployment.id);
    }
    co_return;
  }
  if (!put) {
    spdlog::warn("{}: its evidence cannot be completed: {}", deployment.id, put.error().message);
  }
  co_await tidy_up(std::move(deployment.id));
}

void EvidenceTaker::catch_up(std::vector<Deployment> past) {
  for (const Deployment& deployment : past) {
    if (!world_.evidence.enabled || !is_open(deployment)) continue;
    (void)secrets_.note(deployment);
    look_for_secrets(deployment);
  }
  tasks_.spawn("evidence of the past", complete_all(std::move(past)));
}

asio::awaitable<void> EvidenceTaker::complete_all(std::vector<Deployment> past) {
  using Names = std::vector<std::string>;
  std::function<Result<Names>()> work = [archive = archive_]() -> Result<Names> {
    Names names = archive.deployments();
    std::erase_if(names, [&](const std::string& name) {
      return archive.read(name, evidence::ending_file).has_value();
    });
    return names;
  };
  const Result<Names> unfinished = co_await net::before(
      world_.clock, world_.clock.now() + completion_patience, pool_.run<Names>(std::move(work)));
  if (!unfinished) co_return;
  for (Deployment& deployment : past) {
    const bool is_unfinished = std::ranges::find(*unfinished, deployment.id) != unfinished->end();
    if (is_open(deployment) || !is_unfinished) continue;
    co_await complete(std::move(deployment), {});
  }
}

asio::awaitable<void> EvidenceTaker::remember_good(Deployment deployment) {
  evidence::GoodFacts facts{.deployment = deployment.id,
                            .version = deployment.version,
                            .configuration = deployment.configuration,
                            .at = world_.clock.now(),
                            .images = {}};
  if (const ServiceSettings* settings = view_.settings(deployment.service)) {
    std::vector<evidence::Source> sources = container_sources(view_.probers, *settings);
    const Instant deadline = world_.clock.now() + completion_patience;
    const evidence::Collected collected =
        co_await evidence::collect(world_.clock, std::move(sources), deadline);
    facts.images = evidence::images_in(collected.exhibits);
  }
  std::function<Result<void>()> work = [archive = archive_, service = deployment.service,
                                        text = evidence::to_json(facts)]() -> Result<void> {
    return archive.keep_good(service, text);
  };
  const Result<void> kept = co_await net::before(
      world_.clock, world_.clock.now() + completion_patience, writer_.run<void>(std::move(work)));
  if (!kept) {
    spdlog::warn("{}: what makes it good cannot be kept: {}", deployment.id, kept.error().message);
  }
}

}  // namespace ripcord::runtime
