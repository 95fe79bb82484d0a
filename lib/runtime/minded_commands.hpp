#pragma once

#include "act/minder_runner.hpp"
#include "net/clock.hpp"
#include "probe/exec/command_runner.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <string>

namespace ripcord::runtime {

/// The commands of probes, run as `act` runs what nobody has to remember.
class MindedCommands final : public probe::CommandRunner {
 public:
  /// Borrows `clock`. `shim` is the absolute path of ripcord-shim.
  MindedCommands(boost::asio::any_io_executor executor, net::Clock& clock, std::string shim);

  boost::asio::awaitable<Result<probe::CommandEnd>> run(probe::Command command,
                                                        Duration timeout) override;

 private:
  act::MinderRunner runner_;
};

}  // namespace ripcord::runtime
