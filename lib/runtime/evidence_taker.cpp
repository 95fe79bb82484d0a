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

using evidence::Capture;
using evidence::Scene;

namespace {

/// Some may hang in a look at a dead file system.
constexpr std::size_t threads = 4;
constexpr std::size_t queue_max = 64;

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

}  // namespace

EvidenceTaker::EvidenceTaker(const World& world, View view, net::TaskGroup::OnFailure on_failure)
    : world_(world),
      view_(std::move(view)),
      archive_(world.evidence_folder),
      pool_("evidence", threads, queue_max),
      writer_("evidence-writer", 1, queue_max),
      tasks_(world.executor, std::move(on_failure)) {}

void EvidenceTaker::note(const Effects& effects) {
  for (const Effect& effect : effects) {
    if (const auto* run = std::get_if<StartRun>(&effect); run != nullptr && begins_rollback(*run)) {
      const Deployment* deployment = saved_in(effects, run->deployment);
      if (deployment == nullptr) continue;
      scenes_.insert_or_assign(run->deployment, scene_of(*deployment));
    } else if (const auto* save = std::get_if<Save>(&effect)) {
      if (is_open(save->deployment)) {
        open_deployment_saved(save->deployment);
      } else {
        deployment_ended(save->deployment);
      }
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
  if (is_open_still(facts)) return scene_of(*view_.engine.open_deployment(facts.service));
  Deployment deployment;
  deployment.id = facts.deployment;
  deployment.service = facts.service;
  deployment.version = facts.version;
  deployment.previous_version = facts.previous_version;
  return scene_of(deployment);
}

bool EvidenceTaker::is_open_still(const RunFacts& facts) const {
  const Deployment* open = view_.engine.open_deployment(facts.service);
  return open != nullptr && open->id == facts.deployment;
}

void EvidenceTaker::open_deployment_saved(const Deployment& deployment) {
  const bool may_be_others = secrets_.note(deployment);
  // The capture, which is about to begin, is a look.
  if (!may_be_others || std::holds_alternative<RollingBack>(deployment.phase)) return;
  look_for_secrets(deployment);
}

void EvidenceTaker::look_for_secrets(const Deployment& deployment) {
  tasks_.spawn("secrets of " + deployment.id, collect_secrets(deployment.id, deployment.service));
}

asio::awaitable<void> EvidenceTaker::collect_secrets(std::string deployment, std::string service) {
  evidence::Collected collected;
  if (const ServiceSettings* settings = view_.settings(service)) {
    std::vector<evidence::Source> sources = secret_sources(view_.probers, *settings);
    const Instant deadline = world_.clock.now() + world_.evidence.max_time;
    collected = co_await evidence::collect(world_.clock, std::move(sources), deadline);
  }
  secrets_.add(deployment, collected.secrets);
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
/// is killed meanwhile leaves it behind; unless nobody knows yet what must be hidden in it.
evidence::Source EvidenceTaker::source_of(const Scene& scene) {
  return {.name = "findings and samples",
          .patience = world_.evidence.max_time,
          .show = [this, scene](Instant /*deadline*/) {
            std::function<Result<evidence::Shown>()> work =
                [archive = archive_, scene,
                 secrets = secrets_.of(scene.deployment.id)]() -> Result<evidence::Shown> {
              evidence::Shown shown;
              shown.exhibits = exhibits_of(scene);
              if (secrets) (void)put_all(archive, scene.deployment.id, shown.exhibits, *secrets);
              return shown;
            };
            return writer_.run<evidence::Shown>(std::move(work));
          }};
}

asio::awaitable<Result<Capture>> EvidenceTaker::look_and_write(Scene scene, Instant end) {
  Capture capture{.began_at = world_.clock.now(), .took = {}, .asked = {}, .not_written = {}};
  // It may end while we look, and they are forgotten then.
  const KnownSecrets::Texts known =
      secrets_.of(scene.deployment.id).value_or(KnownSecrets::Texts());
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
  secrets_.add(scene.deployment.id, collected.secrets);
  collected.secrets.insert(collected.secrets.end(), known.begin(), known.end());
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
      co_await net::before(world_.clock, end, writer_.run<Capture>(std::move(work)));
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
