// A ripcord-shim that takes its command from a record file instead of a configuration: `run.0`,
// `run.1`, …, `timeout` and `grace` in microseconds, `user`, `workdir`, `env.NAME`.
#include "act/keeper.hpp"
#include "act/record.hpp"
#include "act/shim_process.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace ripcord::act {
namespace {

Result<StepCommand> load_command(const std::string& path) {
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open()) return failure(Fault::missing, "no such configuration");
  const Result<Fields> fields = parse_fields(text);
  if (!fields) return std::unexpected(fields.error());
  StepCommand command;
  for (const auto& [key, value] : *fields) {
    if (key.starts_with("run.")) command.run.push_back(value);
    if (key.starts_with("env.")) command.env.emplace_back(key.substr(4), value);
    if (key == "timeout") command.timeout = Duration(std::stoll(value));
    if (key == "grace") command.grace = Duration(std::stoll(value));
    if (key == "user") command.user = value;
    if (key == "workdir") command.workdir = value;
  }
  return command;
}

}  // namespace
}  // namespace ripcord::act

int main(int argc, char** argv) {
  using namespace ripcord::act;
  const auto arguments = parse_shim_arguments(std::vector<std::string>(argv + 1, argv + argc));
  if (!arguments) return keeper_exit::usage;
  return keep(arguments->run_directory, load_command(arguments->configuration), arguments->standby);
}
