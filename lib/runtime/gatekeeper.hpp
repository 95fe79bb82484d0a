#pragma once

#include "api/backend.hpp"
#include "base/result.hpp"
#include "deploy/gate.hpp"
#include "engine/engine.hpp"
#include "gate/gatherer.hpp"
#include "metrics/metrics.hpp"
#include "model/deployment.hpp"
#include "net/blocking.hpp"
#include "net/task_group.hpp"
#include "runtime/driver.hpp"
#include "runtime/probers.hpp"
#include "runtime/run_follower.hpp"
#include "runtime/settings.hpp"
#include "runtime/world.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ripcord::runtime {

/// What is looked at continuously, so that it is known before it is needed whether a rollback is
/// possible: the first gate of the kind `ready`, or one with all its defaults. Nothing when there
/// is neither such a gate nor a way back.
[[nodiscard]] std::optional<gate::Settings> readiness_of(const ServiceSettings& settings);

/// Asks the gates of a service: when a driven deployment begins, when a person wants to know, and
/// once a minute about the way back, before it is needed.
class Gatekeeper final : private gate::Hands {
 public:
  /// By what the services run now.
  struct Known {
    std::function<std::vector<std::string>()> services;
    /// Null when there is no such service.
    std::function<const ServiceSettings*(const std::string& service)> settings;
  };

  /// Borrows all but `known`.
  Gatekeeper(const World& world, Driver& driver, Probers& probers, net::TaskGroup& tasks,
             Known known);

  /// Feeds GateChecked once every gate of the open deployment `id` has been asked. Changes nothing
  /// else, so it may be asked again. Nothing happens when the deployment has ended meanwhile.
  void check(const std::string& id);
  /// Stops asking, programs included, for deployments that have ended meanwhile.
  void forget_ended();

  /// Every gate's reason. Fault::missing when there is no such service; Fault::malformed when the
  /// person means a gate or an item that is not there.
  boost::asio::awaitable<Result<deploy::GateVerdict>> ask(std::string service,
                                                          deploy::GateRequest request);

  /// Looks at the way back of every service, again and again, for ever (until cancelled).
  boost::asio::awaitable<void> keep_looking_back();
  /// Every backup gate of the service, with the newest of its backups as it was last looked at.
  [[nodiscard]] std::vector<metrics::BackupFigures> backups(const std::string& service) const;
  /// What was found last; nothing when the service has no way back, or was not looked at yet.
  [[nodiscard]] std::optional<api::Readiness> readiness(const std::string& service) const;

 private:
  boost::asio::awaitable<void> answer(Deployment deployment);
  boost::asio::awaitable<Result<deploy::GateVerdict>> judge(gate::Question question,
                                                            deploy::GateRequest request);
  boost::asio::awaitable<void> look_back(std::string service);
  boost::asio::awaitable<void> look_at_backups(std::string service);
  void note_readiness(const std::string& service, api::Readiness found);
  /// Null when it has ended.
  [[nodiscard]] const Deployment* find_open(const std::string& id) const;

  boost::asio::awaitable<Result<RunResult>> run(gate::Command command) override;
  boost::asio::awaitable<Result<bool>> has_image(std::string service, std::uint32_t probe,
                                                 std::string image, Instant deadline) override;

  World world_;
  Driver& driver_;
  Probers& probers_;
  net::TaskGroup& tasks_;
  Known known_;
  net::BlockingPool files_;  ///< of its own: a disk that hangs must not hold up anything else
  gate::Gatherer gatherer_;
  std::set<std::string> asked_;  ///< the deployments for which it was asked; they may have ended
  std::map<std::string, api::Readiness> readiness_;  ///< by service
  /// The newest backup by service and gate; the epoch when there is none.
  std::map<std::string, std::map<std::string, Instant>> backups_;
};

/// Every reason, those that refuse first: `"hours refused: it is Fri …; backup passed: …"`.
[[nodiscard]] std::string in_words(const deploy::GateVerdict& verdict);

}  // namespace ripcord::runtime
