#include "options.hpp"

#include "exit_code.hpp"

#include <CLI/CLI.hpp>
#include <utility>

namespace ripcord::daemon {

std::variant<Options, int> parse_options(int argc, char** argv) {
  Options options;
  CLI::App app{"ripcordd watches deployments on this host and rolls them back when they go bad."};
  app.set_version_flag("--version", "ripcordd " RIPCORD_VERSION);
  app.add_option("--config", options.configuration, "The configuration file")
      ->capture_default_str();
  app.add_flag("--check", options.check,
               "Only check the configuration: prints every mistake and exits 78, or exits 0");
  app.footer(
      "Exit codes: 64 usage, 69 a part is missing, 70 a bug, 75 try later, 78 configuration.\n"
      "The command line of the daemon is ripcord; see also docs/operations.md.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : std::to_underlying(ExitCode::usage);
  }
  return options;
}

}  // namespace ripcord::daemon
