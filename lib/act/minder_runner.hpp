#pragma once

#include "act/command.hpp"
#include "act/minder.hpp"
#include "base/result.hpp"
#include "net/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>
#include <sys/types.h>
#include <vector>

namespace ripcord::act {

/// Runs commands that nobody has to remember, each under a minder of its own. Use from one thread.
class MinderRunner {
 public:
  /// Borrows `clock`. `shim` is the absolute path of ripcord-shim.
  MinderRunner(boost::asio::any_io_executor executor, net::Clock& clock, std::string shim);

  /// Returns once the command and all that it started are gone: after its timeout and the few
  /// seconds that killing may take at the latest. Fault::full when the machine has no process to
  /// spare; Fault::malformed when the minder itself came to harm. A caller that is cancelled leaves
  /// nothing running either.
  boost::asio::awaitable<Result<Minded>> run(StepCommand command);

 private:
  void reap();

  boost::asio::any_io_executor executor_;
  net::Clock& clock_;
  std::string shim_;
  std::vector<pid_t> minders_;  ///< to be reaped
};

}  // namespace ripcord::act
