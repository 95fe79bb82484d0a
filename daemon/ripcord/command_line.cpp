#include "ripcord/command_line.hpp"

#include "base/text.hpp"
#include "ripcord/deploy_options.hpp"
#include "ripcord/telling_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

namespace ripcord::cli {
namespace {

constexpr const char* examples = R"text(
Examples:
  ripcord status --watch
  ripcord gate backend --version v2
  ripcord deploy backend --version v2 --confirm "release notes read" --wait
  ripcord deploy run backend --version v2 --wait -- ./deploy.sh v2
  ripcord deploy start backend --version v2 --commit-time "$(git log -1 --format=%cI)"
  ripcord deploy finish backend --wait
  ripcord rollback backend --reason "orders are lost" --wait
  ripcord signal backend user_complaints --count 3 --note "the basket is empty"
  ripcord silence backend --for 2h --reason "the index is rebuilt"
  ripcord notify test ops
  ripcord probe backend ready
  ripcord history backend --outcome rolled_back --since 90d
  ripcord dora --since 90d --csv
  ripcord check /etc/ripcord/ripcord.toml

Exit codes: 0 done, 1 failed or rolled back, 2 rollback failed, 3 aborted,
64 usage, 69 daemon unavailable, 75 try later, 77 not permitted, 78 configuration.)text";

/// Builds the tree of commands. The one whose callback has run is `invocation.command`.
class Tree {
 public:
  Tree() {
    app_.set_version_flag("--version", "ripcord " RIPCORD_VERSION);
    app_.set_help_flag("-h,--help", "Print this help");
    app_.add_option("--socket", invocation_.socket, "Where the daemon listens")
        ->envname("RIPCORD_SOCKET")
        ->default_val("/run/ripcord/control.sock");
    app_.add_flag("--json", invocation_.json, "Print JSON for programs");
    app_.footer(examples);
    app_.require_subcommand(1);
    app_.fallthrough();  // `ripcord status --json` is as good as `ripcord --json status`
    add_status();
    add_deploy();
    add_promotion();
    add_rollback();
    add_abort();
    add_gate();
    add_probe();
    add_signal();
    add_telling();
    add_history();
    add_dora();
    add_moving();
    add_others();
  }

  std::expected<Invocation, Words> read(std::vector<std::string> words) {
    std::ranges::reverse(words);  // as CLI11 wants them
    try {
      app_.parse(words);
    } catch (const CLI::Success& asked) {  // help or version
      return std::unexpected(Words{ExitCode::succeeded, text_of(asked)});
    } catch (const CLI::ParseError& error) {
      return std::unexpected(Words{ExitCode::usage, explain(error)});
    }
    return std::move(invocation_);
  }

  [[nodiscard]] std::vector<CommandWords> words() const {
    std::vector<CommandWords> all;
    add_words(app_, "", all);
    return all;
  }

 private:
  static void add_words(const CLI::App& command, const std::string& path,
                        std::vector<CommandWords>& all) {
    CommandWords words{.path = path, .description = command.get_description(), .options = {}};
    for (const CLI::Option* option : command.get_options()) {
      if (option->get_positional()) continue;
      words.options.push_back({.name = option->get_name(),
                               .description = option->get_description(),
                               .has_value = option->get_items_expected_max() > 0});
    }
    all.push_back(std::move(words));
    for (const CLI::App* each : command.get_subcommands([](const CLI::App*) { return true; })) {
      add_words(*each, path.empty() ? each->get_name() : path + ' ' + each->get_name(), all);
    }
  }

  /// A command whose options are read into `fields`.
  template <class Fields>
  CLI::App* add(CLI::App& parent, const char* name, const char* what, const Fields& fields) {
    CLI::App* command = parent.add_subcommand(name, what);
    command->callback([this, &fields] { invocation_.command = fields; });
    return command;
  }

  static void add_service(CLI::App& command, std::string& service) {
    command.add_option("SERVICE", service, "The service")->required();
  }
  static void require(CLI::App& command, const std::vector<std::string>& options) {
    for (const std::string& option : options) command.get_option(option)->required();
  }
  static void add_reason(CLI::App& command, std::string& reason) {
    command.add_option("--reason", reason, "Why: kept in the history for ever")->required();
  }
  static void add_wait(CLI::App& command, bool& wait) {
    command.add_flag("--wait", wait, "Follow the deployment to its end, and exit by its result");
  }

  void add_status() {
    CLI::App* command = add(app_, "status", "Tell how the services are", status_);
    command->add_option("SERVICE", status_.service, "Only this one, in detail");
    command->add_flag("--watch", status_.watch, "Go on telling until interrupted");
  }

  void add_deploy() {
    CLI::App* deploy =
        app_.add_subcommand("deploy",
                            "Deploy a version, or announce one that your pipeline deploys")
            ->fallthrough();
    add_new_deployment(*deploy, deploy_.what);
    add_gate_words(*deploy, deploy_.gate);
    add_wait(*deploy, deploy_.wait);
    deploy->final_callback([this, deploy] { read_deploy(*deploy); });
    CLI::App* run = add(*deploy, "run",
                        "Announce, run a command that deploys it, and tell how that went", run_);
    add_new_deployment(*run, run_.what);
    run->add_option("CMD", run_.words, "The command and its arguments, behind --");
    require(*run, {"SERVICE", "--version", "CMD"});
    add_wait(*run, run_.wait);
    CLI::App* start = add(*deploy, "start", "A new version is about to be deployed", start_);
    add_new_deployment(*start, start_.what);
    require(*start, {"SERVICE", "--version"});
    CLI::App* finish = add(*deploy, "finish", "It is in place: watch it", finish_);
    add_service(*finish, finish_.service);
    add_wait(*finish, finish_.wait);
    CLI::App* fail = add(*deploy, "fail", "It could not be deployed", fail_);
    add_service(*fail, fail_.service);
    add_reason(*fail, fail_.reason);
  }

  /// What is required of "deploy" itself is only when none of its own commands was given.
  void read_deploy(const CLI::App& deploy) {
    if (!deploy.get_subcommands().empty()) {
      refuse_own_options(deploy);
      return;
    }
    if (deploy_.what.service.empty()) throw CLI::RequiredError("SERVICE");
    if (deploy_.what.version.empty()) throw CLI::RequiredError("--version");
    check_gate_words(deploy_.gate);
    invocation_.command = deploy_;
  }

  void add_promotion() {
    CLI::App* promote =
        add(app_, "promote", "End the bake of a stage early, or approve of what waits", promote_);
    add_service(*promote, promote_.service);
    add_wait(*promote, promote_.wait);
    CLI::App* hold = add(app_, "hold", "Promote nothing until \"resume\"; triggers go on", hold_);
    add_service(*hold, hold_.service);
    add_reason(*hold, hold_.reason);
    CLI::App* resume = add(app_, "resume", "Go on with what is on hold", resume_);
    add_service(*resume, resume_.service);
    add_wait(*resume, resume_.wait);
  }

  void add_rollback() {
    CLI::App* command = add(app_, "rollback", "Pull the cord", rollback_);
    add_service(*command, rollback_.service);
    add_reason(*command, rollback_.reason);
    command->add_option("--to", rollback_.to,
                        "A version that was verified good (any, where none is known); the last "
                        "good one unless told");
    add_wait(*command, rollback_.wait);
  }

  void add_abort() {
    CLI::App* command = add(
        app_, "abort", "Take over: end the open deployment and leave things as they are", abort_);
    add_service(*command, abort_.service);
    add_reason(*command, abort_.reason);
  }

  void add_probe() {
    CLI::App* command =
        add(app_, "probe", "Take one probe now and tell everything that it saw", probe_);
    add_service(*command, probe_.service);
    command->add_option("PROBE", probe_.probe, "The probe")->required();
  }

  void add_gate() {
    CLI::App* command = app_.add_subcommand("gate", "Ask every gate at once, and deploy nothing");
    add_service(*command, gate_.service);
    command->add_option("--version", gate_.version, "The version that would be deployed");
    add_gate_words(*command, gate_.gate);
    command->callback([this] {
      check_gate_words(gate_.gate);
      invocation_.command = gate_;
    });
  }

  void add_signal() {
    CLI::App* command =
        add(app_, "signal", "Report what you have noticed, for triggers that count it", signal_);
    add_service(*command, signal_.service);
    command->add_option("NAME", signal_.name, "What: user_complaints, …")->required();
    command->add_option("--count", signal_.count, "How many at once")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_option("--note", signal_.note, "More about it: kept in the history for ever");
  }

  void add_telling() {
    add_silence(*add(app_, "silence", "Tell receivers nothing of what triggers find, for a while",
                     silence_),
                silence_);
    add(app_, "silences", "List the silences that are in force", silences_);
    add_unsilence(*add(app_, "unsilence", "End a silence before its time", unsilence_), unsilence_);
    CLI::App* notify = app_.add_subcommand("notify", "Look after who is told")->fallthrough();
    notify->require_subcommand(1);
    add(*notify, "list", "List the receivers, and how they are doing", notify_list_);
    add_notify_test(
        *add(*notify, "test", "Send one a test, and show what was sent and answered", notify_test_),
        notify_test_);
  }

  void add_history() {
    CLI::App* command = add(app_, "history", "List deployments, newest first", history_);
    command->add_option("SERVICE", history_.service, "Only of this one");
    command->add_option("--limit", history_.limit, "How many at most")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--phase,--outcome", history_.phases,
                        "Only in this phase, or that ended so; may be repeated");
    command->add_option("--version", history_.version, "Only of this version");
    command->add_option("--since", history_.since, "Started then or later: 90d, 2026-11-22");
    command->add_option("--until", history_.until, "Started before then");
    command->add_option("--kind", history_.kind,
                        "Only with such a record in their story: trigger.tripped, rollback.*");
    command->add_option("--before", history_.before, "Older than this deployment");
  }

  void add_dora() {
    CLI::App* command =
        app_.add_subcommand("dora", "Measure the deployments: target, current value and trend");
    command->add_option("--since", dora_.since, "Of the time since then: 90d, 2026-11-22")
        ->default_val("90d");
    command->add_option("--service", dora_.service, "Only of this one");
    command->add_flag("--csv", dora_.csv, "Print comma-separated values");
    command->callback([this] {
      if (dora_.csv && invocation_.json) throw CLI::ExcludesError("--csv", "--json");
      invocation_.command = dora_;
    });
  }

  void add_moving() {
    constexpr const char* where = "Where ripcordd keeps its state (daemon.state_dir)";
    constexpr const char* usual = "/var/lib/ripcord";
    CLI::App* out =
        add(app_, "export", "Write the history, to be imported on another host", export_);
    out->add_option("--since", export_.since, "Of what started since then: 90d, 2026-11-22");
    out->add_option("--state-dir", export_.state_dir, where)->default_val(usual);
    CLI::App* in =
        add(app_, "import", "Add an exported history; ripcordd must be stopped", import_);
    in->add_option("FILE", import_.file, "What \"ripcord export\" has written; - reads it")
        ->required();
    in->add_option("--state-dir", import_.state_dir, where)->default_val(usual);
  }

  void add_others() {
    CLI::App* show = add(app_, "show", "Tell the story of one deployment", show_);
    show->add_option("DEPLOYMENT", show_.deployment, "Its id")->required();
    CLI::Option* evidence = show->add_flag("--evidence", show_.evidence,
                                           "What was captured before its rollback, instead");
    show->add_flag("--html", show_.html, "All of the evidence as one page, to open and to mail")
        ->needs(evidence);
    CLI::App* explain =
        add(app_, "explain", "Tell why one deployment went as it did, in sentences", explain_);
    explain->add_option("DEPLOYMENT", explain_.deployment, "Its id")->required();
    CLI::App* wait =
        add(app_, "wait", "Follow the open deployment to its end, and exit by its result", wait_);
    add_service(*wait, wait_.service);
    add(app_, "reload", "Have the daemon load its configuration anew", reload_);
    CLI::App* check = add(app_, "check", "Look for mistakes in a configuration", check_);
    check->add_option("FILE", check_.file, "The main file")
        ->default_val("/etc/ripcord/ripcord.toml");
    CLI::App* completion = add(app_, "completion",
                               "Print a script that has your shell complete commands", completion_);
    completion->add_option("SHELL", completion_.shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember(completion_shells()));
  }

  /// CLI11 writes help and version to a stream.
  std::string text_of(const CLI::ParseError& asked) {
    std::ostringstream out;
    app_.exit(asked, out, out);
    return out.str();
  }

  [[nodiscard]] std::string explain(const CLI::ParseError& error) const {
    std::string message = unknown_command();
    if (message.empty()) message = error.what();
    return fmt::format("ripcord: {}\nRun \"ripcord --help\" for how it is used.\n",
                       printable(message));
  }

  /// The command that was misspelt, and which may have been meant; empty when that is not it.
  [[nodiscard]] std::string unknown_command() const {
    if (const auto* deploy = app_.get_subcommand("deploy"); deploy->parsed()) {
      const std::string meant = nearest_of(*deploy, deploy_.what.service);
      const bool may_be_meant = deploy->get_subcommands().empty() && !meant.empty();
      return may_be_meant ? no_command(deploy_.what.service, meant) : "";
    }
    const bool has_command =
        !app_.get_subcommands().empty() && app_.get_subcommands().front()->parsed();
    const std::vector<std::string> left = app_.remaining(true);
    const auto word = std::ranges::find_if(left, [](const auto& w) { return !w.starts_with('-'); });
    if (has_command || word == left.end()) return "";
    return no_command(*word, nearest_of(app_, *word));
  }

  static std::string nearest_of(const CLI::App& parent, const std::string& word) {
    std::vector<std::string> known;
    for (const CLI::App* each : parent.get_subcommands([](const CLI::App*) { return true; })) {
      known.push_back(each->get_name());
    }
    return nearest(word, known);
  }

  static std::string no_command(const std::string& word, const std::string& meant) {
    std::string message = fmt::format("there is no command {:?}", word);
    if (!meant.empty()) message += fmt::format("; did you mean {:?}?", meant);
    return message;
  }

  CLI::App app_{
      "Talks to ripcordd, which watches deployments on this host and pulls the cord when "
      "one goes bad.",
      "ripcord"};
  Invocation invocation_;
  StatusCommand status_;
  DeployCommand deploy_;
  RunCommand run_;
  StartCommand start_;
  FinishCommand finish_;
  FailCommand fail_;
  PromoteCommand promote_;
  HoldCommand hold_;
  ResumeCommand resume_;
  RollbackCommand rollback_;
  AbortCommand abort_;
  GateCommand gate_;
  ProbeCommand probe_;
  SignalCommand signal_;
  SilenceCommand silence_;
  SilencesCommand silences_;
  UnsilenceCommand unsilence_;
  NotifyListCommand notify_list_;
  NotifyTestCommand notify_test_;
  HistoryCommand history_;
  DoraCommand dora_;
  ExportCommand export_;
  ImportCommand import_;
  ShowCommand show_;
  ExplainCommand explain_;
  WaitCommand wait_;
  ReloadCommand reload_;
  CheckCommand check_;
  CompletionCommand completion_;
};

}  // namespace

std::expected<Invocation, Words> read_command_line(const std::vector<std::string>& words) {
  return Tree().read(words);
}

std::vector<CommandWords> command_words() {
  return Tree().words();
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (CommandWords& command : command_words()) {
    if (!command.path.empty()) names.push_back(std::move(command.path));
  }
  return names;
}

}  // namespace ripcord::cli
