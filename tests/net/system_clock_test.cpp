#include "net/system_clock.hpp"

#include "net/task_group.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;

class SystemClockTest : public testing::Test {
 protected:
  boost::asio::awaitable<void> sleep(Instant wake) {
    co_await clock_.sleep_until(wake);
    woken_at_ = clock_.now();
  }

  void start(Instant wake) { tasks_.spawn("sleeper", sleep(wake)); }

  boost::asio::io_context context_{1};
  net::SystemClock clock_{context_.get_executor()};
  std::optional<Instant> woken_at_;
  net::TaskGroup tasks_{
      context_.get_executor(),
      [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; }};
};

TEST_F(SystemClockTest, SaysTheTimeOfTheWallClock) {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const auto apart = clock_.now().time_since_epoch() - std::chrono::floor<Duration>(wall);
  EXPECT_LT(std::chrono::abs(apart), 5s);
}

TEST_F(SystemClockTest, NeverGoesBack) {
  Instant last = clock_.now();
  for (int i = 0; i < 10'000; ++i) {
    const Instant now = clock_.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST_F(SystemClockTest, WakesNoEarlierThanAsked) {
  const Instant wake = clock_.now() + 3ms;
  start(wake);
  context_.run();
  EXPECT_GE(woken_at_, wake);
}

TEST_F(SystemClockTest, AnAlarmRingsOnceAndNoEarlierThanAsked) {
  const Instant wake = clock_.now() + 3ms;
  std::vector<Instant> rung_at;
  net::Alarm alarm(clock_.alarms(), [&] { rung_at.push_back(clock_.now()); });
  alarm.set(wake);
  context_.run();
  ASSERT_EQ(rung_at.size(), 1U);
  EXPECT_GE(rung_at[0], wake);
}

TEST_F(SystemClockTest, AnAlarmForATimeThatHasPassedRingsSoonButNotAtOnce) {
  bool has_rung = false;
  net::Alarm alarm(clock_.alarms(), [&] { has_rung = true; });
  alarm.set(Instant{});
  EXPECT_FALSE(has_rung);
  context_.run();
  EXPECT_TRUE(has_rung);
}

TEST_F(SystemClockTest, AnAlarmThatIsDestroyedNeverRings) {
  bool has_rung = false;
  auto due = std::make_unique<net::Alarm>(clock_.alarms(), [&] { has_rung = true; });
  due->set(Instant{});
  // Its time has come, and it is on its way when the other one destroys it.
  net::Alarm other(clock_.alarms(), [&] { due.reset(); });
  other.set(Instant{} - 1h);
  net::Alarm later(clock_.alarms(), [&] { has_rung = true; });
  later.set(clock_.now() + 1h);
  later.unset();
  context_.run();
  EXPECT_FALSE(has_rung);
}

TEST_F(SystemClockTest, AnAlarmThatIsSetEarlierRingsEarlier) {
  std::vector<std::string> rung;
  net::Alarm first(clock_.alarms(), [&] { rung.emplace_back("first"); });
  net::Alarm second(clock_.alarms(), [&] {
    rung.emplace_back("second");
    first.unset();
  });
  first.set(clock_.now() + 1h);
  second.set(clock_.now() + 2h);
  second.set(clock_.now() + 2ms);
  context_.run();
  EXPECT_EQ(rung, std::vector<std::string>{"second"});
}

TEST_F(SystemClockTest, MoreAlarmsThanRingAtATimeAllRingInOrder) {
  std::vector<int> rung;
  std::vector<std::unique_ptr<net::Alarm>> alarms;
  for (int i = 0; i < 300; ++i) {
    alarms.push_back(
        std::make_unique<net::Alarm>(clock_.alarms(), [&rung, i] { rung.push_back(i); }));
    alarms.back()->set(Instant{});
  }
  context_.run();
  ASSERT_EQ(rung.size(), 300U);
  EXPECT_TRUE(std::ranges::is_sorted(rung));
}

TEST_F(SystemClockTest, AnInstantThatHasPassedIsReachedAtOnce) {
  start(Instant{});
  context_.run();
  EXPECT_TRUE(woken_at_.has_value());
}

TEST_F(SystemClockTest, TheEndOfTimeDoesNotOverflow) {
  start(Instant::max());
  context_.poll();
  EXPECT_FALSE(woken_at_.has_value());
  tasks_.cancel();
  context_.restart();
  context_.run();
  EXPECT_FALSE(woken_at_.has_value());
}

}  // namespace
}  // namespace ripcord
