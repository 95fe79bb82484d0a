#pragma once

#include "api/backend.hpp"
#include "engine/engine.hpp"
#include "evidence/archive.hpp"
#include "evidence/capture.hpp"
#include "evidence/sample_memory.hpp"
#include "evidence/scene.hpp"
#include "evidence/source.hpp"
#include "model/effect.hpp"
#include "model/event.hpp"
#include "net/blocking.hpp"
#include "net/task_group.hpp"
#include "runtime/known_secrets.hpp"
#include "runtime/probers.hpp"
#include "runtime/settings.hpp"
#include "runtime/witness.hpp"
#include "runtime/world.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ripcord::runtime {

/// Takes the evidence of rollbacks: captures it before their first step, adds what comes of them at
/// their end, and keeps as much of it as is configured.
///
/// The disk is touched on threads of its own: one that hangs costs the evidence, never the loop.
/// One of them alone writes what is there already: two that put a file in place at once would put
/// it together of both.
///
/// Nothing is written but without the secrets that are known, and these are looked for in every
/// phase of a deployment: after the step they may be gone.
class EvidenceTaker final : public Witness {
 public:
  /// What it may see of the runtime, on the loop.
  struct View {
    const engine::Engine& engine;
    const Probers& probers;
    std::function<const ServiceSettings*(const std::string& service)> settings;
    std::function<std::set<std::string>()> open_deployments;
    std::function<void(Record record)> tell;
    /// The runs of a deployment, with their outputs; after everything before it was committed.
    std::function<boost::asio::awaitable<Result<std::vector<evidence::RunStory>>>(
        std::string deployment)>
        runs;
  };

  /// Borrows what `world` and `view` borrow.
  EvidenceTaker(const World& world, View view, net::TaskGroup::OnFailure on_failure);

  /// The probes of a service from now on; 0: the service is gone.
  void begin(ServiceId service, std::size_t probes) {
    samples_.begin(service, world_.evidence.enabled ? probes : 0);
  }
  void keep(const SampleTaken& taken) { samples_.keep(taken.probe, taken.sample); }

  /// Remembers how things are at the instant in which a rollback is decided, or a deployment ends,
  /// and looks for the secrets of those that are open.
  /// Call it with all effects, before they are performed.
  void note(const Effects& effects);

  boost::asio::awaitable<void> capture(RunFacts facts) override;
  [[nodiscard]] std::string directory(const std::string& deployment) const override;

  /// Where it is, or will be. The disk is not asked: one that hangs must not hold the loop.
  [[nodiscard]] std::string place_of(const std::string& deployment) const {
    return archive_.directory(deployment);
  }

  /// Completes what a former daemon could not, and looks for the secrets of what is still open.
  void catch_up(std::vector<Deployment> past);

  /// Fault::missing when there is none.
  boost::asio::awaitable<Result<api::EvidenceView>> view(std::string deployment);
  boost::asio::awaitable<Result<std::string>> file(std::string deployment, std::string file);

  /// Gives up what is under way.
  boost::asio::awaitable<void> stop();

 private:
  [[nodiscard]] evidence::Scene scene_of(const Deployment& deployment) const;
  [[nodiscard]] evidence::Scene take_scene(const RunFacts& facts);
  boost::asio::awaitable<Result<void>> claim(std::string deployment, Instant deadline);
  [[nodiscard]] evidence::Source source_of(const evidence::Scene& scene);
  boost::asio::awaitable<Result<evidence::Capture>> look_and_write(evidence::Scene scene,
                                                                   Instant end);
  void tell(const evidence::Scene& scene, const Result<evidence::Capture>& capture) const;
  void tell(const RunFacts& facts, Severity severity, std::string kind, std::string text) const;
  [[nodiscard]] bool is_open_still(const RunFacts& facts) const;
  void open_deployment_saved(const Deployment& deployment);
  void look_for_secrets(const Deployment& deployment);
  boost::asio::awaitable<void> collect_secrets(std::string deployment, std::string service);
  void deployment_ended(const Deployment& deployment);
  boost::asio::awaitable<void> tidy_up(std::string deployment);
  boost::asio::awaitable<void> complete(Deployment deployment,
                                        std::vector<evidence::Exhibit> exhibits);
  boost::asio::awaitable<void> complete_all(std::vector<Deployment> past);
  boost::asio::awaitable<void> remember_good(Deployment deployment);

  World world_;
  View view_;
  evidence::Archive archive_;
  evidence::SampleMemory samples_;
  std::map<std::string, evidence::Scene> scenes_;  ///< of rollbacks about to begin, by deployment
  std::set<std::string> capturing_;
  KnownSecrets secrets_;
  net::BlockingPool pool_;    ///< looks and reads
  net::BlockingPool writer_;  ///< one thread
  net::TaskGroup tasks_;
};

}  // namespace ripcord::runtime
