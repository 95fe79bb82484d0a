#include "runtime/notify/silences.hpp"

#include "tests/runtime/fake_journal.hpp"
#include "tests/support/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SilencesTest : public testing::Test {
 protected:
  void SetUp() override {
    loop_.tasks.spawn("journal", recorder_.keep_writing());
    loop_.tasks.spawn("silences", silences_.watch([this](const Silence& ended) {
      ended_.push_back(ended.number);
    }));
  }
  void TearDown() override { loop_.stop(); }

  Silence asked(Duration length, const std::string& trigger = "") const {
    return {.number = 0,
            .service = "shop",
            .trigger = trigger,
            .from = {},
            .until = loop_.clock.now() + length,
            .reason = "the index is rebuilt",
            .by = "ada"};
  }
  Result<Silence> begin(Duration length, const std::string& trigger = "") {
    return loop_.wait_for(silences_.begin(asked(length, trigger)));
  }

  test::Loop loop_;
  test::FakeJournal journal_;
  net::BlockingPool pool_{"journal", 1, 10};
  Recorder recorder_{loop_.context.get_executor(), loop_.clock, journal_, pool_};
  Silences silences_{loop_.context.get_executor(), loop_.clock, recorder_};
  std::vector<std::int64_t> ended_;
};

TEST_F(SilencesTest, CoversItsTriggerOrEveryOne) {
  ASSERT_TRUE(begin(1h, "errors"));
  EXPECT_TRUE(silences_.is_silenced("shop", "errors"));
  EXPECT_FALSE(silences_.is_silenced("shop", "latency"));
  EXPECT_FALSE(silences_.is_silenced("shop", ""));
  EXPECT_FALSE(silences_.is_silenced("mail", "errors"));
  ASSERT_TRUE(begin(1h));
  EXPECT_TRUE(silences_.is_silenced("shop", "latency"));
  EXPECT_TRUE(silences_.is_silenced("shop", ""));
}

TEST_F(SilencesTest, IsOnDiskBeforeItIsInForce) {
  journal_.is_full = true;
  const Result<Silence> begun = begin(1h);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().fault, Fault::full);
  EXPECT_FALSE(silences_.is_silenced("shop", "errors"));
  EXPECT_FALSE(recorder_.has_backlog()) << "nor will it be later";
  journal_.is_full = false;
  ASSERT_TRUE(begin(1h));
  ASSERT_THAT(journal_.commits, SizeIs(1));
  EXPECT_THAT(journal_.commits.front().silences, SizeIs(1));
  ASSERT_THAT(journal_.commits.front().records, SizeIs(1));
  EXPECT_EQ(journal_.commits.front().records.front().kind, "silence.started");
  EXPECT_EQ(journal_.commits.front().records.front().by, "ada");
}

TEST_F(SilencesTest, EndsByItselfAndSaysSo) {
  ASSERT_TRUE(begin(200ms));
  EXPECT_TRUE(silences_.is_silenced("shop", "errors"));
  for (int i = 0; i < 100 && ended_.empty(); ++i) loop_.run_for(50ms);
  EXPECT_THAT(ended_, ElementsAre(1));
  EXPECT_FALSE(silences_.is_silenced("shop", "errors"));
}

TEST_F(SilencesTest, EndsBeforeItsTime) {
  const Result<Silence> begun = begin(1h);
  ASSERT_TRUE(begun);
  const auto ended = loop_.wait_for(silences_.end(begun->number, "bob"));
  ASSERT_TRUE(ended);
  EXPECT_TRUE(ended->ended_at);
  EXPECT_THAT(silences_.in_force(), IsEmpty());
  EXPECT_THAT(ended_, ElementsAre(begun->number));
  EXPECT_EQ(journal_.commits.back().records.front().kind, "silence.ended");
  EXPECT_EQ(loop_.wait_for(silences_.end(begun->number, "bob")).error().fault, Fault::missing);
  EXPECT_EQ(loop_.wait_for(silences_.end(99, "bob")).error().fault, Fault::missing);
}

TEST_F(SilencesTest, EndsAlthoughThatCannotBeRecorded) {
  const Result<Silence> begun = begin(1h);
  ASSERT_TRUE(begun);
  journal_.is_full = true;
  EXPECT_TRUE(loop_.wait_for(silences_.end(begun->number, "bob")));
  EXPECT_FALSE(silences_.is_silenced("shop", "errors"));
  EXPECT_TRUE(recorder_.has_backlog()) << "it is kept for later: a restart must know of it";
}

TEST_F(SilencesTest, GoesOnWithThoseOfAFormerDaemon) {
  Silence lasting = asked(1h);
  lasting.number = 4;
  Silence over = asked(-1min);
  over.number = 5;
  Silence long_over = asked(-48h);
  long_over.number = 6;
  Silence ended = asked(1h);
  ended.number = 7;
  ended.ended_at = loop_.clock.now();
  Silences another(loop_.context.get_executor(), loop_.clock, recorder_);
  another.restore({lasting, over, long_over, ended});
  EXPECT_THAT(another.in_force(), SizeIs(1));
  std::vector<std::int64_t> told;
  net::TaskGroup watching{loop_.context.get_executor(), [](const auto&, const auto&) {}};
  watching.spawn("silences", another.watch([&told](const Silence& silence) {
    told.push_back(silence.number);
  }));
  loop_.run_for(100ms);
  EXPECT_THAT(told, ElementsAre(5)) << "what ended while nobody watched";
  const auto begun = loop_.wait_for(another.begin(asked(1h)));
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->number, 8);
  loop_.end(watching);
}

}  // namespace
}  // namespace ripcord::runtime
