#pragma once

#include "net/clock.hpp"
#include "ripcord/account.hpp"
#include "ripcord/client.hpp"
#include "ripcord/command_line.hpp"
#include "ripcord/exit_code.hpp"
#include "ripcord/follow.hpp"
#include "ripcord/held_signals.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <string>
#include <vector>

namespace ripcord::cli {

/// What the commands work with.
struct Tools {
  net::Clock& clock;
  Client& client;
  PatientClient& patient_client;
  Screen& screen;
  bool json = false;
  HeldSignals* signals = nullptr;                       ///< for RunCommand, else null
  Duration patience = PatientClient::patience_default;  ///< with a daemon that is away
  std::string waited_for;  ///< the service whose deployment is being followed; else empty
  /// What a person must know whose interruption keeps the daemon from being told; else empty.
  std::string untold = {};
};

using Done = std::expected<ExitCode, Trouble>;

/// Follows a deployment to its end. Borrows `tools`.
boost::asio::awaitable<Done> wait_for_end(Tools& tools, Followed followed);

/// Carries out `deploy run`. Pre: `tools.signals` is set. Borrows `tools`.
boost::asio::awaitable<Done> run_command(Tools& tools, RunCommand command);

/// Carries out a command of the daemon; not for CheckCommand, ExportCommand and
/// ImportCommand, which need none. Borrows `tools`.
boost::asio::awaitable<Done> carry_out(Tools& tools, Command command);

}  // namespace ripcord::cli
