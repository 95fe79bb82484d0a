// What a daemon finds when it starts that cannot be, or that nobody can go on with.

#include "tests/integration/cord.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <SQLiteCpp/Database.h>
#include <filesystem>
#include <fstream>
#include <string>

namespace ripcord::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(AnOpenDeploymentBehindANewerOne, IsClosedAndAPersonIsCalled) {
  Cord cord;
  cord.start();
  const std::string id = cord.deploy();
  ASSERT_NE(id, "");
  cord.daemon.kill();
  {
    SQLite::Database journal((cord.daemon.state_dir() / "journal.db").native(),
                             SQLite::OPEN_READWRITE);
    journal.exec(
        "CREATE TEMP TABLE newer AS SELECT * FROM deployments;"
        "UPDATE newer SET sequence = sequence + 1, id = id || '-newer';"
        "INSERT INTO deployments SELECT * FROM newer");
  }
  cord.start();
  EXPECT_THAT(cord.daemon.ripcord({"show", id}).out,
              AllOf(HasSubstr("failed"), HasSubstr("a person must look")));
  EXPECT_EQ(cord.phase(), "baking") << "the newer one goes on";
}

TEST(RunsThatTheJournalDoesNotKnow, AreToldAtTheStart) {
  Cord cord;
  std::filesystem::create_directories(cord.daemon.state_dir() / "runs/shop-lost/rollback.1");
  cord.start();
  EXPECT_THAT(cord.daemon.log(),
              AllOf(HasSubstr("scripts have run for 1 deployment"), HasSubstr("(shop-lost)")));
}

TEST(AServiceThatWasTakenOut, KnowsItsGoodVersionsWhenItComesBack) {
  Cord cord;
  cord.start();
  ASSERT_NE(cord.deploy(), "");
  ASSERT_TRUE(eventually([&] { return cord.daemon.ripcord({"promote", "shop"}).code == 0; }));
  ASSERT_EQ(cord.end(), "succeeded");
  const std::string with = cord.daemon.read("ripcord.toml");
  std::ofstream(cord.daemon.path("ripcord.toml")) << with.substr(0, with.find("[service.shop]"));
  ASSERT_EQ(cord.daemon.ripcord({"reload"}).code, 0);
  ASSERT_TRUE(eventually([&] { return cord.daemon.ripcord({"status", "shop"}).code != 0; }));
  std::ofstream(cord.daemon.path("ripcord.toml")) << with;
  ASSERT_EQ(cord.daemon.ripcord({"reload"}).code, 0);
  ASSERT_TRUE(eventually([&] { return cord.daemon.ripcord({"status", "shop"}).code == 0; }));
  EXPECT_THAT(cord.daemon.ripcord({"deploy", "start", "shop", "--version", "v3"}).out,
              HasSubstr("a rollback would lead to v2"));
}

}  // namespace
}  // namespace ripcord::test
