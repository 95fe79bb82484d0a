#pragma once

#include "base/result.hpp"
#include "model/run.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ripcord::act {

/// Names one run: its directory is `runs/DEPLOYMENT/STEP`.
struct RunId {
  std::string deployment;
  StepId step;
};

struct RunOrder {
  RunId id;
  RunFacts facts;
  std::string configuration;  ///< the file from which the keeper takes the command
  bool recorded = false;      ///< the journal has the intent; otherwise the run directory must last
  std::string evidence = {};  ///< the directory with what was captured before; empty: none is
};

/// What is found of a run, for instance after a restart of the daemon.
enum class RunState : std::uint8_t {
  absent,   ///< no directory: it has never begun
  claimed,  ///< a directory, but no command was ever started in it (same boot): safe to launch
  running,  ///< its keeper is alive
  ended,    ///< it has a result
  lost,     ///< it has begun, or may have (another boot), and there is neither keeper nor result
};

/// Runs steps, each at most once, through keepers that outlive the daemon (design §3.4).
class Runner {
 public:
  virtual ~Runner() = default;

  /// A run may be claimed and launched soon: gets ready what leaves no trace when it does not come
  /// to it, and keeps it ready. For speed alone; at most one a service, the latest.
  virtual void stand_by(const RunOrder& order) = 0;

  /// Nothing of this service will be launched any more: what was kept ready ends.
  virtual void stand_down(const std::string& service) = 0;

  /// Makes the run's directory, the fence: Fault::exists when it is there already. On the runtime
  /// tmpfs when the state directory cannot take it.
  virtual Result<void> claim(const RunOrder& order) = 0;

  /// Starts the keeper of a claimed run.
  virtual Result<void> launch(const RunOrder& order) = 0;

  virtual RunState inspect(const RunId& id) = 0;

  /// The deployments that have run directories, in no order.
  virtual std::vector<std::string> deployments() = 0;

  /// Waits until a launched or adopted run has ended, however long it takes (its keeper has the
  /// timeout), and returns how. Throws only when cancelled; the run goes on then.
  virtual boost::asio::awaitable<RunResult> ended(RunId id) = 0;

  /// Asks the keeper to end the run: TERM, grace, KILL. Nothing happens if it is over.
  virtual void stop(const RunId& id) = 0;

  /// The last `bytes_max` bytes of what the run has printed so far, as it is (may be any bytes).
  virtual std::string output(const RunId& id, std::size_t bytes_max) = 0;
};

}  // namespace ripcord::act
