#include "evidence/archive.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace ripcord::evidence {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

class ArchiveTest : public testing::Test {
 protected:
  /// Evidence of `bytes` bytes, captured at the second `at`.
  void capture(const std::string& deployment, std::size_t bytes, time_t at) {
    ASSERT_TRUE(archive_.claim(deployment));
    ASSERT_TRUE(archive_.put(deployment, "logs/a.txt", std::string(bytes, 'x')));
    const timespec time{.tv_sec = at, .tv_nsec = 0};
    const timespec times[2] = {time, time};
    const std::string mark = archive_.directory(deployment) + "/begun.txt";
    ASSERT_EQ(::utimensat(AT_FDCWD, mark.c_str(), times, 0), 0);
  }

  std::vector<std::string> names(const std::string& deployment) {
    std::vector<std::string> names;
    const auto files = archive_.list(deployment);
    if (files) {
      for (const Listed& file : *files) names.push_back(file.file);
    }
    return names;
  }

  test::TempDir dir_;
  std::string folder_ = dir_.path() / "evidence";
  Archive archive_{folder_};
};

TEST_F(ArchiveTest, IsClaimedOnceForItsOwnerAndGroupAlone) {
  ASSERT_TRUE(archive_.claim("shop-1"));
  EXPECT_EQ(archive_.claim("shop-1").error().fault, Fault::exists);
  EXPECT_TRUE(archive_.has("shop-1"));
  struct stat status{};
  ASSERT_EQ(::stat(archive_.directory("shop-1").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0007U, 0U);
  EXPECT_FALSE(archive_.has("shop-2"));
}

TEST_F(ArchiveTest, RefusesWhatCannotNameADirectory) {
  for (const char* name : {"", ".", "..", "a/b", "../x", ".hidden", "a b", "a\nb"}) {
    EXPECT_FALSE(archive_.claim(name)) << name;
    EXPECT_FALSE(archive_.has(name)) << name;
    EXPECT_FALSE(archive_.list(name)) << name;
  }
  EXPECT_FALSE(fs::exists(dir_.path() / "x"));
}

TEST_F(ArchiveTest, ListsAndReadsWhatWasPut) {
  ASSERT_TRUE(archive_.claim("d"));
  ASSERT_TRUE(archive_.put("d", "host.json", "{}\n"));
  ASSERT_TRUE(archive_.put("d", "logs/shop.txt", "line\n"));
  ASSERT_TRUE(archive_.put("d", "host.json", "{\"a\": 1}\n"));
  EXPECT_THAT(names("d"), ElementsAre("begun.txt", "host.json", "logs/shop.txt"));
  EXPECT_EQ(archive_.read("d", "host.json").value(), "{\"a\": 1}\n");
  EXPECT_EQ(archive_.read("d", "logs/shop.txt").value(), "line\n");
}

TEST_F(ArchiveTest, ShowsNothingButItsOwnRegularFiles) {
  ASSERT_TRUE(archive_.claim("d"));
  const fs::path top = archive_.directory("d");
  std::ofstream(dir_.path() / "secret") << "s3cr3t";
  fs::create_symlink(dir_.path() / "secret", top / "link.txt");
  fs::create_directory_symlink(dir_.path(), top / "logs");
  ASSERT_EQ(::mkfifo((top / "pipe.txt").c_str(), 0600), 0);
  fs::create_directories(top / "a" / "b");
  std::ofstream(top / "a" / "b" / "deep.txt") << "deep";
  std::ofstream(top / ".hidden") << "hidden";
  EXPECT_THAT(names("d"), ElementsAre("begun.txt"));
  for (const char* file :
       {"link.txt", "logs/secret", "pipe.txt", "a/b/deep.txt", ".hidden", "../../secret",
        "/etc/passwd", "logs/../../../secret", "", ".", "a", "begun.txt/"}) {
    const auto read = archive_.read("d", file);
    ASSERT_FALSE(read) << file;
    EXPECT_EQ(read.error().fault, Fault::missing) << file;
  }
  EXPECT_EQ(archive_.read("..", "secret").error().fault, Fault::missing);
}

TEST_F(ArchiveTest, SaysWhyAFileCannotBePutAndLeavesNothingOfIt) {
  ASSERT_TRUE(archive_.claim("d"));
  fs::create_directory(archive_.directory("d") + "/host.json");
  const auto put = archive_.put("d", "host.json", "{}");
  ASSERT_FALSE(put);
  EXPECT_THAT(put.error().message, HasSubstr("host.json"));
  EXPECT_FALSE(fs::exists(archive_.directory("d") + "/host.json.new"));
}

TEST_F(ArchiveTest, KeepsTheNewestByCount) {
  capture("c", 10, 3);
  capture("a", 10, 1);
  capture("b", 10, 2);
  EXPECT_THAT(archive_.deployments(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(archive_.prune({.keep = 2}, {}), ElementsAre("a"));
  EXPECT_THAT(archive_.deployments(), ElementsAre("b", "c"));
  EXPECT_THAT(archive_.prune({.keep = 2}, {}), IsEmpty());
}

TEST_F(ArchiveTest, KeepsTheNewestBySize) {
  capture("a", 100'000, 1);
  capture("b", 100'000, 2);
  capture("c", 100'000, 3);
  EXPECT_THAT(archive_.prune({.keep_bytes = 250'000}, {}), ElementsAre("a"));
  EXPECT_THAT(archive_.prune({.keep_bytes = 1000}, {}), ElementsAre("b", "c"));
}

TEST_F(ArchiveTest, NeverRemovesThatOfAnOpenDeployment) {
  capture("a", 10, 1);
  capture("b", 10, 2);
  capture("c", 10, 3);
  EXPECT_THAT(archive_.prune({.keep = 1}, {"a"}), ElementsAre("b", "c"));
  EXPECT_THAT(archive_.prune({.keep = 1, .keep_bytes = 1}, {"a"}), IsEmpty());
  EXPECT_TRUE(archive_.has("a"));
}

TEST_F(ArchiveTest, FollowsNoLinkWhenItRemoves) {
  fs::create_directories(dir_.path() / "other");
  std::ofstream(dir_.path() / "other" / "file") << std::string(100'000, 'x');
  capture("a", 10, 1);
  capture("b", 10, 2);
  fs::create_directory_symlink(dir_.path() / "other", folder_ + "/linked");
  fs::create_directory_symlink(dir_.path() / "other", archive_.directory("a") + "/runs");
  EXPECT_THAT(archive_.deployments(), ElementsAre("a", "b")) << "a link is no evidence";
  EXPECT_THAT(archive_.prune({.keep_bytes = 60'000}, {}), IsEmpty())
      << "what a link leads to does not count";
  EXPECT_THAT(archive_.prune({.keep = 1}, {}), ElementsAre("a"));
  EXPECT_TRUE(fs::exists(dir_.path() / "other" / "file"));
  EXPECT_TRUE(fs::is_symlink(folder_ + "/linked"));
}

TEST_F(ArchiveTest, KeepsTheFactsOfAGoodVersionBesideTheEvidence) {
  EXPECT_FALSE(archive_.good("shop"));
  ASSERT_TRUE(archive_.keep_good("shop", {{"version", "v1"}}));
  EXPECT_THAT(archive_.good("shop").value(), HasSubstr("v1"));
  EXPECT_THAT(archive_.deployments(), IsEmpty());
  EXPECT_FALSE(archive_.has(".good"));
}

}  // namespace
}  // namespace ripcord::evidence
