#include "tests/config/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace ripcord::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> missing(const std::string& text) {
  return in_words(missing_programs(good(text)));
}

std::string step(const fs::path& program) {
  return "[[service.a.rollback.step]]\nrun = ['" + program.string() + "']\n";
}

TEST(MissingPrograms, AreNoneWhenAllAreThere) {
  EXPECT_THAT(missing(step("/bin/sh") + "[service.a.verify]\nrun = ['/bin/sh']\n[service.b]\n"),
              IsEmpty());
}

TEST(MissingPrograms, AreToldWithTheirPlace) {
  const test::TempDir directory;
  const fs::path plain = directory.path() / "plain";
  write(plain, "#!/bin/sh\n");
  EXPECT_THAT(
      missing(step("/nowhere") + step("/tmp") + step(plain) + step(plain / "below") +
              "[service.a.verify]\nrun = ['/nowhere']\n"),
      ElementsAre("ripcord.toml:2:7: service.a.rollback.step[1].run: \"/nowhere\" does not "
                  "exist",
                  "ripcord.toml:4:7: service.a.rollback.step[2].run: \"/tmp\" is not a file",
                  "ripcord.toml:6:7: service.a.rollback.step[3].run: \"" + plain.string() +
                      "\" is not executable",
                  "ripcord.toml:8:7: service.a.rollback.step[4].run: \"" + plain.string() +
                      "/below\" Not a directory",
                  "ripcord.toml:10:7: service.a.verify.run: \"/nowhere\" does not exist"));
}

TEST(MissingPrograms, AreToldWithUsersAndDirectoriesThatAreNotThere) {
  EXPECT_THAT(missing(step("/bin/sh") + "user = 'nobody-at-all'\nworkdir = '/nowhere'\n"),
              ElementsAre("ripcord.toml:3:8: service.a.rollback.step[1].user: there is no user "
                          "\"nobody-at-all\"",
                          "ripcord.toml:4:11: service.a.rollback.step[1].workdir: \"/nowhere\" is "
                          "no directory"));
  EXPECT_THAT(missing(step("/bin/sh") + "user = 'root'\nworkdir = '/'\n"), IsEmpty());
}

TEST(MissingPrograms, AreThoseOfDrivenDeploymentsAndOfGatesToo) {
  EXPECT_THAT(
      missing("[[service.a.deploy.step]]\nrun = ['/no/deploy']\n"
              "[[service.a.stage]]\ntraffic = 1\n[service.a.shift]\nrun = ['/no/shift']\n"
              "[service.a.gate.x]\ntype = 'exec'\nrun = ['/no/check']\n"
              "[service.a.gate.y]\ntype = 'backup'\nfiles = '/b'\nverify = ['/no/verify']\n" +
              step("/bin/sh") + "[service.a.gate.z]\ntype = 'ready'\ndatabase = ['/no/db']\n"),
      ElementsAre("ripcord.toml:2:7: service.a.deploy.step[1].run: \"/no/deploy\" does not exist",
                  "ripcord.toml:6:7: service.a.shift.run: \"/no/shift\" does not exist",
                  "ripcord.toml:9:7: service.a.gate.x.run: \"/no/check\" does not exist",
                  "ripcord.toml:13:10: service.a.gate.y.verify: \"/no/verify\" does not exist",
                  "ripcord.toml:18:12: service.a.gate.z.database: \"/no/db\" does not exist"));
}

}  // namespace
}  // namespace ripcord::config
