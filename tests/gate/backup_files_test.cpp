#include "gate/backup_files.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace ripcord::gate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr Instant noon = Instant{} + std::chrono::days(20'000);

class NewestFile : public testing::Test {
 protected:
  void file(const std::string& name, Duration after_noon, const std::string& text = "dump") {
    const fs::path path = dir_.path() / name;
    std::ofstream(path) << text;
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>((noon + after_noon).time_since_epoch());
    const timespec at{.tv_sec = seconds.count(), .tv_nsec = 250'000'000};
    const timespec times[] = {at, at};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  /// The name of the newest one that matches; "none", or why that is not known.
  [[nodiscard]] std::string newest(const std::string& pattern) const {
    const auto found = newest_file((dir_.path() / pattern).string());
    if (!found) return found.error().message;
    return *found ? fs::path((*found)->name).filename().string() : "none";
  }

  test::TempDir dir_;
};

TEST_F(NewestFile, IsTheOneThatWasChangedLast) {
  file("a.dump", 0s);
  file("b.dump", 2h, "longer");
  file("c.dump", 1h);
  file("d.sql", 3h);
  EXPECT_EQ(newest("*.dump"), "b.dump");
  const auto found = newest_file((dir_.path() / "*.dump").string()).value().value();
  EXPECT_EQ(found.name, (dir_.path() / "b.dump").string());
  EXPECT_EQ(found.made_at, noon + 2h + 250ms);
  EXPECT_EQ(found.bytes, 6U);
}

TEST_F(NewestFile, IsNoneWhenNothingMatches) {
  EXPECT_EQ(newest("*.dump"), "none");
  EXPECT_EQ(newest("not/there/*.dump"), "none");
}

TEST_F(NewestFile, IsNeitherAFolderNorALinkToNowhere) {
  fs::create_directory(dir_.path() / "z.dump");
  fs::create_symlink("/nowhere", dir_.path() / "y.dump");
  EXPECT_EQ(newest("*.dump"), "none");
  file("a.dump", 0s);
  fs::create_symlink("a.dump", dir_.path() / "x.dump");
  EXPECT_NE(newest("x.dump"), "none") << "a link to a backup is one";
}

TEST_F(NewestFile, LooksIntoEveryFolderThatMatches) {
  fs::create_directories(dir_.path() / "mon");
  fs::create_directories(dir_.path() / "tue");
  file("mon/shop.dump", 1h);
  file("tue/shop.dump", 0s);
  EXPECT_THAT(newest_file((dir_.path() / "*/shop.dump").string()).value().value().name,
              HasSubstr("/mon/"));
}

TEST_F(NewestFile, IsNotKnownWhereAFolderCannotBeRead) {
  const fs::path loop = dir_.path() / "loop";
  fs::create_symlink(loop, loop);
  EXPECT_THAT(newest("loop/*.dump"), HasSubstr("cannot read"));
}

}  // namespace
}  // namespace ripcord::gate
