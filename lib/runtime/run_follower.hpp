#pragma once

#include "act/runner.hpp"
#include "model/deployment.hpp"
#include "model/event.hpp"
#include "net/clock.hpp"
#include "net/task_group.hpp"
#include "runtime/witness.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <utility>

namespace ripcord::runtime {

using Feed = std::function<void(Event event)>;

/// Begins runs and follows them to their end, which it feeds to the engine. What cannot be begun
/// ends as `refused`: nothing waits for ever.
class RunFollower {
 public:
  /// Borrows `clock`, `runner`, `tasks` and `witness`, which may be null: then nothing is captured.
  RunFollower(net::Clock& clock, act::Runner& runner, net::TaskGroup& tasks, Feed feed,
              Witness* witness = nullptr)
      : clock_(clock), runner_(runner), tasks_(tasks), feed_(std::move(feed)), witness_(witness) {}

  /// The intent of a run is about to be written: begin() follows.
  void stand_by(const act::RunOrder& order) { runner_.stand_by(order); }
  /// The deployment may be rolled back at any instant; `configuration` as in RunOrder.
  void stand_by(const Deployment& deployment, std::string configuration);
  /// No deployment of the service is open any more.
  void stand_down(const std::string& service) { runner_.stand_down(service); }

  /// Claims and launches a run whose intent is on disk (or could not be: then the claim alone is
  /// the fence). Before the first step of a rollback the evidence is captured, in a task: nothing
  /// else waits for it, and what cancels the task makes the step begin at once.
  void begin(act::RunOrder order);

  /// Ends a run that must not begin.
  void refuse(const act::RunId& id, std::string why) {
    end(id, RunOutcome::refused, std::move(why));
  }

  /// Goes on with a run that may have begun before this daemon: begins, launches, follows or
  /// declares it lost, as it is found. `same_boot` tells whether the machine has restarted since
  /// the intent.
  void resume(act::RunOrder order, bool same_boot);

  /// Whether a run waits for the evidence, or to be launched again.
  [[nodiscard]] bool has_waiting() const { return !waiting_.empty(); }
  /// One that waits for the evidence, or to be launched again, ends as `refused`.
  void stop(const act::RunId& id);

  [[nodiscard]] std::size_t active() const { return active_.size(); }

 private:
  [[nodiscard]] bool captures_before(const act::RunOrder& order) const;
  [[nodiscard]] std::string evidence_for(const act::RunId& id) const;
  boost::asio::awaitable<void> capture_and_begin(act::RunOrder order);
  void begin_now(act::RunOrder order);
  void launch(act::RunOrder order);
  void follow(act::RunId id);
  void end(const act::RunId& id, RunOutcome outcome, std::string message);

  boost::asio::awaitable<void> launch_again(act::RunOrder order);
  boost::asio::awaitable<void> wait_for_end(act::RunId id);

  net::Clock& clock_;
  act::Runner& runner_;
  net::TaskGroup& tasks_;
  Feed feed_;
  Witness* witness_;
  std::set<std::string> active_;   ///< `deployment/step` of the runs that are followed
  std::set<std::string> waiting_;  ///< of those that wait for the evidence, or to be launched again
};

}  // namespace ripcord::runtime
