#pragma once

#include <string>
#include <variant>

namespace ripcord::daemon {

struct Options {
  std::string configuration = "/etc/ripcord/ripcord.toml";
  bool check = false;
};

/// Reads the command line. The alternative is the exit code after --help, --version or a mistake,
/// which has been printed.
[[nodiscard]] std::variant<Options, int> parse_options(int argc, char** argv);

}  // namespace ripcord::daemon
