#pragma once

#include "ripcord/completion.hpp"
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
/// What is said of a new deployment, whoever carries it out.
struct NewDeployment {
  std::string service;
  std::string version;
  std::string commit_time;   ///< as typed; may be empty
  std::string irreversible;  ///< why it cannot be undone; empty when it can
  bool supersede = false;
  bool rework = false;
  bool drill = false;
};

/// What a person says to a gate.
struct GateWords {
  std::vector<std::string> confirmations;
  std::vector<std::string> overrides;
  std::vector<std::string> reasons;  ///< one for each override, or one for all of them
};

struct DeployCommand {
  NewDeployment what;
  GateWords gate;
  bool wait = false;
};
struct StartCommand {
  NewDeployment what;
};
/// `deploy run`: announces, runs the words, and tells how that went.
struct RunCommand {
  NewDeployment what;
  std::vector<std::string> words;
  bool wait = false;
};
struct FinishCommand {
  std::string service;
  bool wait = false;
};
struct FailCommand {
  std::string service;
  std::string reason;
};
struct PromoteCommand {
  std::string service;
  bool wait = false;
};
struct HoldCommand {
  std::string service;
  std::string reason;
};
struct ResumeCommand {
  std::string service;
  bool wait = false;
};
struct RollbackCommand {
  std::string service;
  std::string reason;
  std::string to;  ///< a version; empty: the last verified good one
  bool wait = false;
};
struct AbortCommand {
  std::string service;
  std::string reason;
};
struct GateCommand {
  std::string service;
  std::string version;  ///< may be empty
  GateWords gate;
};
struct SignalCommand {
  std::string service;
  std::string name;
  unsigned count = 1;
  std::string note;
};
struct SilenceCommand {
  std::string service;
  std::string trigger;  ///< empty: every one
  std::string length;   ///< as typed: `2h`
  std::string reason;
};
struct SilencesCommand {};
struct UnsilenceCommand {
  unsigned number = 0;
};
struct NotifyListCommand {};
struct NotifyTestCommand {
  std::string receiver;
};
struct HistoryCommand {
  std::string service;  ///< empty: of all of them
  unsigned limit = 20;
  // As typed; what is empty asks for nothing.
  std::vector<std::string> phases;
  std::string version;
  std::string since;
  std::string until;
  std::string kind;
  std::string before;
};
struct DoraCommand {
  std::string service;  ///< empty: of all of them
  std::string since;    ///< as typed
  bool csv = false;
};
struct ExportCommand {
  std::string state_dir;
  std::string since;  ///< as typed; empty: from the beginning on
};
struct ImportCommand {
  std::string file;  ///< `-`: the standard input
  std::string state_dir;
};
struct ShowCommand {
  std::string deployment;
  bool evidence = false;  ///< what was captured before its rollback, instead
  bool html = false;      ///< the page of it
};
struct ExplainCommand {
  std::string deployment;
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
struct CompletionCommand {
  std::string shell;
};

using Command =
    std::variant<StatusCommand, DeployCommand, RunCommand, StartCommand, FinishCommand, FailCommand,
                 PromoteCommand, HoldCommand, ResumeCommand, RollbackCommand, AbortCommand,
                 GateCommand, ProbeCommand, SignalCommand, SilenceCommand, SilencesCommand,
                 UnsilenceCommand, NotifyListCommand, NotifyTestCommand, HistoryCommand,
                 DoraCommand, ExportCommand, ImportCommand, ShowCommand, ExplainCommand,
                 WaitCommand, ReloadCommand, CheckCommand, CompletionCommand>;

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

/// Every command there is, with its options; the program itself first.
[[nodiscard]] std::vector<CommandWords> command_words();
/// `"status"`, `"deploy start"`, …
[[nodiscard]] std::vector<std::string> command_names();

}  // namespace ripcord::cli
