#include "ripcord/completion.hpp"

#include "ripcord/child_program.hpp"
#include "ripcord/command_line.hpp"
#include "tests/api/ask.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace ripcord::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// What bash offers for the last of `words`.
class BashCompletionTest : public testing::Test {
 protected:
  std::string offered(const std::string& words) {
    const test::TempDir directory;
    const std::string script = (directory.path() / "script").string();
    const std::string out = (directory.path() / "out").string();
    std::ofstream(script) << completion_script("bash", command_words()).value() << "COMP_WORDS=("
                          << words << "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                          << "_ripcord; echo \"${COMPREPLY[*]}\" > " << out << "\n";
    const Result<ProgramEnd> end =
        test::run(run_in_foreground(signals_, "/bin/bash", {"bash", "-eu", script}, {}));
    EXPECT_TRUE(end && end->succeeded());
    std::string line;
    std::getline(std::ifstream(out), line);
    return line;
  }

  HeldSignals signals_;
};

TEST_F(BashCompletionTest, OffersCommands) {
  EXPECT_EQ(offered("ripcord de"), "deploy");
  EXPECT_EQ(offered("ripcord pro"), "promote probe");
  EXPECT_THAT(offered("ripcord ''"), AllOf(HasSubstr("status"), HasSubstr("--json")));
}

TEST_F(BashCompletionTest, OffersTheCommandsOfACommand) {
  EXPECT_EQ(offered("ripcord deploy f"), "finish fail");
  EXPECT_EQ(offered("ripcord --json deploy f"), "finish fail");
  EXPECT_EQ(offered("ripcord deploy finish backend f"), "");
}

TEST_F(BashCompletionTest, OffersTheOptionsOfTheCommandThatIsMeant) {
  EXPECT_EQ(offered("ripcord deploy finish backend --w"), "--wait");
  EXPECT_EQ(offered("ripcord history --l"), "--limit");
  EXPECT_EQ(offered("ripcord history --w"), "");
  EXPECT_EQ(offered("ripcord deploy run b --version v2 -- x --w"), "")
      << "these are another program's";
}

TEST(CompletionScript, IsThereForEachShellThatIsNamed) {
  for (const std::string& shell : completion_shells()) {
    const std::string script = completion_script(shell, command_words()).value();
    EXPECT_THAT(script, AllOf(HasSubstr("finish"), HasSubstr("wait"), HasSubstr("ripcord")));
  }
  EXPECT_EQ(completion_script("tcsh", command_words()), std::nullopt);
}

TEST(CompletionScript, OfFishKnowsWhereAnOptionBelongs) {
  const std::string script = completion_script("fish", command_words()).value();
  EXPECT_THAT(script, HasSubstr("complete -c ripcord -n '__fish_use_subcommand' -a status -d "));
  EXPECT_THAT(script, HasSubstr("-n '__fish_seen_subcommand_from deploy; and "
                                "__fish_seen_subcommand_from finish' -l wait -d"));
  EXPECT_THAT(script, HasSubstr("-n '__fish_seen_subcommand_from history' -l limit -r -d"));
}

TEST(CompletionScript, OfZshQuotesWhatItSays) {
  const std::vector<CommandWords> commands{
      {.path = "", .description = "", .options = {}},
      {.path = "x", .description = "It's a: word", .options = {}}};
  EXPECT_THAT(completion_script("zsh", commands).value(),
              HasSubstr(R"('') known=('x:It'\''s a: word') ;;)"));
}

}  // namespace
}  // namespace ripcord::cli
