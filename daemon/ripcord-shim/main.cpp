#include "act/keeper.hpp"
#include "act/minder.hpp"
#include "act/posix.hpp"
#include "act/shim_process.hpp"
#include "config/step_command.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <unistd.h>
#include <vector>

/// Keeps one run of one step (docs/runs.md). What to run it takes from the configuration file and
/// from nowhere else. With `--mind` it minds a probe's command instead, which the daemon that
/// started it tells through its standard input.
int main(int argc, char** argv) {
  using namespace ripcord;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && words.front() == act::mind_option) {
    return act::mind(act::Descriptor(STDIN_FILENO));
  }
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
