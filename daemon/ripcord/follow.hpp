#pragma once

#include "ripcord/account.hpp"
#include "ripcord/client.hpp"
#include "ripcord/exit_code.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <string>

namespace ripcord::cli {

/// A deployment that somebody waits for.
struct Followed {
  std::string service;
  std::string deployment;  ///< id
  Wanted wanted = Wanted::deployment;
};

/// Follows a deployment to its end by long polls, and tells of it; also when a reload has taken its
/// service away, which then goes with the end. Borrows `daemon`, `clock` and `account`.
boost::asio::awaitable<std::expected<ExitCode, Trouble>> follow(PatientClient& daemon,
                                                                net::Clock& clock, Account& account,
                                                                Followed followed);

/// Goes on telling how one service is (or all, when `service` is empty), until it is cancelled or
/// the daemon stays away. Borrows both.
boost::asio::awaitable<Trouble> watch(PatientClient& daemon, net::Clock& clock, Screen& screen,
                                      std::string service, bool json);

}  // namespace ripcord::cli
