#include "act/run_directory.hpp"

#include "act/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace ripcord::act {
namespace {

using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

class RunDirectoryTest : public testing::Test {
 protected:
  test::TempDir dir_;
  RunDirectory directory_ = RunDirectory::open(dir_.path()).value();
};

/// What `work` exits with in a process of its own.
template <class Work>
int in_child(Work work) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(work());
  int status = 0;
  (void)::waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

TEST_F(RunDirectoryTest, ARecordIsPutInPlaceWhole) {
  ASSERT_TRUE(directory_.write("note", {{"a", "1"}}, Durability::lasting));
  EXPECT_EQ(directory_.read("note").value(), (Fields{{"a", "1"}}));
  EXPECT_FALSE(std::filesystem::exists(dir_.path() / "note.tmp"));
}

TEST_F(RunDirectoryTest, AReserveIsUsedUp) {
  ASSERT_TRUE(directory_.prepare());
  EXPECT_EQ(std::filesystem::file_size(dir_.path() / "result.reserve"), 4096U);
  ASSERT_TRUE(directory_.write(run_file::result, {{"a", "1"}}, Durability::lasting));
  EXPECT_FALSE(std::filesystem::exists(dir_.path() / "result.reserve"));
  EXPECT_EQ(std::filesystem::file_size(dir_.path() / "result"), 4U);
}

TEST_F(RunDirectoryTest, ClearingLeavesNothing) {
  ASSERT_TRUE(directory_.prepare());
  directory_.clear();
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
}

TEST_F(RunDirectoryTest, TellsMissingFromDamaged) {
  EXPECT_EQ(directory_.read("note").error().fault, Fault::missing);
  std::ofstream(dir_.path() / "note") << "garbage";
  EXPECT_EQ(directory_.read("note").error().fault, Fault::malformed);
  EXPECT_THAT(directory_.read("note").error().message, HasSubstr("note: line 1: is cut"));
}

TEST_F(RunDirectoryTest, ALinkIsNotFollowed) {
  std::filesystem::create_symlink("/etc/hostname", dir_.path() / "note");
  EXPECT_FALSE(directory_.read("note"));
  EXPECT_TRUE(directory_.may_have("note"));
}

TEST_F(RunDirectoryTest, TheLockHasOneHolderWhomOthersCanName) {
  const auto lock = directory_.take_lock();
  ASSERT_TRUE(lock);
  const pid_t self = ::getpid();
  EXPECT_EQ(in_child([&] {
              const auto other = RunDirectory::open(dir_.path()).value();
              const bool named = other.lock_holder().value() == self;
              return named && other.take_lock().error().fault == Fault::busy ? 0 : 1;
            }),
            0);
}

TEST_F(RunDirectoryTest, AskingForTheHolderTakesNothing) {
  EXPECT_THAT(directory_.lock_holder().value(), Eq(std::nullopt));
  EXPECT_EQ(in_child([&] { return directory_.take_lock() ? 0 : 1; }), 0);
  EXPECT_TRUE(directory_.take_lock());
}

TEST_F(RunDirectoryTest, TheTailOfTheOutputIsItsEnd) {
  EXPECT_EQ(directory_.output_tail(10), "");
  std::ofstream(dir_.path() / "output") << "0123456789abc";
  EXPECT_EQ(directory_.output_tail(3), "abc");
  EXPECT_EQ(directory_.output_tail(100), "0123456789abc");
}

}  // namespace
}  // namespace ripcord::act
