#include "evidence/source.hpp"

#include "tests/support/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace ripcord::evidence {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace asio = boost::asio;

asio::awaitable<Result<Shown>> shows(std::string file) {
  Shown shown;
  shown.exhibits.push_back({.file = std::move(file), .content = "x"});
  shown.secrets.emplace_back("hunter22");
  co_return shown;
}

asio::awaitable<Result<Shown>> fails() {
  co_return failure(Fault::refused, "connection refused\nby 127.0.0.1");
}

asio::awaitable<Result<Shown>> hangs(net::Clock& clock) {
  co_await clock.sleep_until(clock.now() + 1h);
  co_return Shown();
}

asio::awaitable<Result<Shown>> breaks(net::Clock& clock) {
  co_await clock.sleep_until(clock.now() + 1ms);
  throw std::logic_error("a bug");
}

class SourceTest : public testing::Test {
 protected:
  Collected collect_all(std::vector<Source> sources, Duration patience = 10s) {
    return loop_.wait_for(collect(loop_.clock, std::move(sources), loop_.clock.now() + patience));
  }

  Source good(std::string name) {
    return {.name = name, .patience = 2s, .show = [name](Instant) { return shows(name); }};
  }
  Source hanging(Duration patience) {
    return {.name = "hanging", .patience = patience, .show = [this](Instant) {
              return hangs(loop_.clock);
            }};
  }

  test::Loop loop_;
};

TEST_F(SourceTest, CollectsWhatAllOfThemShow) {
  const Collected collected = collect_all({good("a.json"), good("b.json")});
  ASSERT_THAT(collected.exhibits, SizeIs(2));
  EXPECT_EQ(collected.exhibits[0].file, "a.json");
  EXPECT_EQ(collected.exhibits[1].file, "b.json");
  EXPECT_THAT(collected.secrets, ElementsAre("hunter22", "hunter22"));
  ASSERT_THAT(collected.asked, SizeIs(2));
  EXPECT_THAT(collected.asked[0].missing, IsEmpty());
}

TEST_F(SourceTest, ThatHangsCostsItsPatienceAndIsToldOf) {
  const Instant began = loop_.clock.now();
  const Collected collected = collect_all({hanging(100ms), good("a.json")});
  EXPECT_LT(loop_.clock.now() - began, 2s);
  EXPECT_THAT(collected.exhibits, SizeIs(1));
  EXPECT_THAT(collected.asked[0].missing, ElementsAre("no answer within 100ms"));
}

TEST_F(SourceTest, ThatHangsNeverCostsMoreThanTheDeadline) {
  const Instant began = loop_.clock.now();
  const Collected collected = collect_all({hanging(1h), hanging(1h), hanging(1h)}, 100ms);
  EXPECT_LT(loop_.clock.now() - began, 2s);
  ASSERT_THAT(collected.asked, SizeIs(3));
  for (const Asked& asked : collected.asked) {
    EXPECT_THAT(asked.missing, ElementsAre(HasSubstr("no answer within")));
  }
}

TEST_F(SourceTest, ThatFailsSaysWhyInOneLine) {
  const Collected collected = collect_all(
      {{.name = "db", .patience = 1s, .show = [](Instant) { return fails(); }}, good("a.json")});
  EXPECT_THAT(collected.asked[0].missing, ElementsAre("connection refused by 127.0.0.1"));
  EXPECT_THAT(collected.exhibits, SizeIs(1));
}

TEST_F(SourceTest, ThatBreaksTakesNothingWithIt) {
  const Collected collected = collect_all(
      {{.name = "broken", .patience = 1s, .show = [this](Instant) { return breaks(loop_.clock); }},
       good("a.json")});
  EXPECT_THAT(collected.asked[0].missing, ElementsAre("it broke by a mistake of ours"));
  EXPECT_THAT(collected.exhibits, SizeIs(1));
}

TEST_F(SourceTest, LeavesACallerBehindThatCanBeCancelled) {
  struct Sleep {
    static asio::awaitable<void> after(net::Clock& clock, std::vector<Source> sources) {
      (void)co_await collect(clock, std::move(sources), clock.now() + 1h);
      co_await clock.sleep_until(clock.now() + 1h);
    }
  };
  net::TaskGroup tasks(loop_.context.get_executor(), [](const auto&, const auto&) {});
  tasks.spawn("sleep", Sleep::after(loop_.clock, {good("a.json")}));
  loop_.run_for(20ms);
  const Instant cancelled_at = loop_.clock.now();
  loop_.end(tasks);
  EXPECT_LT(loop_.clock.now() - cancelled_at, 2s);
}

TEST_F(SourceTest, EndsAtOnceWhenItIsCancelled) {
  struct Keep {
    static asio::awaitable<void> collected(net::Clock& clock, std::vector<Source> sources) {
      (void)co_await collect(clock, std::move(sources), clock.now() + 1h);
    }
  };
  net::TaskGroup tasks(loop_.context.get_executor(), [](const auto&, const auto&) {});
  tasks.spawn("collect", Keep::collected(loop_.clock, {hanging(1h)}));
  loop_.run_for(20ms);
  const Instant cancelled_at = loop_.clock.now();
  loop_.end(tasks);
  EXPECT_LT(loop_.clock.now() - cancelled_at, 2s);
}

}  // namespace
}  // namespace ripcord::evidence
