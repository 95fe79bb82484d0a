#include "ripcord/account.hpp"

#include "tests/api/stories.hpp"
#include "tests/cli/paper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::cli {
namespace {

using namespace std::chrono_literals;
using test::evening;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr Surface live{.is_live = true, .has_colour = false, .width = 60, .height = 24};

class AccountTest : public testing::Test {
 protected:
  /// What is written to standard output when the rollback is seen at work and then at its end.
  std::string tell_a_rollback(Surface surface, bool json) {
    Screen screen(surface, out_.stream(), talk_.stream());
    Account account(screen, json);
    const api::DeploymentView at_work = test::rolling_back_view();
    engine::ServiceSnapshot service = test::backend_service();
    service.deployment = at_work.deployment;
    account.tell(service, at_work, evening + 63s);
    first_ = out_.text();
    account.tell(service, test::rolled_back_view(), evening + 73s);
    account.end(test::rolled_back_view(), ExitCode::failed);
    return out_.text().substr(first_.size());
  }

  test::Paper out_;
  test::Paper talk_;
  std::string first_;
};

TEST_F(AccountTest, HasPlainLinesOnlyWhereNothingCanBeOverwritten) {
  const std::string rest = tell_a_rollback(Surface{}, false);
  EXPECT_THAT(first_, EndsWith("rollback.1 | stopping v2\n19:01:03Z  phase  rolling_back\n"));
  EXPECT_THAT(rest, StartsWith("rollback.1 | starting v1\n"));
  EXPECT_THAT(rest, HasSubstr("\nrolled_back: v1 is back and verified"));
  EXPECT_THAT(first_ + rest, Not(HasSubstr("\x1b")));
}

TEST_F(AccountTest, RedrawsHowThingsStandOnATerminal) {
  const std::string rest = tell_a_rollback(live, false);
  EXPECT_THAT(first_, HasSubstr("\x1b[?7lbackend  unhealthy pending  1m 3s since the start\n"));
  EXPECT_THAT(first_, EndsWith("    | stopping v2\n\x1b[?7h"));
  // Nine lines have been drawn beneath the news, and the next news takes their place.
  EXPECT_THAT(rest, StartsWith("\x1b[9F\x1b[Jrollback.1 | starting v1\n"));
  EXPECT_THAT(rest, HasSubstr("rolled_back: v1 is back and verified"));
}

TEST_F(AccountTest, IsALineOfJsonAChangeForPrograms) {
  const std::string rest = tell_a_rollback(live, true);
  EXPECT_THAT(first_, StartsWith(R"({"change":"record","at":"2026-11-22T19:00:00.000Z")"));
  EXPECT_THAT(rest, HasSubstr("\n{\"change\":\"end\",\"exit_code\":1,\"deployment\":{\"id\":"));
  EXPECT_THAT(rest, EndsWith("}\n"));
  EXPECT_THAT(first_ + rest, Not(HasSubstr("\x1b")));
}

TEST_F(AccountTest, SaysOnceWhatAPersonCanTypeWhereNothingIsRedrawn) {
  Screen screen(Surface{}, out_.stream(), talk_.stream());
  Account account(screen, false);
  api::DeploymentView waiting = test::rolling_back_view();
  waiting.deployment.phase = Baking{.settled_at = evening, .until = evening, .awaiting = true};
  engine::ServiceSnapshot service = test::backend_service();
  service.deployment = waiting.deployment;
  account.tell(service, waiting, evening + 63s);
  account.tell(service, waiting, evening + 64s);
  EXPECT_THAT(talk_.text(), StartsWith("ripcord: type \"ripcord promote backend\" to go on"));
  EXPECT_EQ(talk_.text().find("promote"), talk_.text().rfind("promote"));
  EXPECT_THAT(out_.text(), Not(HasSubstr("promote")));
}

TEST_F(AccountTest, DrawsNoMoreThanCanBeTakenBack) {
  Screen screen({.is_live = true, .has_colour = false, .width = 60, .height = 4}, out_.stream(),
                talk_.stream());
  screen.draw(Lines(10, Line{{"x"}}));
  screen.erase();
  screen.erase();
  EXPECT_EQ(out_.text(), "\x1b[?7lx\nx\nx\n\x1b[?7h\x1b[3F\x1b[J");
}

TEST_F(AccountTest, SaysItsWordsToTheSide) {
  Screen screen(live, out_.stream(), talk_.stream());
  screen.draw({{{"x"}}});
  screen.say("the daemon\x1b[2J\nis away");
  EXPECT_EQ(talk_.text(), "ripcord: the daemon [2J\nis away\n");
  EXPECT_THAT(out_.text(), EndsWith("\x1b[1F\x1b[J"));
}

}  // namespace
}  // namespace ripcord::cli
