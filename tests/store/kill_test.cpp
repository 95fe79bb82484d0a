#include "tests/store/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <random>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace ripcord::store {
namespace {

using namespace ripcord::test;  // NOLINT(google-build-using-namespace)

std::string id_of(std::uint32_t number) {
  return fmt::format("backend-{}", number);
}

/// Three rows in three tables, of several pages.
Commit numbered(std::uint32_t number) {
  const std::string id = id_of(number);
  return commit_of(begun(id), record_of(id, std::string(3'000, 'x')), record_of(id, "second"),
                   intent_of(id, {}));
}

/// Commits from `first` on for ever, and tells each success through the pipe.
[[noreturn]] void commit_and_tell(const std::filesystem::path& file, std::uint32_t first,
                                  int pipe) {
  const auto journal = opened(file);
  for (std::uint32_t number = first;; ++number) {
    if (!journal->commit(numbered(number))) ::_exit(1);
    if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(2);
  }
}

/// The number of the last commit that a child reported before it was killed at a random moment.
std::uint32_t last_told_by_a_killed_child(const std::filesystem::path& file, std::uint32_t first,
                                          std::uint32_t reports) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) commit_and_tell(file, first, ends[1]);
  ::close(ends[1]);
  std::uint32_t told = 0;
  for (std::uint32_t count = 0; ::read(ends[0], &told, sizeof told) == sizeof told; ++count) {
    if (count == reports) ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  return told;
}

TEST(KilledJournal, HoldsEveryReportedCommitAndNoHalfOne) {
  const TempDir directory;
  const std::filesystem::path file = directory.path() / "journal.db";
  const auto seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  std::uint32_t next = 0;
  for (int round = 0; round < 20; ++round) {
    const std::uint32_t told =
        last_told_by_a_killed_child(file, next, static_cast<std::uint32_t>(random() % 150));
    const auto journal = opened(file);
    const auto count = static_cast<std::uint32_t>(journal->all_deployments().value().size());
    // The commit that was under way may be there, but it was not told.
    ASSERT_TRUE(count == told + 1 || count == told + 2) << count << " of " << told + 1;
    for (std::uint32_t number = next; number < count; ++number) {
      ASSERT_EQ(text_of(journal->deployment(id_of(number)).value()), text_of(begun(id_of(number))));
      ASSERT_EQ(journal->history(id_of(number)).value().size(), 2U);
      ASSERT_EQ(journal->runs(id_of(number)).value().size(), 1U);
    }
    ASSERT_EQ(journal->history(id_of(count)).value().size(), 0U);
    ASSERT_EQ(journal->runs(id_of(count)).value().size(), 0U);
    next = count;
  }
}

}  // namespace
}  // namespace ripcord::store
