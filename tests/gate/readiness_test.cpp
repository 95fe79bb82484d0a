#include "gate/readiness.hpp"

#include "tests/support/real_part.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace ripcord::gate {
namespace {

namespace fs = std::filesystem;

class Programs : public testing::Test {
 protected:
  std::string program(const std::string& name, mode_t mode) {
    const fs::path path = dir_.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "#!/bin/sh\n";
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path.string();
  }
  /// "" when it could be started.
  static std::string why_not(const std::string& path) {
    const auto facts = look_at_programs({path});
    EXPECT_EQ(facts.at(0).path, path);
    EXPECT_EQ(facts.at(0).executable, facts.at(0).why_not.empty());
    return facts.at(0).why_not;
  }

  test::TempDir dir_;
};

TEST_F(Programs, ThatAreInPlace) {
  EXPECT_EQ(why_not("/bin/sh"), "");
  EXPECT_EQ(why_not(program("a", 0755)), "");
  EXPECT_EQ(why_not(program("b", 0700)), "");
  fs::create_symlink(dir_.path() / "a", dir_.path() / "link");
  EXPECT_EQ(why_not((dir_.path() / "link").string()), "");
}

TEST_F(Programs, ThatCannotBeStarted) {
  EXPECT_EQ(why_not("/nowhere/a"), "no such file");
  EXPECT_EQ(why_not("/tmp"), "it is no file");
  EXPECT_EQ(why_not(program("a", 0644)), "it is not executable");
  EXPECT_EQ(why_not(program("a", 0644) + "/b"), "Not a directory");
}

TEST_F(Programs, ThatOthersCouldChange) {
  EXPECT_EQ(why_not(program("a", 0757)), "everyone may change it");
  const std::string in_folder = program("open/b", 0755);
  ASSERT_EQ(::chmod((dir_.path() / "open").c_str(), 0777), 0);
  EXPECT_EQ(why_not(in_folder), "everyone may replace it in its directory");
  ASSERT_EQ(::chmod((dir_.path() / "open").c_str(), 01777), 0);
  EXPECT_EQ(why_not(in_folder), "") << "as in /tmp";
}

TEST_F(Programs, ThatBelongToSomebodyElse) {
  RIPCORD_NEEDS(::geteuid() == 0, "only root gives files away");
  const std::string path = program("theirs/a", 0755);
  ASSERT_EQ(::chown(path.c_str(), 12'345, 0), 0);
  EXPECT_EQ(why_not(path), "it belongs to uid 12345, who could change it");
  ASSERT_EQ(::chown(path.c_str(), 0, 0), 0);
  ASSERT_EQ(::chown((dir_.path() / "theirs").c_str(), 12'345, 0), 0);
  EXPECT_EQ(why_not(path), "its directory belongs to uid 12345, who could replace it");
}

TEST_F(Programs, ThatTheMembersOfAGroupCouldChange) {
  RIPCORD_NEEDS(::geteuid() == 0, "only root gives files to any group");
  const std::string path = program("ours/a", 0775);
  const std::string folder = (dir_.path() / "ours").string();
  ASSERT_EQ(::chmod(folder.c_str(), 0775), 0);
  EXPECT_EQ(why_not(path), "") << "the group is root's";
  ASSERT_EQ(::chown(path.c_str(), 0, 12'345), 0);
  EXPECT_EQ(why_not(path), "the members of gid 12345 may change it");
  ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
  EXPECT_EQ(why_not(path), "");
  ASSERT_EQ(::chown(folder.c_str(), 0, 12'345), 0);
  EXPECT_EQ(why_not(path), "the members of gid 12345 may replace it in its directory");
  ASSERT_EQ(::chmod(folder.c_str(), 01775), 0);
  EXPECT_EQ(why_not(path), "") << "only the owner of a file may replace it there";
}

TEST(DiskBytesFree, AreKnownOfWhatIsThere) {
  EXPECT_GT(disk_bytes_free("/tmp").value(), 0U);
  const auto unknown = disk_bytes_free("/nowhere");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "cannot look at the disk of /nowhere: no such file");
}

TEST(ImageOf, NamesTheImageOfAVersion) {
  EXPECT_EQ(image_of("shop/backend:{version}", "v1"), "shop/backend:v1");
  EXPECT_EQ(image_of("{version}:{version}", "{version}"), "{version}:{version}");
  EXPECT_EQ(image_of("shop", "v1"), "shop");
  EXPECT_EQ(image_of("shop:{version}", "shop:v1@sha256:0123"), "sha256:0123")
      << "a version that was noticed says which image it is";
}

}  // namespace
}  // namespace ripcord::gate
