// A keeper that is started before its run is claimed.
#include "act/keeper.hpp"
#include "act/process.hpp"
#include "act/run_place.hpp"
#include "tests/act/run_test.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace ripcord::test {
namespace {

class StandbyTest : public RunTest {
 protected:
  /// A step that says so in a file.
  [[nodiscard]] act::StepCommand saying(const std::string& what) const {
    return sh("echo " + what + " >> " + path("said"));
  }
  [[nodiscard]] std::string said() const { return text_of(path("said")); }

  [[nodiscard]] static std::vector<pid_t> keepers() { return act::descendants_of(::getpid()); }

  /// Waits for its end, and leaves it to be reaped by its runner.
  [[nodiscard]] static bool ends_well(pid_t keeper) {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(keeper), &info, WEXITED | WNOWAIT) == 0 &&
           info.si_code == CLD_EXITED && info.si_status == act::keeper_exit::done;
  }
};

TEST_F(StandbyTest, DoesNothingBeforeItIsNeededAndThenItIsTheKeeper) {
  const act::RunOrder order = order_of(saying("once"));
  runner_.stand_by(order);
  ASSERT_EQ(keepers().size(), 1U);
  const pid_t standby = keepers().front();
  EXPECT_EQ(runner_.inspect(id_), act::RunState::absent);

  ASSERT_TRUE(runner_.claim(order));
  EXPECT_EQ(runner_.inspect(id_), act::RunState::claimed);
  ASSERT_TRUE(runner_.launch(order));
  EXPECT_EQ(runner_.inspect(id_), act::RunState::running);
  EXPECT_EQ(wait_for_end().outcome, RunOutcome::exited);
  EXPECT_EQ(said(), "once\n");
  const auto directory = act::RunDirectory::open(run_directory());
  const auto shim = act::parse_shim(directory->read(act::run_file::shim).value());
  EXPECT_EQ(shim->process.pid, standby);
}

TEST_F(StandbyTest, StaysForTheSameRun) {
  const act::RunOrder order = order_of(saying("once"));
  runner_.stand_by(order);
  const std::vector<pid_t> before = keepers();
  ASSERT_EQ(before.size(), 1U);
  runner_.stand_by(order);
  EXPECT_EQ(keepers(), before);
}

TEST_F(StandbyTest, LeavesNoTraceWhenAnotherTakesItsPlace) {
  runner_.stand_by(order_of(saying("never")));
  ASSERT_EQ(keepers().size(), 1U);
  const pid_t first = keepers().front();
  id_.deployment = "another";
  runner_.stand_by(order_of(saying("never")));
  EXPECT_TRUE(ends_well(first));
  runner_.stand_down("another service");
  EXPECT_EQ(runner_.inspect(id_), act::RunState::absent) << "and the first one is reaped";
  EXPECT_EQ(keepers().size(), 1U);
  EXPECT_EQ(said(), "");
  EXPECT_FALSE(std::filesystem::exists(run_directory()));
}

TEST_F(StandbyTest, EndsWhenItIsNotNeeded) {
  const act::RunOrder order = order_of(saying("never"));
  runner_.stand_by(order);
  ASSERT_EQ(keepers().size(), 1U);
  const pid_t standby = keepers().front();
  runner_.stand_down(order.facts.service);
  EXPECT_TRUE(ends_well(standby));
  EXPECT_FALSE(std::filesystem::exists(run_directory()));
}

TEST_F(StandbyTest, EndsWithItsDaemon) {
  pid_t standby = 0;
  {
    act::ShimRunner daemon = make_runner();
    daemon.stand_by(order_of(saying("never")));
    ASSERT_EQ(keepers().size(), 1U);
    standby = keepers().front();
  }
  EXPECT_TRUE(ends_well(standby));
  EXPECT_EQ(said(), "");
  EXPECT_FALSE(std::filesystem::exists(run_directory()));
}

TEST_F(StandbyTest, ForAnotherRunIsDismissed) {
  runner_.stand_by(order_of(saying("this")));
  const pid_t standby = keepers().front();
  id_.deployment = "another";
  start(saying("another"));
  EXPECT_TRUE(ends_well(standby));
  EXPECT_EQ(wait_for_end().code, 0);
  EXPECT_EQ(said(), "another\n");
}

TEST_F(StandbyTest, IsReplacedWhenItHasDied) {
  const act::RunOrder order = order_of(saying("once"));
  runner_.stand_by(order);
  const pid_t standby = keepers().front();
  ASSERT_EQ(::kill(standby, SIGKILL), 0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(standby), &info, WEXITED | WNOWAIT), 0);
  start(saying("once"));
  EXPECT_EQ(wait_for_end().outcome, RunOutcome::exited);
  EXPECT_EQ(said(), "once\n");
}

TEST_F(StandbyTest, IsDismissedWhenTheClaimIsRefused) {
  const act::RunOrder order = order_of(saying("once"));
  ASSERT_TRUE(runner_.claim(order));
  runner_.stand_by(order);
  const pid_t standby = keepers().front();
  EXPECT_EQ(runner_.claim(order).error().fault, Fault::exists);
  EXPECT_TRUE(ends_well(standby));
}

TEST_F(StandbyTest, IsOfNoUseWhenTheRunIsClaimedElsewhere) {
  const act::RunOrder order = order_of(saying("once"));
  runner_.stand_by(order);
  std::filesystem::remove_all(path("state"));
  std::ofstream(path("state")) << "not a directory";
  start(saying("once"));
  EXPECT_EQ(wait_for_end().outcome, RunOutcome::exited);
  EXPECT_EQ(said(), "once\n");
  EXPECT_TRUE(std::filesystem::exists(path("runtime") + "/runs/" + id_.deployment));
}

TEST_F(StandbyTest, TheSpareDirectoryIsAFenceAsGoodAsAnother) {
  const act::RunOrder order = order_of(saying("once"));
  const std::string spare = path("state") + "/runs/.spare";
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(act::make_spare_run(places())) << "whatever is left of an earlier one";
    EXPECT_TRUE(std::filesystem::exists(spare + "/result.reserve"));
  }
  ASSERT_TRUE(runner_.claim(order));
  EXPECT_FALSE(std::filesystem::exists(spare));
  ASSERT_TRUE(act::make_spare_run(places()));
  EXPECT_EQ(runner_.claim(order).error().fault, Fault::exists);
  EXPECT_EQ(act::make_run(places(), order, "boot").error().fault, Fault::exists);
  ASSERT_TRUE(runner_.launch(order));
  EXPECT_EQ(wait_for_end().outcome, RunOutcome::exited);
  EXPECT_EQ(said(), "once\n");
}

}  // namespace
}  // namespace ripcord::test
