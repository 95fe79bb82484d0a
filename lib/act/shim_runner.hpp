#pragma once

#include "act/posix.hpp"
#include "act/run_directory.hpp"
#include "act/run_place.hpp"
#include "act/runner.hpp"
#include "act/shim_process.hpp"
#include "net/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ripcord::act {

struct ShimRunnerSettings {
  std::string shim;  ///< absolute path of ripcord-shim
  RunPlaces places;
};

/// Runs steps through ripcord-shim, started by ourselves. The protocol is in docs/runs.md.
///
/// Run directories and their locks are the only truth: another ShimRunner over the same
/// directories, such as that of the next daemon, sees the same states and adopts the same runs.
/// Use from one thread. Every call but ended() takes a few system calls and does not wait.
class ShimRunner final : public Runner {
 public:
  /// Borrows `clock`, which dates the end of runs that could not do so themselves.
  ShimRunner(boost::asio::any_io_executor executor, net::Clock& clock, ShimRunnerSettings settings);

  /// Starts a keeper that waits, unless one does so already for this very run.
  void stand_by(const RunOrder& order) override;
  void stand_down(const std::string& service) override;
  Result<void> claim(const RunOrder& order) override;
  /// Fault::full when the machine has no process, memory or descriptor to spare: try again.
  /// Launching a run that goes on already, or is over, is harmless.
  Result<void> launch(const RunOrder& order) override;
  /// What cannot be told for want of descriptors is `running`.
  RunState inspect(const RunId& id) override;
  std::vector<std::string> deployments() override;
  /// A run that was claimed but that no keeper has, or will, is ended here as `refused`.
  boost::asio::awaitable<RunResult> ended(RunId id) override;
  void stop(const RunId& id) override;
  std::string output(const RunId& id, std::size_t bytes_max) override;

 private:
  /// A keeper that we started, until its run is concluded.
  struct Keeper {
    std::string run_directory;
    pid_t pid = 0;
    std::optional<int> status;  ///< as waitpid() reports it, once it is reaped
  };
  /// A keeper that waits, and what it was started with.
  struct Standby {
    std::vector<std::string> command_line;
    std::string run_directory;
    StandbyKeeper keeper;
  };

  [[nodiscard]] static ShimArguments arguments_of(const RunOrder& order,
                                                  const std::string& run_directory);
  bool release_standby(const std::string& service, const std::string& run_directory);

  [[nodiscard]] RunState state_of(const RunDirectory& directory) const;
  [[nodiscard]] bool is_of_this_boot(const RunDirectory& directory) const;
  [[nodiscard]] std::optional<pid_t> keeper_of(const RunDirectory& directory) const;
  [[nodiscard]] Descriptor process_of_keeper(const RunId& id) const;

  std::optional<RunResult> conclude(const RunId& id);
  std::optional<RunResult> conclude(const RunDirectory& directory);
  std::optional<RunResult> refuse(const RunDirectory& directory);
  [[nodiscard]] RunResult lost(const RunDirectory& directory) const;
  [[nodiscard]] RunResult untold(RunOutcome outcome, std::string why) const;
  [[nodiscard]] std::string how_keeper_ended(const std::string& run_directory) const;
  boost::asio::awaitable<void> keeper_gone(Descriptor process);
  void reap();

  boost::asio::any_io_executor executor_;
  net::Clock& clock_;
  ShimRunnerSettings settings_;
  std::string boot_id_;
  std::list<Keeper> keepers_;
  std::map<std::string, Standby> standbys_;  ///< by service
};

}  // namespace ripcord::act
