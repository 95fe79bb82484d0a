#include "runtime/evidence_taker.hpp"

#include "base/text.hpp"
#include "net/before.hpp"
#include "runtime/crash_point.hpp"
#include "runtime/evidence_sources.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace asio = boost::asio;

namespace ripcord::runtime {

using evidence::Archive;
using evidence::Capture;
using evidence::Exhibit;
using evidence::Scene;

namespace {

using namespace std::chrono_literals;

/// One may hang in a look at a dead file system, another in writing.
constexpr std::size_t threads = 4;
constexpr std::size_t queue_max = 64;
/// After the end of a deployment nobody waits for it.
constexpr Duration completion_patience = 30s;

bool begins_rollback(const StartRun& run) {
  return run.step == StepId{.kind = StepKind::rollback, .index = 0, .attempt = 0};
}

/// The deployment as the effects of one step leave it.
const Deployment* saved_in(const Effects& effects, const std::string& id) {
  const Deployment* saved = nullptr;
  for (const Effect& effect : effects) {
    const auto* save = std::get_if<Save>(&effect);
    if (save != nullptr && save->deployment.id == id) saved = &save->deployment;
  }
  return saved;
}

/// Writes each; the first failure, if there is one.
Result<void> put_all(const Archive& archive, const std::string& deployment,
                     const std::vector<Exhibit>& exhibits) {
  Result<void> done;
  for (const Exhibit& exhibit : exhibits) {
    Result<void> put = archive.put(deployment, exhibit);
    if (!put && done) done = std::move(put);
  }
  return done;
}

}  // namespace

EvidenceTaker::EvidenceTaker(const World& world, View view, net::TaskGroup::OnFailure on_failure)
    : world_(world),
      view_(std::move(view)),
      archive_(world.evidence_folder),
      pool_("evidence", threads, queue_max),
      tasks_(world.executor, std::move(on_failure)) {}

void EvidenceTaker::note(const Effects& effects) {
  for (const Effect& effect : effects) {
    if (const auto* run = std::get_if<StartRun>(&effect); run != nullptr && begins_rollback(*run)) {
      const Deployment* deployment = saved_in(effects, run->deployment);
      if (deployment == nullptr) continue;
      scenes_.insert_or_assign(run->deployment, scene_of(*deployment));
    } else if (const auto* save = std::get_if<Save>(&effect);
               save != nullptr && !is_open(save->deployment)) {
      deployment_ended(save->deployment);
    }
  }
}

Scene EvidenceTaker::scene_of(const Deployment& deployment) const {
  Scene scene{.at = world_.clock.now(), .deployment = deployment, .service = {}, .samples = {}};
  const auto id = view_.engine.find(deployment.service);
  const ServiceSettings* settings = view_.settings(deployment.service);
  if (!id || settings == nullptr) return scene;
  scene.service = view_.engine.snapshot_of(*id, scene.at);
  const auto& probes = settings->engine.probes;
  for (std::size_t i = 0; i < probes.size(); ++i) {
    scene.samples.push_back(
        {.probe = probes[i].name,
         .vocabulary = probes[i].vocabulary,
         .samples = samples_.recall({.service = *id, .index = static_cast<std::uint32_t>(i)})});
  }
  return scene;
}

/// After a restart nothing was noted: as things are now, then.
Scene EvidenceTaker::take_scene(const RunFacts& facts) {
  if (const auto noted = scenes_.extract(facts.deployment)) return std::move(noted.mapped());
  const Deployment* open = view_.engine.open_deployment(facts.service);
  if (open != nullptr && open->id == facts.deployment) return scene_of(*open);
  Deployment deployment;
  deployment.id = facts.deployment;
  deployment.service = facts.service;
  deployment.version = facts.version;
  deployment.previous_version = facts.previous_version;
  return scene_of(deployment);
}

asio::awaitable<void> EvidenceTaker::capture(RunFacts facts) {
  const Instant end = world_.clock.now() + world_.evidence.max_time;
  const Scene scene = take_scene(facts);
  const Result<void> claimed = co_await claim(facts.deployment, end);
  if (!claimed) {
    const bool is_again = claimed.error().fault == Fault::exists;
    tell(facts, Severity::warning, "evidence.incomplete",
         is_again ? "what was captured before the daemon was stopped is kept as it is"
                  : fmt::format("no evidence is kept: {}", claimed.error().message));
    co_return;
  }
  capturing_.insert(facts.deployment);
  const Result<Capture> captured = co_await look_and_write(scene, end);
  capturing_.erase(facts.deployment);
  crash_point("after_capture");
  tell(scene, captured);
  tasks_.spawn("evidence of " + facts.deployment, tidy_up(facts.deployment));
}

asio::awaitable<Result<void>> EvidenceTaker::claim(std::string deployment, Instant deadline) {
  std::function<Result<void>()> work =
      [archive = archive_, id = std::move(deployment),
       beginning = evidence::beginning_exhibit(world_.clock.now())]() -> Result<void> {
    Result<void> claimed = archive.claim(id);
    // What the disk does not take now is told of when everything is written.
    if (claimed) (void)archive.put(id, beginning);
    return claimed;
  };
  Result<void> done =
      co_await net::before(world_.clock, deadline, pool_.run<void>(std::move(work)));
  if (!done && done.error().fault == Fault::timeout) {
    done = failure(Fault::timeout,
                   fmt::format("the disk of {} does not answer", world_.evidence_folder));
  }
  co_return done;
}

/// What is known already: put into the directory while the others are asked, so that a daemon that
/// is killed meanwhile leaves it behind.
evidence::Source EvidenceTaker::source_of(const Scene& scene) {
  return {.name = "findings and samples",
          .patience = world_.evidence.max_time,
          .show = [this, scene](Instant /*deadline*/) {
            std::function<Result<evidence::Shown>()> work = [archive = archive_,
                                                             scene]() -> Result<evidence::Shown> {
              evidence::Shown shown;
              shown.exhibits = exhibits_of(scene);
              (void)put_all(archive, scene.deployment.id, shown.exhibits);
              return shown;
            };
            return pool_.run<evidence::Shown>(std::move(work));
          }};
}

asio::awaitable<Result<Capture>> EvidenceTaker::look_and_write(Scene scene, Instant end) {
  Capture capture{.began_at = world_.clock.now(), .took = {}, .asked = {}, .not_written = {}};
  std::vector<evidence::Source> sources =
      machine_sources(pool_, {"/", world_.evidence_folder, "/var/lib/docker"});
  sources.push_back(source_of(scene));
  if (const ServiceSettings* settings = view_.settings(scene.deployment.service)) {
    std::ranges::move(probe_sources(view_.probers, *settings), std::back_inserter(sources));
  }
  // The last fifth is for the disk.
  const Instant looked_by = end - world_.evidence.max_time / 5;
  evidence::Collected collected =
      co_await evidence::collect(world_.clock, std::move(sources), looked_by);
  capture.took = world_.clock.now() - capture.began_at;
  crash_point("in_capture");
  std::function<Result<Capture>()> work = [archive = archive_, scene = std::move(scene),
                                           collected = std::move(collected),
                                           capture]() mutable -> Result<Capture> {
    const auto good = archive.good(scene.deployment.service);
    const std::optional<evidence::GoodFacts> facts =
        good ? evidence::parse_good_facts(*good) : std::nullopt;
    collected.exhibits.push_back(
        changes_exhibit(scene, facts, evidence::images_in(collected.exhibits)));
    write_capture(archive, scene.deployment.id, std::move(collected), capture);
    return capture;
  };
  Result<Capture> written =
      co_await net::before(world_.clock, end, pool_.run<Capture>(std::move(work)));
  co_return written;
}

void EvidenceTaker::tell(const Scene& scene, const Result<Capture>& capture) const {
  RunFacts facts;
  facts.service = scene.deployment.service;
  facts.deployment = scene.deployment.id;
  if (!capture) {
    tell(facts, Severity::warning, "evidence.incomplete",
         fmt::format("the evidence could not be written within {}: {}",
                     for_people(world_.evidence.max_time), capture.error().message));
    return;
  }
  const std::vector<std::string> gaps = capture->gaps();
  const std::string where = archive_.directory(scene.deployment.id);
  if (gaps.empty()) {
    tell(facts, Severity::info, "evidence.captured",
         fmt::format("captured within {} in {}", for_people(capture->took), where));
    return;
  }
  tell(facts, Severity::warning, "evidence.incomplete",
       fmt::format("captured within {} in {}, but for {}", for_people(capture->took), where,
                   fmt::join(gaps, "; ")));
}

void EvidenceTaker::tell(const RunFacts& facts, Severity severity, std::string kind,
                         std::string text) const {
  view_.tell({.at = world_.clock.now(),
              .service = facts.service,
              .deployment = facts.deployment,
              .kind = std::move(kind),
              .text = printable(text, 1000),
              .by = "ripcord",
              .severity = severity});
}

std::string EvidenceTaker::directory(const std::string& deployment) const {
  return archive_.has(deployment) ? archive_.directory(deployment) : std::string();
}

void EvidenceTaker::deployment_ended(const Deployment& deployment) {
  if (std::holds_alternative<Succeeded>(deployment.phase)) {
    tasks_.spawn("good version of " + deployment.service, remember_good(deployment));
  }
  if (!deployment.cause) return;
  const Scene scene = scene_of(deployment);
  std::vector<Exhibit> exhibits;
  exhibits.push_back(evidence::findings_exhibit("verification.json", scene.at, scene.service));
  tasks_.spawn("end of " + deployment.id, complete(deployment, std::move(exhibits)));
}

/// The page, which no step waits for, and room for it.
asio::awaitable<void> EvidenceTaker::tidy_up(std::string deployment) {
  std::function<Result<std::vector<std::string>>()> work =
      [archive = archive_, deployment, settings = world_.evidence,
       open = view_.open_deployments()]() -> Result<std::vector<std::string>> {
    const Result<void> rendered = render(archive, deployment);
    if (!rendered) return std::unexpected(rendered.error());
    return archive.prune(settings, open);
  };
  const auto done = co_await net::before(world_.clock, world_.clock.now() + completion_patience,
                                         pool_.run<std::vector<std::string>>(std::move(work)));
  if (!done) {
    spdlog::warn("{}: the page of its evidence cannot be made: {}", deployment,
                 done.error().message);
    co_return;
  }
  for (const std::string& removed : *done) {
    spdlog::info("the evidence of {} is removed: it is beyond what [evidence] keeps", removed);
  }
}

asio::awaitable<void> EvidenceTaker::complete(Deployment deployment,
                                              std::vector<Exhibit> exhibits) {
  const Result<std::vector<evidence::RunStory>> runs = co_await view_.runs(deployment.id);
  if (runs) {
    std::ranges::move(evidence::exhibits_of(*runs), std::back_inserter(exhibits));
  } else {
    spdlog::warn("{}: its runs cannot be added to its evidence: {}", deployment.id,
                 runs.error().message);
  }
  exhibits.push_back(evidence::deployment_exhibit(deployment));
  exhibits.push_back(evidence::ending_exhibit(deployment.ended_at.value_or(world_.clock.now())));
  std::function<Result<void>()> work = [archive = archive_, id = deployment.id,
                                        exhibits = std::move(exhibits)]() -> Result<void> {
    if (!archive.has(id)) return failure(Fault::missing, "there is none");
    return put_all(archive, id, exhibits);
  };
  const Result<void> put = co_await net::before(
      world_.clock, world_.clock.now() + completion_patience, pool_.run<void>(std::move(work)));
  if (!put && put.error().fault == Fault::missing) co_return;
  if (!put) {
    spdlog::warn("{}: its evidence cannot be completed: {}", deployment.id, put.error().message);
  }
  co_await tidy_up(std::move(deployment.id));
}

void EvidenceTaker::catch_up(std::vector<Deployment> past) {
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
      world_.clock, world_.clock.now() + completion_patience, pool_.run<void>(std::move(work)));
  if (!kept) {
    spdlog::warn("{}: what makes it good cannot be kept: {}", deployment.id, kept.error().message);
  }
}

asio::awaitable<Result<api::EvidenceView>> EvidenceTaker::view(std::string deployment) {
  const bool is_capturing = capturing_.contains(deployment);
  std::function<Result<api::EvidenceView>()> work = [archive = archive_, deployment,
                                                     is_capturing]() -> Result<api::EvidenceView> {
    const auto listed = archive.list(deployment);
    if (!listed) return std::unexpected(listed.error());
    api::EvidenceView seen{.deployment = deployment,
                           .directory = archive.directory(deployment),
                           .state = is_capturing ? "capturing" : state_of(archive, deployment),
                           .summary = archive.read(deployment, "summary.txt").value_or(""),
                           .files = {}};
    for (const evidence::Listed& one : *listed) {
      seen.files.push_back({.name = one.file, .bytes = one.bytes});
    }
    return seen;
  };
  return pool_.run<api::EvidenceView>(std::move(work));
}

asio::awaitable<Result<std::string>> EvidenceTaker::file(std::string deployment, std::string file) {
  std::function<Result<std::string>()> work =
      [archive = archive_, deployment = std::move(deployment), file = std::move(file)] {
        return archive.read(deployment, file);
      };
  return pool_.run<std::string>(std::move(work));
}

asio::awaitable<void> EvidenceTaker::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace ripcord::runtime
