#include "store/state_lock.hpp"

#include "tests/store/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace ripcord::store {
namespace {

using test::bytes_of;
using test::outcome;
using test::put_bytes;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class StateLockTest : public testing::Test {
 protected:
  [[nodiscard]] std::string take() const { return outcome(StateLock::take(state)); }

  test::TempDir directory;
  std::filesystem::path state = directory.path() / "state";
};

TEST_F(StateLockTest, MakesTheDirectoryForItselfAndItsGroup) {
  ASSERT_EQ(take(), "ok");
  struct stat found{};
  ASSERT_EQ(::stat(state.c_str(), &found), 0);
  EXPECT_TRUE(S_ISDIR(found.st_mode));
  EXPECT_EQ(found.st_mode & 07777U, 0750U);
}

TEST_F(StateLockTest, WritesThePidForPeople) {
  std::filesystem::create_directory(state);
  put_bytes(state / "lock", "a longer text that was there before\n");
  ASSERT_EQ(take(), "ok");
  EXPECT_EQ(bytes_of(state / "lock"), fmt::format("{}\n", ::getpid()));
}

TEST_F(StateLockTest, ASecondOneIsToldWhoHasIt) {
  const Result<StateLock> held = StateLock::take(state);
  ASSERT_TRUE(held);
  EXPECT_EQ(take(),
            fmt::format("busy: another ripcordd (pid {}) uses {}", ::getpid(), state.native()));
}

TEST_F(StateLockTest, ASecondOneIsRefusedEvenIfThePidIsNotKnown) {
  const Result<StateLock> held = StateLock::take(state);
  put_bytes(state / "lock", "");
  EXPECT_EQ(take(), fmt::format("busy: another ripcordd uses {}", state.native()));
}

TEST_F(StateLockTest, IsGivenBackAtTheEndOfItsScope) {
  {
    const Result<StateLock> held = StateLock::take(state);
  }
  EXPECT_EQ(take(), "ok");
}

TEST_F(StateLockTest, MovesWithItsOwner) {
  Result<StateLock> held = StateLock::take(state);
  std::optional<StateLock> owner(std::move(*held));
  EXPECT_THAT(take(), StartsWith("busy: "));
  *owner = StateLock::take(directory.path() / "elsewhere").value();
  EXPECT_EQ(take(), "ok");
}

TEST_F(StateLockTest, DiesWithItsProcess) {
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe2(ready.data(), O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<StateLock> held = StateLock::take(state);
    static_cast<void>(::write(ready[1], held ? "y" : "n", 1) + ::pause());
    ::_exit(0);
  }
  char answer = '?';
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_EQ(take(), fmt::format("busy: another ripcordd (pid {}) uses {}", child, state.native()));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(take(), "ok");
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(StateLockTest, IsNotInheritedByProgramsThatAreStarted) {
  const Result<StateLock> held = StateLock::take(state);
  ASSERT_TRUE(held);
  bool found = false;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry, gone) != state / "lock") continue;
    found = true;
    const int flags = ::fcntl(std::stoi(entry.path().filename().native()), F_GETFD);
    EXPECT_NE(flags & FD_CLOEXEC, 0);
  }
  EXPECT_TRUE(found);
}

TEST_F(StateLockTest, AFileInTheWayIsNamed) {
  put_bytes(state, "precious");
  EXPECT_EQ(take(),
            fmt::format("malformed: {} is not a directory: the state of ripcordd needs one; "
                        "move it aside or set state_dir",
                        state.native()));
  EXPECT_EQ(bytes_of(state), "precious");
}

TEST_F(StateLockTest, AMissingParentIsNamed) {
  state = directory.path() / "no" / "state";
  EXPECT_THAT(take(), AllOf(StartsWith("missing: cannot make the directory "),
                            HasSubstr(state.native()), HasSubstr("No such file or directory")));
}

TEST_F(StateLockTest, ALockFileThatIsALinkIsRefused) {
  std::filesystem::create_directory(state);
  put_bytes(directory.path() / "victim", "precious");
  std::filesystem::create_symlink(directory.path() / "victim", state / "lock");
  EXPECT_THAT(take(), StartsWith("malformed: "));
  EXPECT_EQ(bytes_of(directory.path() / "victim"), "precious");
}

}  // namespace
}  // namespace ripcord::store
