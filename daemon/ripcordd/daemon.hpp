#pragma once

#include "act/shim_runner.hpp"
#include "api/control_api.hpp"
#include "api/tokens.hpp"
#include "base/result.hpp"
#include "config/configuration.hpp"
#include "exit_code.hpp"
#include "kept_configurations.hpp"
#include "metrics/metrics.hpp"
#include "net/blocking.hpp"
#include "net/http_server.hpp"
#include "net/resolver.hpp"
#include "net/system_clock.hpp"
#include "net/task_group.hpp"
#include "probe/exec/command_runner.hpp"
#include "runtime/runtime.hpp"
#include "store/journal.hpp"
#include "store/state_lock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <memory>
#include <optional>
#include <string>

namespace ripcord::daemon {

/// Why the daemon cannot start, and with which exit code it says so.
struct StartFailure {
  ExitCode code = ExitCode::software;
  std::string message;
};

/// The composition root: makes every part, starts them in order, and stops them in the opposite
/// one.
class Daemon {
 public:
  /// `configuration` was read from `file`.
  Daemon(std::string file, config::Configuration configuration);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Runs until a signal says stop, or a part fails. Returns the exit code.
  ExitCode run();

 private:
  using Started = std::expected<void, StartFailure>;

  boost::asio::awaitable<void> live();
  boost::asio::awaitable<Started> start();
  boost::asio::awaitable<void> stop();

  // The steps of start(), in order.
  Started open_state();
  Started find_shim();
  boost::asio::awaitable<Started> start_runtime();
  Started listen();

  /// Reads the configuration and the tokens again. Called on another thread.
  Result<runtime::ServiceSet> reload();
  boost::asio::awaitable<void> reload_on_signal();
  boost::asio::awaitable<void> show_status();
  void fail(const std::string& task, const std::exception_ptr& failure);
  [[nodiscard]] std::string status_line();

  config::Configuration configuration_;
  KeptConfigurations kept_;
  boost::asio::io_context context_{1};
  net::SystemClock clock_;
  net::BlockingPool journal_pool_;
  net::BlockingPool lookup_pool_;
  net::BlockingPool receivers_lookup_pool_;
  net::BlockingPool work_pool_;
  net::Resolver resolver_;
  net::Resolver receivers_resolver_;
  metrics::Metrics metrics_;
  boost::asio::signal_set stop_signals_;
  boost::asio::signal_set reload_signals_;
  net::TaskGroup tasks_;
  std::optional<store::StateLock> lock_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<act::Runner> runner_;
  std::unique_ptr<probe::CommandRunner> commands_;
  std::unique_ptr<runtime::Runtime> runtime_;
  std::unique_ptr<api::ControlApi> control_;
  std::unique_ptr<api::PublicApi> public_;
  std::unique_ptr<net::HttpServer> control_server_;
  std::unique_ptr<net::HttpServer> public_server_;
  ExitCode code_ = ExitCode::ok;
};

}  // namespace ripcord::daemon
