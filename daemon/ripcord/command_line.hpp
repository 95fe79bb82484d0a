#pragma once

#include "ripcord/exit_code.hpp"

#include <expected>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::cli {

struct StatusCommand {
  std::string service;  ///< empty: all of them
  bool watch = false;
};
struct StartCommand {
  std::string service;
  std::string version;
  std::string commit_time;  ///< as typed; may be empty
};
struct FinishCommand {
  std::string service;
  bool wait = false;
};
struct FailCommand {
  std::string service;
  std::string reason;
};
struct RollbackCommand {
  std::string service;
  std::string reason;
  bool wait = false;
};
struct AbortCommand {
  std::string service;
  std::string reason;
};
struct HistoryCommand {
  std::string service;  ///< empty: of all of them
  unsigned limit = 20;
};
struct ShowCommand {
  std::string deployment;
  bool evidence = false;  ///< what was captured before its rollback, instead
  bool html = false;      ///< the page of it
};
struct ProbeCommand {
  std::string service;
  std::string probe;
};
struct WaitCommand {
  std::string service;
};
struct ReloadCommand {};
struct CheckCommand {
  std::string file;
};

using Command = std::variant<StatusCommand, StartCommand, FinishCommand, FailCommand,
                             RollbackCommand, AbortCommand, ProbeCommand, HistoryCommand,
                             ShowCommand, WaitCommand, ReloadCommand, CheckCommand>;

/// What a person has typed, understood.
struct Invocation {
  std::string socket;
  bool json = false;
  Command command;
};

/// A command line that asks for nothing more than words: help, a version, or a mistake.
struct Words {
  ExitCode exit_code = ExitCode::succeeded;  ///< talk on standard error when not `succeeded`
  std::string text;
};

/// Reads the words after the program's name. RIPCORD_SOCKET is looked up when --socket is not
/// given.
[[nodiscard]] std::expected<Invocation, Words> read_command_line(
    const std::vector<std::string>& words);

/// `"status"`, `"deploy start"`, …: every command there is.
[[nodiscard]] std::vector<std::string> command_names();

}  // namespace ripcord::cli
