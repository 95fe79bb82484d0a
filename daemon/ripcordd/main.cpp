#include "base/text.hpp"
#include "config/configuration.hpp"
#include "daemon.hpp"
#include "exit_code.hpp"
#include "kept_configurations.hpp"
#include "logging.hpp"
#include "options.hpp"
#include "system.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace {

using ripcord::daemon::ExitCode;

/// Prints the mistakes to standard error; a person or the service manager's journal reads them.
ExitCode refuse(const std::vector<ripcord::config::Diagnostic>& mistakes) {
  fmt::print(stderr, "{}\n{} in the configuration\n", ripcord::daemon::to_lines(mistakes),
             ripcord::plural(mistakes.size(), "mistake"));
  return ExitCode::configuration;
}

ExitCode check(const ripcord::config::Configuration& configuration, const std::string& file) {
  const auto missing = ripcord::config::missing_programs(configuration);
  if (!missing.empty()) return refuse(missing);
  const auto authority = ripcord::daemon::authority_of(configuration.api.group);
  const auto tokens = ripcord::daemon::tokens_of(configuration.api.tokens_file);
  if (!authority) fmt::print(stderr, "{}: {}\n", file, authority.error().message);
  if (!tokens) fmt::print(stderr, "{}: api.tokens_file: {}\n", file, tokens.error().message);
  if (!authority || !tokens) return ExitCode::configuration;
  fmt::print("{}: ok, {}\n", file, ripcord::plural(configuration.services.size(), "service"));
  return ExitCode::ok;
}

ExitCode run(const ripcord::daemon::Options& options) {
  auto configuration = ripcord::config::load(options.configuration);
  if (!configuration) return refuse(configuration.error());
  if (options.check) return check(*configuration, options.configuration);
  ripcord::daemon::set_up_logging();
  ripcord::daemon::Daemon daemon(options.configuration, std::move(*configuration));
  const ExitCode code = daemon.run();
  // Without destructors: a name lookup that hangs on one of the pool's threads cannot be ended, and
  // must not delay our end. Everything that matters is on disk.
  std::quick_exit(std::to_underlying(code));
}

}  // namespace

int main(int argc, char** argv) {
  // A peer that hangs up is an error to be told, not a reason to die.
  (void)std::signal(SIGPIPE, SIG_IGN);
  const auto parsed = ripcord::daemon::parse_options(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  return std::to_underlying(run(std::get<ripcord::daemon::Options>(parsed)));
}
