#include "ripcord/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Invocation read(const std::vector<std::string>& words) {
  const auto invocation = read_command_line(words);
  EXPECT_TRUE(invocation) << (invocation ? "" : invocation.error().text);
  return invocation.value_or(Invocation{});
}

template <class T>
T read_as(const std::vector<std::string>& words) {
  const Invocation invocation = read(words);
  EXPECT_TRUE(std::holds_alternative<T>(invocation.command));
  return std::holds_alternative<T>(invocation.command) ? std::get<T>(invocation.command) : T{};
}

/// What is said about a command line that must be a mistake.
std::string mistake(const std::vector<std::string>& words) {
  const auto invocation = read_command_line(words);
  EXPECT_FALSE(invocation);
  if (invocation) return "";
  EXPECT_EQ(invocation.error().exit_code, ExitCode::usage);
  EXPECT_THAT(invocation.error().text, HasSubstr("Run \"ripcord --help\""));
  return invocation.error().text;
}

TEST(CommandLine, ReadsStatus) {
  EXPECT_EQ(read_as<StatusCommand>({"status"}).service, "");
  EXPECT_TRUE(read_as<StatusCommand>({"status", "backend", "--watch"}).watch);
  EXPECT_EQ(read_as<StatusCommand>({"status", "backend", "--watch"}).service, "backend");
}

TEST(CommandLine, ReadsTheThreeWordsOfAPipeline) {
  const NewDeployment start = read_as<StartCommand>({"deploy", "start", "backend", "--version",
                                                     "v2", "--commit-time", "1764000000"})
                                  .what;
  EXPECT_EQ(start.service, "backend");
  EXPECT_EQ(start.version, "v2");
  EXPECT_EQ(start.commit_time, "1764000000");
  EXPECT_TRUE(read_as<FinishCommand>({"deploy", "finish", "backend", "--wait"}).wait);
  EXPECT_FALSE(read_as<FinishCommand>({"deploy", "finish", "backend"}).wait);
  EXPECT_EQ(read_as<FailCommand>({"deploy", "fail", "backend", "--reason", "no disk"}).reason,
            "no disk");
}

TEST(CommandLine, ReadsADeploymentThatTheDaemonCarriesOut) {
  const auto deploy = read_as<DeployCommand>({"deploy", "backend", "--version", "v2", "--confirm",
                                              "a b", "--confirm", "c", "--override", "hours",
                                              "--reason", "outage", "--supersede", "--wait"});
  EXPECT_EQ(deploy.what.service, "backend");
  EXPECT_EQ(deploy.what.version, "v2");
  EXPECT_TRUE(deploy.what.supersede && deploy.wait);
  EXPECT_FALSE(deploy.what.drill || deploy.what.rework);
  EXPECT_THAT(deploy.gate.confirmations, ElementsAre("a b", "c"));
  EXPECT_THAT(deploy.gate.overrides, ElementsAre("hours"));
  EXPECT_THAT(deploy.gate.reasons, ElementsAre("outage"));
  EXPECT_EQ(read_as<DeployCommand>({"deploy", "--version", "v2", "--", "start"}).what.service,
            "start")
      << "a service that is called like a command";
}

TEST(CommandLine, WantsAReasonForEachOverride) {
  const std::vector<std::string> words{"deploy", "b", "--version", "v2"};
  const auto with = [&words](std::vector<std::string> more) {
    std::vector<std::string> all = words;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  EXPECT_THAT(mistake(with({"--override", "hours"})), HasSubstr("--reason"));
  EXPECT_THAT(mistake(with({"--reason", "r"})), HasSubstr("1 given for 0 --override"));
  EXPECT_THAT(mistake(with({"--override", "a", "--override", "b", "--override", "c", "--reason",
                            "r", "--reason", "s"})),
              HasSubstr("2 given for 3 --override"));
  EXPECT_EQ(read_as<DeployCommand>(with({"--override", "a", "--override", "b", "--reason", "r"}))
                .gate.reasons.size(),
            1U);
}

TEST(CommandLine, ReadsAQuestionToTheGate) {
  EXPECT_EQ(read_as<GateCommand>({"gate", "b"}).version, "");
  EXPECT_THAT(read_as<GateCommand>({"gate", "b", "--confirm", "a"}).gate.confirmations,
              ElementsAre("a"));
  EXPECT_THAT(mistake({"gate", "b", "--override", "x"}), HasSubstr("--reason"));
}

TEST(CommandLine, HearsNoOptionOfDeployBesideOneOfItsCommands) {
  EXPECT_THAT(mistake({"deploy", "finish", "b", "--drill"}),
              HasSubstr("is not for \"deploy finish\""));
  EXPECT_THAT(mistake({"deploy", "--supersede", "fail", "b", "--reason", "r"}),
              HasSubstr("is not for \"deploy fail\""));
  EXPECT_THAT(mistake({"deploy", "finish", "b", "c"}), HasSubstr("SERVICE"));
}

TEST(CommandLine, ReadsACommandToBeRun) {
  const auto run = read_as<RunCommand>({"deploy", "run", "b", "--version", "v2", "--wait", "--",
                                        "git", "log", "--json", "--", "status"});
  EXPECT_EQ(run.what.service, "b");
  EXPECT_TRUE(run.wait);
  EXPECT_THAT(run.words, ElementsAre("git", "log", "--json", "--", "status"));
  EXPECT_FALSE(read({"deploy", "run", "b", "--version", "v", "--", "x", "--json"}).json);
  EXPECT_THAT(mistake({"deploy", "run", "b", "--version", "v2"}), HasSubstr("CMD"));
  EXPECT_THAT(mistake({"deploy", "run", "b", "--", "x"}), HasSubstr("--version"));
}

TEST(CommandLine, ReadsWhatAPersonDoes) {
  EXPECT_TRUE(read_as<PromoteCommand>({"promote", "b", "--wait"}).wait);
  EXPECT_EQ(read_as<HoldCommand>({"hold", "b", "--reason", "r"}).reason, "r");
  EXPECT_EQ(read_as<ResumeCommand>({"resume", "b"}).service, "b");
  EXPECT_EQ(read_as<RollbackCommand>({"rollback", "b", "--reason", "r", "--to", "v1"}).to, "v1");
  EXPECT_TRUE(read_as<RollbackCommand>({"rollback", "b", "--reason", "r", "--wait"}).wait);
  EXPECT_EQ(read_as<RollbackCommand>({"rollback", "b", "--reason", "r"}).reason, "r");
  EXPECT_EQ(read_as<AbortCommand>({"abort", "b", "--reason", "r"}).service, "b");
  EXPECT_EQ(read_as<HistoryCommand>({"history"}).limit, 20U);
  EXPECT_EQ(read_as<HistoryCommand>({"history", "b", "--limit", "1000"}).limit, 1000U);
  const auto some = read_as<HistoryCommand>({"history", "--phase", "failed", "--outcome", "aborted",
                                             "--version", "v2", "--since", "90d"});
  EXPECT_THAT(some.phases, ElementsAre("failed", "aborted"));
  EXPECT_EQ(some.version, "v2");
  EXPECT_EQ(some.since, "90d");
  EXPECT_EQ(read_as<DoraCommand>({"dora"}).since, "90d");
  EXPECT_TRUE(read_as<DoraCommand>({"dora", "--service", "b", "--csv"}).csv);
  EXPECT_EQ(read_as<SignalCommand>({"signal", "b", "complaints"}).count, 1U);
  EXPECT_EQ(read_as<SignalCommand>({"signal", "b", "complaints", "--note", "n"}).note, "n");
  EXPECT_EQ(read_as<ShowCommand>({"show", "b-1"}).deployment, "b-1");
  EXPECT_FALSE(read_as<ShowCommand>({"show", "b-1"}).evidence);
  EXPECT_TRUE(read_as<ShowCommand>({"show", "b-1", "--evidence"}).evidence);
  EXPECT_TRUE(read_as<ShowCommand>({"show", "b-1", "--evidence", "--html"}).html);
  EXPECT_EQ(read_as<ExplainCommand>({"explain", "b-1"}).deployment, "b-1");
  EXPECT_EQ(read_as<WaitCommand>({"wait", "b"}).service, "b");
  read_as<ReloadCommand>({"reload"});
  EXPECT_EQ(read_as<CheckCommand>({"check"}).file, "/etc/ripcord/ripcord.toml");
  EXPECT_EQ(read_as<CheckCommand>({"check", "x.toml"}).file, "x.toml");
}

TEST(CommandLine, TakesAServiceThatIsCalledLikeACommand) {
  EXPECT_EQ(read_as<StatusCommand>({"status", "history"}).service, "history");
  EXPECT_EQ(read_as<FinishCommand>({"deploy", "finish", "start"}).service, "start");
}

TEST(CommandLine, TakesTheCommonOptionsAnywhere) {
  EXPECT_TRUE(read({"--json", "status"}).json);
  EXPECT_TRUE(read({"status", "--json"}).json);
  EXPECT_TRUE(read({"deploy", "finish", "b", "--json"}).json);
  EXPECT_FALSE(read({"status"}).json);
  EXPECT_EQ(read({"--socket", "/x", "status"}).socket, "/x");
  EXPECT_EQ(read({"status", "--socket=/x"}).socket, "/x");
}

TEST(CommandLine, LooksForTheSocketInTheEnvironmentToo) {
  ::unsetenv("RIPCORD_SOCKET");
  EXPECT_EQ(read({"status"}).socket, "/run/ripcord/control.sock");
  ::setenv("RIPCORD_SOCKET", "/from/environment", 1);
  EXPECT_EQ(read({"status"}).socket, "/from/environment");
  EXPECT_EQ(read({"status", "--socket", "/x"}).socket, "/x");
  ::unsetenv("RIPCORD_SOCKET");
}

TEST(CommandLine, SuggestsTheCommandThatWasMeant) {
  EXPECT_THAT(mistake({"stauts"}),
              HasSubstr(R"(there is no command "stauts"; did you mean "status"?)"));
  EXPECT_THAT(mistake({"deploy", "finsh", "b"}), HasSubstr("did you mean \"finish\"?"));
  EXPECT_THAT(mistake({"xyzzy\x1b[2J"}), HasSubstr("there is no command"));
}

TEST(CommandLine, SaysWhatIsMissingOrTooMuch) {
  EXPECT_THAT(mistake({}), HasSubstr("subcommand"));
  EXPECT_THAT(mistake({"deploy"}), HasSubstr("SERVICE"));
  EXPECT_THAT(mistake({"deploy", "b"}), HasSubstr("--version"));
  EXPECT_THAT(mistake({"hold", "b"}), HasSubstr("--reason"));
  EXPECT_THAT(mistake({"deploy", "start", "b"}), HasSubstr("--version"));
  EXPECT_THAT(mistake({"rollback", "b"}), HasSubstr("--reason"));
  EXPECT_THAT(mistake({"rollback", "--reason", "r"}), HasSubstr("SERVICE"));
  EXPECT_THAT(mistake({"show"}), HasSubstr("DEPLOYMENT"));
  EXPECT_THAT(mistake({"show", "b-1", "--html"}), HasSubstr("--evidence"));
  EXPECT_THAT(mistake({"signal", "b"}), HasSubstr("NAME"));
  EXPECT_THAT(mistake({"signal", "b", "x", "--count", "0"}), HasSubstr("--count"));
  EXPECT_THAT(mistake({"history", "--limit", "0"}), HasSubstr("--limit"));
  EXPECT_THAT(mistake({"history", "--limit", "1001"}), HasSubstr("--limit"));
  EXPECT_THAT(mistake({"dora", "--csv", "--json"}), HasSubstr("--csv"));
  EXPECT_THAT(mistake({"status", "--wathc"}), HasSubstr("--wathc"));
  EXPECT_THAT(mistake({"status", "a", "b"}), HasSubstr("b"));
}

TEST(CommandLine, GivesHelpAndVersion) {
  const auto help = read_command_line({"--help"});
  ASSERT_FALSE(help);
  EXPECT_EQ(help.error().exit_code, ExitCode::succeeded);
  EXPECT_THAT(help.error().text, HasSubstr("Examples:"));
  for (const char* command : {"status", "deploy", "promote", "hold", "resume", "rollback", "abort",
                              "history", "show", "wait", "reload", "check"}) {
    EXPECT_THAT(help.error().text, HasSubstr(command));
  }
  EXPECT_THAT(read_command_line({"--version"}).error().text, testing::StartsWith("ripcord "));
  EXPECT_THAT(read_command_line({"deploy", "start", "--help"}).error().text,
              HasSubstr("--commit-time"));
}

}  // namespace
}  // namespace ripcord::cli
