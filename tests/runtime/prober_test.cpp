#include "runtime/prober.hpp"

#include "net/task_group.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// Answers after `took`, with `outcome`.
class ScriptedProbe final : public probe::Probe {
 public:
  explicit ScriptedProbe(net::Clock& clock) : clock_(clock) {}

  boost::asio::awaitable<Sample> take() override {
    Sample sample;
    sample.taken_at = clock_.now();
    co_await clock_.sleep_until(clock_.now() + took);
    sample.latency = clock_.now() - sample.taken_at;
    sample.latency_kind = LatencyKind::measured;
    sample.outcome = outcome;
    co_return sample;
  }

  Duration took = 10ms;
  Outcome outcome = Outcome::good;

 private:
  net::Clock& clock_;
};

class ProberTest : public testing::Test {
 protected:
  void SetUp() override {
    tasks_.spawn("prober", run_prober(
                               clock_, probe_, timing_, clock_.now() + 300ms,
                               [this](Sample sample, const Beat& beat) {
                                 began_.push_back(sample.taken_at - Instant{});
                                 skipped_.push_back(beat.skipped);
                                 samples_.push_back(std::move(sample));
                               },
                               &early_call_));
  }
  void TearDown() override {
    clock_.settle();
    boost::asio::post(context_, [this] { tasks_.cancel(); });
    clock_.settle();
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_};
  ScriptedProbe probe_{clock_};
  ProbeTiming timing_{.interval = 1s, .retry_interval = 200ms, .timeout = 2s, .stale_after = 3s};
  EarlyCall early_call_{context_.get_executor()};
  std::vector<Duration> began_;
  std::vector<std::uint64_t> skipped_;
  std::vector<Sample> samples_;
  net::TaskGroup tasks_{
      context_.get_executor(),
      [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; }};
};

TEST_F(ProberTest, BeatsWithoutDriftHoweverLongAProbeTakes) {
  clock_.run_until(Instant{} + 3500ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 1300ms, 2300ms, 3300ms));
}

TEST_F(ProberTest, RetriesSoonerWhileTheLastSampleIsBad) {
  probe_.outcome = Outcome::bad;
  clock_.run_until(Instant{} + 850ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 500ms, 700ms));
  probe_.outcome = Outcome::good;
  clock_.run_until(Instant{} + 2000ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 500ms, 700ms, 900ms, 1900ms));
}

TEST_F(ProberTest, DoesNotHurryForAnUnknownSample) {
  probe_.outcome = Outcome::unknown;
  clock_.run_until(Instant{} + 2s);
  EXPECT_THAT(began_, ElementsAre(300ms, 1300ms));
}

TEST_F(ProberTest, SkipsTheBeatsThatASlowProbeMissedAndCountsThem) {
  probe_.took = 1500ms;
  clock_.run_until(Instant{} + 6s);
  EXPECT_THAT(began_, ElementsAre(300ms, 2300ms, 4300ms));
  EXPECT_THAT(skipped_, ElementsAre(0U, 1U, 1U));
}

TEST_F(ProberTest, BelievesAProbeThatEndedAtItsTimeout) {
  probe_.took = 2s;
  probe_.outcome = Outcome::bad;
  clock_.run_until(Instant{} + 2400ms);
  ASSERT_EQ(samples_.size(), 1U);
  EXPECT_EQ(samples_[0].outcome, Outcome::bad);
}

TEST_F(ProberTest, LooksAtOnceWhenCalledAndKeepsItsBeats) {
  clock_.run_until(Instant{} + 500ms);
  boost::asio::post(context_, [this] { early_call_.make(); });
  clock_.run_until(Instant{} + 2500ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 500ms, 1300ms, 2300ms));
  EXPECT_THAT(skipped_, testing::Each(0U));
}

TEST_F(ProberTest, LooksOnceMoreWhenCalledWhileItLooks) {
  clock_.run_until(Instant{} + 305ms);
  boost::asio::post(context_, [this] { early_call_.make(); });
  clock_.run_until(Instant{} + 1500ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 310ms, 1300ms));
}

TEST_F(ProberTest, RetriesSoonAfterABadSampleThatItWasCalledFor) {
  clock_.run_until(Instant{} + 400ms);
  probe_.outcome = Outcome::bad;
  boost::asio::post(context_, [this] { early_call_.make(); });
  clock_.run_until(Instant{} + 650ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 400ms, 610ms));
}

TEST_F(ProberTest, BlamesItselfForAProbeThatEndedLongAfterItsTimeout) {
  probe_.took = 60s;
  probe_.outcome = Outcome::bad;
  clock_.run_until(Instant{} + 61s);
  ASSERT_EQ(samples_.size(), 1U);
  EXPECT_EQ(samples_[0].outcome, Outcome::unknown);
  EXPECT_EQ(samples_[0].reason, "this process was stopped for about 58s during the probe");
}

}  // namespace
}  // namespace ripcord::runtime
