#include "ripcord/exit_code.hpp"

#include <gtest/gtest.h>

namespace ripcord::cli {
namespace {

TEST(ExitCode, TellsHowADeploymentEnded) {
  EXPECT_EQ(exit_code_of(Succeeded{}, Wanted::deployment), ExitCode::succeeded);
  EXPECT_EQ(exit_code_of(RolledBack{}, Wanted::deployment), ExitCode::failed);
  EXPECT_EQ(exit_code_of(Failed{}, Wanted::deployment), ExitCode::failed);
  EXPECT_EQ(exit_code_of(RollbackFailed{}, Wanted::deployment), ExitCode::rollback_failed);
  EXPECT_EQ(exit_code_of(Aborted{}, Wanted::deployment), ExitCode::aborted);
}

TEST(ExitCode, IsZeroForARollbackThatWasWanted) {
  EXPECT_EQ(exit_code_of(RolledBack{}, Wanted::rollback), ExitCode::succeeded);
  EXPECT_EQ(exit_code_of(Failed{}, Wanted::rollback), ExitCode::failed);
  EXPECT_EQ(exit_code_of(RollbackFailed{}, Wanted::rollback), ExitCode::rollback_failed);
}

}  // namespace
}  // namespace ripcord::cli
