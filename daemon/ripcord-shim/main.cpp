#include "act/keeper.hpp"
#include "act/shim_process.hpp"
#include "config/step_command.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

/// Keeps one run of one step (docs/runs.md). What to run it takes from the configuration file and
/// from nowhere else.
int main(int argc, char** argv) {
  using namespace ripcord;
  const std::vector<std::string> words(argv + 1, argv + argc);
  const Result<act::ShimArguments> arguments = act::parse_shim_arguments(words);
  if (!arguments) {
    fmt::print(stderr,
               "ripcord-shim: {}\nusage: ripcord-shim --config FILE --service SERVICE "
               "--step STEP --run-dir DIRECTORY [--standby]\n",
               arguments.error().message);
    return act::keeper_exit::usage;
  }
  return act::keep(
      arguments->run_directory,
      config::load_command(arguments->configuration, arguments->service, arguments->step),
      arguments->standby);
}
