#pragma once

#include "net/clock.hpp"
#include "ripcord/account.hpp"
#include "ripcord/client.hpp"
#include "ripcord/command_line.hpp"
#include "ripcord/exit_code.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <string>

namespace ripcord::cli {

/// What the commands work with.
struct Tools {
  net::Clock& clock;
  Client& client;
  PatientClient& patient_client;
  Screen& screen;
  bool json = false;
  std::string waited_for;  ///< the service whose deployment is being followed; else empty
};

/// Carries out a command of the daemon; not for CheckCommand, which needs none. Borrows `tools`.
boost::asio::awaitable<std::expected<ExitCode, Trouble>> carry_out(Tools& tools, Command command);

}  // namespace ripcord::cli
