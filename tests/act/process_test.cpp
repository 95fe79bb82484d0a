#include "act/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace ripcord::act {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

std::string stat_named(const std::string& name) {
  return "77 (" + name + ") S 5 77 77 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 123456 8 9\n";
}

/// A child that waits until the test ends it.
class WaitingChild {
 public:
  WaitingChild() : pid_(::fork()) {
    if (pid_ == 0) {
      for (;;) (void)::pause();
    }
  }
  WaitingChild(const WaitingChild&) = delete;
  WaitingChild& operator=(const WaitingChild&) = delete;
  ~WaitingChild() { reap(); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Dead, but not reaped.
  void make_zombie() const {
    (void)::kill(pid_, SIGKILL);
    siginfo_t info{};
    (void)::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }
  void reap() const {
    (void)::kill(pid_, SIGKILL);
    (void)::waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

TEST(ParseStat, TakesTheFieldsAfterTheLastParenthesis) {
  for (const char* name : {"sh", "", "a b", ") S 1 (", "x) R 9 9 9"}) {
    const auto stat = parse_stat(stat_named(name));
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->mark.pid, 77);
    EXPECT_EQ(stat->mark.start_time, 123456U);
    EXPECT_EQ(stat->parent, 5);
    EXPECT_EQ(stat->state, 'S');
  }
}

TEST(ParseStat, RefusesWhatIsNoStatFile) {
  for (const char* text : {"", "1", "1 (x)", "1 (x) S", "x (x) S 1 2", ") (", "1 (x) SS 1"}) {
    EXPECT_FALSE(parse_stat(text)) << text;
  }
  EXPECT_FALSE(parse_stat("77 (x) S 5 77 77 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0"));
}

TEST(Process, AMarkOutlivesItsProcessButNotAnother) {
  const WaitingChild child;
  const ProcessMark mark = mark_of(child.pid());
  EXPECT_TRUE(is_alive(mark));
  EXPECT_FALSE(is_alive({.pid = mark.pid, .start_time = mark.start_time + 1}));
  child.make_zombie();
  EXPECT_FALSE(is_alive(mark));
  child.reap();
  EXPECT_FALSE(is_alive(mark));
}

TEST(Process, DescendantsAreTheLivingOnes) {
  const WaitingChild child;
  EXPECT_THAT(descendants_of(::getpid()), Contains(child.pid()));
  EXPECT_THAT(descendants_of(child.pid()), IsEmpty());
  child.make_zombie();
  EXPECT_THAT(descendants_of(::getpid()), Not(Contains(child.pid())));
}

TEST(Process, TheBootHasAName) {
  EXPECT_EQ(boot_id().size(), 36U);
}

}  // namespace
}  // namespace ripcord::act
