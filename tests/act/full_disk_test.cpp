#include "tests/act/run_test.hpp"
#include "tests/support/real_part.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/mount.h>
#include <unistd.h>

namespace ripcord::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A small tmpfs of the test's own, unmounted at the end.
class SmallDisk {
 public:
  SmallDisk(std::string path, const std::string& options) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) (void)::umount2(path_.c_str(), MNT_DETACH);
  }

  [[nodiscard]] bool is_mounted() const { return mounted_; }

  void fill() const {
    const act::Descriptor file(
        ::open((path_ + "/filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const std::array<char, 512> bytes{};
    while (::write(file.get(), bytes.data(), bytes.size()) > 0) {
    }
  }
  void make_read_only() const {
    RIPCORD_CONTRACT(::mount("", path_.c_str(), "", MS_REMOUNT | MS_RDONLY, "size=128k") == 0);
  }

 private:
  std::string path_;
  bool mounted_ = false;
};

class FullDiskTest : public RunTest {
 protected:
  void SetUp() override { RIPCORD_NEEDS(disk_.is_mounted(), "only root may mount"); }
  [[nodiscard]] bool is_claimed_in(const std::string& top) const {
    return std::filesystem::exists(path(top) + "/runs/backend-1/rollback.1/facts");
  }

  SmallDisk disk_{path("state"), "size=128k,nr_inodes=24"};
};

TEST_F(FullDiskTest, ARunThatIsClaimedGoesThroughAndIsRecorded) {
  const act::RunOrder order = order_of(sh("echo hello; exit 4"));
  ASSERT_TRUE(runner_.claim(order));
  disk_.fill();
  ASSERT_TRUE(runner_.launch(order));
  const RunResult result = wait_for_end();
  EXPECT_EQ(result.outcome, RunOutcome::exited);
  EXPECT_EQ(result.code, 4);
  EXPECT_EQ(result.message, "6 of 6 bytes of its output were not kept: No space left on device");
  EXPECT_EQ(runner_.inspect(id_), act::RunState::ended);
}

TEST_F(FullDiskTest, ADiskThatFillsUpInTheMiddleCostsOutputOnly) {
  const RunResult result = run(sh("yes | head -c 400000"));
  EXPECT_EQ(result.outcome, RunOutcome::exited);
  EXPECT_THAT(result.message, HasSubstr("of 400000 bytes of its output were not kept"));
  EXPECT_THAT(output(), StartsWith("y\ny\n"));
}

TEST_F(FullDiskTest, AFullDiskMovesTheRunToTheRuntimeDirectory) {
  disk_.fill();
  EXPECT_TRUE(run(sh("echo $RIPCORD_RUN_DIR")).succeeded());
  EXPECT_EQ(output(), path("runtime") + "/runs/backend-1/rollback.1\n");
  EXPECT_FALSE(std::filesystem::exists(path("state") + "/runs/backend-1"));
}

TEST_F(FullDiskTest, OneThatIsFullButForAFewBlocksDoesToo) {
  std::filesystem::create_directories(path("state") + "/runs/backend-1");
  disk_.fill();
  // Room for one reserve, not for three.
  std::filesystem::resize_file(path("state") + "/filler",
                               std::filesystem::file_size(path("state") + "/filler") - 4096);
  EXPECT_TRUE(run(sh("true")).succeeded());
  EXPECT_TRUE(is_claimed_in("runtime"));
  EXPECT_FALSE(std::filesystem::exists(path("state") + "/runs/backend-1/rollback.1"));
}

TEST_F(FullDiskTest, AReadOnlyDiskDoesToo) {
  disk_.make_read_only();
  EXPECT_TRUE(run(sh("true")).succeeded());
  EXPECT_TRUE(is_claimed_in("runtime"));
}

TEST_F(FullDiskTest, ADiskWithoutInodesDoesToo) {
  for (int i = 0; i < 30; ++i) std::ofstream(path("state") + "/" + std::to_string(i)).close();
  EXPECT_TRUE(run(sh("true")).succeeded());
  EXPECT_TRUE(is_claimed_in("runtime"));
}

TEST_F(FullDiskTest, TheFenceHoldsAcrossBothPlaces) {
  const act::RunOrder order = order_of(sh("true"));
  ASSERT_TRUE(runner_.claim(order));
  disk_.fill();
  EXPECT_EQ(runner_.claim(order).error().fault, Fault::exists);
  id_.deployment = "backend-2";
  const act::RunOrder second = order_of(sh("true"));
  ASSERT_TRUE(runner_.claim(second));  // in the runtime directory
  std::filesystem::remove(path("state") + "/filler");
  EXPECT_EQ(runner_.claim(second).error().fault, Fault::exists);
}

TEST_F(FullDiskTest, WhenNeitherPlaceTakesItBothReasonsAreGiven) {
  disk_.fill();
  std::ofstream(path("runtime")).close();
  const auto claimed = runner_.claim(order_of(sh("true")));
  ASSERT_FALSE(claimed);
  EXPECT_THAT(claimed.error().message, HasSubstr("No space left on device"));
  EXPECT_THAT(claimed.error().message, HasSubstr("Not a directory"));
}

}  // namespace
}  // namespace ripcord::test
