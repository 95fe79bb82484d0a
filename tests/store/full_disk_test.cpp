#include "store/sqlite_journal.hpp"
#include "store/state_lock.hpp"
#include "tests/store/vocabulary.hpp"
#include "tests/support/real_part.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <sys/mount.h>

namespace ripcord::store {
namespace {

using namespace ripcord::test;  // NOLINT(google-build-using-namespace)
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// A file system of 256 KiB.
class SmallDiskTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(disk);
    RIPCORD_NEEDS(::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=256k") == 0,
                  "only root may mount a file system");
  }

  ~SmallDiskTest() override { ::umount2(disk.c_str(), MNT_DETACH); }

  void make_read_only() const {
    ASSERT_EQ(::mount("tmpfs", disk.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
  }

  /// Takes all the space that is left.
  void fill() const { put_bytes(disk / "ballast", std::string(512 * 1024, 'b')); }
  void free() const { std::filesystem::remove(disk / "ballast"); }

  TempDir directory;
  std::filesystem::path disk = directory.path() / "disk";
  std::filesystem::path file = disk / "journal.db";
};

/// A commit of about two pages.
Commit bulky(int number) {
  const std::string id = fmt::format("backend-{}", number);
  return commit_of(begun(id), record_of(id, std::string(6'000, 'x')));
}

/// Commits until it fails; the number of successes, then the failure.
std::pair<int, std::string> commit_until_full(Journal& journal) {
  for (int number = 0; number < 1'000; ++number) {
    const std::string done = outcome(journal.commit(bulky(number)));
    if (done != "ok") return {number, done};
  }
  return {1'000, "never full"};
}

TEST_F(SmallDiskTest, AFullDiskFailsTheCommitUntilThereIsSpaceAgain) {
  put_bytes(disk / "ballast", std::string(64 * 1024, 'b'));
  auto journal = opened(file);
  const auto [written, failed] = commit_until_full(*journal);
  EXPECT_GT(written, 0);
  EXPECT_THAT(failed, AllOf(StartsWith("full: cannot write " + file.native()),
                            HasSubstr("free some space")));
  EXPECT_THAT(outcome(journal->commit(bulky(written))), StartsWith("full: "));
  EXPECT_EQ(journal->all_deployments().value().size(), static_cast<std::size_t>(written));

  free();
  EXPECT_EQ(outcome(journal->commit(bulky(written))), "ok");
  journal.reset();
  EXPECT_EQ(opened(file)->all_deployments().value().size(), static_cast<std::size_t>(written) + 1);
}

TEST_F(SmallDiskTest, AJournalCannotBeMadeOnAFullDisk) {
  fill();
  EXPECT_THAT(outcome(open_journal(file)), StartsWith("full: "));
  free();
  EXPECT_EQ(outcome(open_journal(file)), "ok");
}

TEST_F(SmallDiskTest, AJournalOnADiskThatIsFullAtTheStartCanAtLeastBeRead) {
  ASSERT_EQ(outcome(opened(file)->commit(bulky(1))), "ok");
  // SQLite needs its shared memory and an empty log even to read: leave room for these.
  put_bytes(disk / "ballast", std::string(80 * 1024, 'b'));
  auto journal = opened(file);
  fill();
  EXPECT_EQ(journal->all_deployments().value().size(), 1U);
  EXPECT_THAT(outcome(journal->commit(bulky(2))), StartsWith("full: "));
}

TEST_F(SmallDiskTest, AJournalThatCannotBeOpenedForLackOfSpaceIsNotHarmed) {
  ASSERT_EQ(outcome(opened(file)->commit(bulky(1))), "ok");
  fill();
  EXPECT_THAT(outcome(open_journal(file)), StartsWith("full: "));
  free();
  EXPECT_EQ(opened(file)->all_deployments().value().size(), 1U);
}

TEST_F(SmallDiskTest, AReadOnlyFileSystemIsNamed) {
  ASSERT_EQ(outcome(opened(file)->commit(bulky(1))), "ok");
  ASSERT_EQ(outcome(StateLock::take(disk)), "ok");
  make_read_only();
  EXPECT_THAT(outcome(open_journal(file)),
              AllOf(StartsWith("denied: cannot write " + file.native()),
                    HasSubstr("Read-only file system")));
  EXPECT_THAT(outcome(open_journal(disk / "other.db")), StartsWith("denied: cannot create "));
  EXPECT_THAT(outcome(StateLock::take(disk)), StartsWith("denied: cannot write "));
  EXPECT_THAT(outcome(StateLock::take(disk / "deeper")),
              StartsWith("denied: cannot make the directory "));
}

TEST_F(SmallDiskTest, TheStateLockNeedsNoSpaceForItsPid) {
  put_bytes(disk / "lock", "");
  fill();
  EXPECT_EQ(outcome(StateLock::take(disk)), "ok");
}

}  // namespace
}  // namespace ripcord::store
