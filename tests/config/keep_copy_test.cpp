#include "tests/config/vocabulary.hpp"
#include "tests/support/real_part.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace ripcord::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

/// Nobody in particular for as long as it lives, so that permissions count even for root.
class AsNobody {
 public:
  AsNobody() : before_(::geteuid()) { EXPECT_EQ(::seteuid(before_ == 0 ? 65534 : before_), 0); }
  ~AsNobody() { EXPECT_EQ(::seteuid(before_), 0); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  uid_t before_;
};

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

mode_t mode_of(const fs::path& file) {
  struct stat status{};
  EXPECT_EQ(::stat(file.c_str(), &status), 0);
  return status.st_mode & 07777U;
}

/// Everything below `directory`, sorted, relative to it.
std::vector<std::string> listing(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    names.push_back(entry.path().lexically_relative(directory).string());
  }
  std::ranges::sort(names);
  return names;
}

class KeepCopy : public testing::Test {
 protected:
  void SetUp() override {
    fs::permissions(directory_.path(), fs::perms::group_exec | fs::perms::others_exec,
                    fs::perm_options::add);
    write(directory_.path() / "etc/main.toml", "[service.a]\n");
    write(directory_.path() / "etc/conf.d/x.toml", "[service.b]\n");
    auto loaded = load(directory_.path() / "etc/main.toml");
    ASSERT_TRUE(loaded.has_value());
    configuration_ = *std::move(loaded);
  }
  [[nodiscard]] fs::path kept() const { return directory_.path() / "kept"; }
  [[nodiscard]] fs::path copy() const { return kept() / configuration_.fingerprint; }
  [[nodiscard]] Result<fs::path> keep() const { return keep_copy(configuration_, kept()); }

  Configuration configuration_;  // NOLINT: a fixture's

 private:
  test::TempDir directory_;
};

TEST_F(KeepCopy, WritesExactlyTheFilesForTheOwnerAlone) {
  ASSERT_EQ(keep().value(), copy() / "ripcord.toml");
  const std::string name = configuration_.fingerprint;
  EXPECT_THAT(listing(kept()),
              ElementsAre(name, name + "/conf.d", name + "/conf.d/x.toml", name + "/ripcord.toml"));
  EXPECT_EQ(text_of(copy() / "ripcord.toml"), "[service.a]\n");
  EXPECT_EQ(text_of(copy() / "conf.d/x.toml"), "[service.b]\n");
  EXPECT_EQ(mode_of(copy() / "ripcord.toml"), 0600U);
  EXPECT_EQ(mode_of(copy() / "conf.d/x.toml"), 0600U);
  EXPECT_EQ(mode_of(copy()), 0700U);
}

TEST_F(KeepCopy, LoadsAsWhatItIsACopyOf) {
  const auto loaded = load(keep().value());
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->fingerprint, configuration_.fingerprint);
  EXPECT_EQ(loaded->services, configuration_.services);
}

TEST_F(KeepCopy, ChangesNothingTheSecondTime) {
  ASSERT_TRUE(keep().has_value());
  const auto written = fs::last_write_time(copy() / "ripcord.toml");
  const std::vector<std::string> before = listing(kept());
  EXPECT_EQ(keep().value(), copy() / "ripcord.toml");
  EXPECT_EQ(fs::last_write_time(copy() / "ripcord.toml"), written);
  EXPECT_EQ(listing(kept()), before);
}

TEST_F(KeepCopy, RefusesACopyThatWasChanged) {
  ASSERT_TRUE(keep().has_value());
  write(copy() / "conf.d/y.toml", "# added\n");
  const auto again = keep();
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().fault, Fault::malformed);
  EXPECT_EQ(again.error().message, "the kept configuration " + copy().string() +
                                       " cannot be used: it has been changed; remove it");
}

TEST_F(KeepCopy, RefusesACopyThatLostItsMainFile) {
  ASSERT_TRUE(keep().has_value());
  fs::remove(copy() / "ripcord.toml");
  const auto again = keep();
  ASSERT_FALSE(again.has_value());
  EXPECT_THAT(again.error().message, HasSubstr("No such file"));
}

TEST_F(KeepCopy, SaysThatItMayNotWriteAndLeavesNothingBehind) {
  fs::create_directory(kept());
  fs::permissions(kept(), fs::perms::owner_read | fs::perms::owner_exec);
  const auto refused = [this] {
    const AsNobody nobody;
    return keep();
  }();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, Fault::denied);
  EXPECT_THAT(refused.error().message, HasSubstr("cannot make a directory in "));
  EXPECT_THAT(listing(kept()), testing::IsEmpty());
}

TEST_F(KeepCopy, SaysThatThereIsNoPlaceForIt) {
  const auto refused = keep_copy(configuration_, kept() / "deeper" / "still");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, Fault::missing);
}

TEST_F(KeepCopy, SaysThatTheDiskIsFullAndLeavesNothingBehind) {
  fs::create_directory(kept());
  RIPCORD_NEEDS(::mount("ripcord-test", kept().c_str(), "tmpfs", 0, "size=4k") == 0,
                "only root may mount");
  const auto refused = keep();
  EXPECT_THAT(listing(kept()), testing::IsEmpty());
  ASSERT_EQ(::umount(kept().c_str()), 0);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, Fault::full);
  EXPECT_THAT(refused.error().message, HasSubstr("No space left on device"));
}

}  // namespace
}  // namespace ripcord::config
