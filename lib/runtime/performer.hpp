#pragma once

#include "model/effect.hpp"
#include "net/clock.hpp"
#include "net/wakeup.hpp"
#include "runtime/recorder.hpp"
#include "runtime/run_follower.hpp"
#include "store/journal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace ripcord::runtime {

/// Performs the engine's effects, in order: first the commit, then the deeds (ADR 0005).
///
/// When the journal cannot be written, or hangs, a rollback still runs, fenced by its run
/// directory; a new deployment is refused.
class Performer {
 public:
  struct Hands {
    std::function<void(const Answer& answer)> answer;
    Feed feed;
    /// Asks the gate of a deployment; GateChecked is fed later.
    std::function<void(const std::string& deployment)> check_gate;
    /// The kept file of a configuration, by its fingerprint.
    std::function<std::string(const std::string& fingerprint)> configuration_file;
    /// What receivers are to be told of these effects; it is written with them.
    std::function<std::vector<store::OutboxEntry>(const Effects& effects)> announce =
        [](const Effects& /*effects*/) { return std::vector<store::OutboxEntry>{}; };
    /// Has that delivered, once it is written, or cannot be.
    std::function<void(const std::vector<store::OutboxEntry>& entries)> deliver =
        [](const std::vector<store::OutboxEntry>& /*entries*/) {};
  };

  /// Borrows `clock`, `recorder` and `follower`.
  Performer(const boost::asio::any_io_executor& executor, net::Clock& clock, Recorder& recorder,
            RunFollower& follower, std::string boot_id, Hands hands);

  void enqueue(Effects effects);

  /// Performs what is enqueued, for ever (until cancelled).
  boost::asio::awaitable<void> run();

  /// How many steps of the engine wait for their effects to be performed.
  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

  /// Returns when nothing is enqueued or under way, or when `deadline` passes.
  boost::asio::awaitable<void> drain(Instant deadline);

 private:
  boost::asio::awaitable<void> perform(Effects effects);
  boost::asio::awaitable<void> wait_for_work();
  [[nodiscard]] store::Commit commit_of(const Effects& effects) const;
  void carry_out(Effects& effects, const Result<void>& committed);
  /// A deployment that begins in `effects` could not be recorded: it never was. What else is due
  /// in that step is performed all the same.
  boost::asio::awaitable<void> take_back(Deployment begun, Effects effects, Recorder::Turn turn,
                                         std::vector<store::OutboxEntry> untold, Error why);
  void answer_unrecorded(const Effects& effects, const Error& why) const;
  void start(const StartRun& run, const Effects& effects, const Result<void>& committed);
  /// Has what the runs need made ready while their intents are written.
  void stand_by(const Effects& effects);
  /// Has a keeper wait for the rollback for as long as a deployment bakes.
  void keep_ready(const Effects& effects);
  [[nodiscard]] act::RunOrder order_of(const StartRun& start, const Effects& effects,
                                       bool recorded) const;

  boost::asio::any_io_executor executor_;
  net::Clock& clock_;
  Recorder& recorder_;
  RunFollower& follower_;
  std::string boot_id_;
  Hands hands_;
  std::deque<Effects> queue_;
  bool busy_ = false;
  net::Wakeup arrived_;
  net::Wakeup idle_;
};

}  // namespace ripcord::runtime
