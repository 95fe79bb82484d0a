#pragma once

#include "ripcord/exit_code.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ripcord::cli {

/// One option of a command.
struct OptionWords {
  std::string name;  ///< `"--wait"`
  std::string description;
  bool has_value = false;
};

/// One command, and what may follow it.
struct CommandWords {
  std::string path;  ///< `"deploy finish"`; empty for the program itself
  std::string description;
  std::vector<OptionWords> options;
};

/// The script that has a shell complete `commands`: of `bash`, `zsh` or `fish`; nothing for any
/// other.
[[nodiscard]] std::optional<std::string> completion_script(
    std::string_view shell, const std::vector<CommandWords>& commands);

/// The shells that there are scripts for.
[[nodiscard]] const std::vector<std::string>& completion_shells();

}  // namespace ripcord::cli
