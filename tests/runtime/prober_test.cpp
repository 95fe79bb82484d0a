#include "runtime/prober.hpp"

#include "net/task_group.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// Answers after `took`, with `outcome`.
class ScriptedProbe final : public probe::Probe {
 public:
  explicit ScriptedProbe(net::Clock& clock)
      : clock_(clock),
        alarm_(clock.alarms(), [this] { std::exchange(taken_, nullptr)(sample()); }) {}

  bool begin(Taken taken) override {
    if (!without_coroutine) return false;
    begun_at_ = clock_.now();
    taken_ = std::move(taken);
    alarm_.set(begun_at_ + took);
    return true;
  }
  void cancel() override { alarm_.unset(); }

  boost::asio::awaitable<Sample> take() override {
    begun_at_ = clock_.now();
    co_await clock_.sleep_until(begun_at_ + took);
    co_return sample();
  }

  Duration took = 10ms;
  Outcome outcome = Outcome::good;
  bool without_coroutine = false;

 private:
  [[nodiscard]] Sample sample() const {
    Sample sample;
    sample.taken_at = begun_at_;
    sample.latency = clock_.now() - begun_at_;
    sample.latency_kind = LatencyKind::measured;
    sample.outcome = outcome;
    return sample;
  }

  net::Clock& clock_;
  net::Alarm alarm_;
  Instant begun_at_;
  Taken taken_;
};

/// With a probe that is taken by a coroutine, and with one that needs none.
class ProberTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    probe_.without_coroutine = GetParam();
    prober_.start(clock_.now() + 300ms);
  }
  void TearDown() override {
    clock_.settle();
    prober_.stop();
    boost::asio::post(context_, [this] { tasks_.cancel(); });
    clock_.settle();
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_};
  ScriptedProbe probe_{clock_};
  ProbeTiming timing_{.interval = 1s, .retry_interval = 200ms, .timeout = 2s, .stale_after = 3s};
  std::vector<Duration> began_;
  std::vector<std::uint64_t> skipped_;
  std::vector<Sample> samples_;
  net::TaskGroup tasks_{
      context_.get_executor(),
      [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; }};
  Prober prober_{
      clock_, probe_, timing_, tasks_, "prober", [this](Sample sample, const Beat& beat) {
        began_.push_back(sample.taken_at - Instant{});
        skipped_.push_back(beat.skipped);
        samples_.push_back(std::move(sample));
      }};
};

TEST_P(ProberTest, BeatsWithoutDriftHoweverLongAProbeTakes) {
  clock_.run_until(Instant{} + 3500ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 1300ms, 2300ms, 3300ms));
}

TEST_P(ProberTest, RetriesSoonerWhileTheLastSampleIsBad) {
  probe_.outcome = Outcome::bad;
  clock_.run_until(Instant{} + 850ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 500ms, 700ms));
  probe_.outcome = Outcome::good;
  clock_.run_until(Instant{} + 2000ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 500ms, 700ms, 900ms, 1900ms));
}

TEST_P(ProberTest, DoesNotHurryForAnUnknownSample) {
  probe_.outcome = Outcome::unknown;
  clock_.run_until(Instant{} + 2s);
  EXPECT_THAT(began_, ElementsAre(300ms, 1300ms));
}

TEST_P(ProberTest, SkipsTheBeatsThatASlowProbeMissedAndCountsThem) {
  probe_.took = 1500ms;
  clock_.run_until(Instant{} + 6s);
  EXPECT_THAT(began_, ElementsAre(300ms, 2300ms, 4300ms));
  EXPECT_THAT(skipped_, ElementsAre(0U, 1U, 1U));
}

TEST_P(ProberTest, BelievesAProbeThatEndedAtItsTimeout) {
  probe_.took = 2s;
  probe_.outcome = Outcome::bad;
  clock_.run_until(Instant{} + 2400ms);
  ASSERT_EQ(samples_.size(), 1U);
  EXPECT_EQ(samples_[0].outcome, Outcome::bad);
}

TEST_P(ProberTest, LooksAtOnceWhenCalledAndKeepsItsBeats) {
  clock_.run_until(Instant{} + 500ms);
  prober_.look_now();
  clock_.run_until(Instant{} + 2500ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 500ms, 1300ms, 2300ms));
  EXPECT_THAT(skipped_, testing::Each(0U));
}

TEST_P(ProberTest, LooksOnceMoreWhenCalledWhileItLooks) {
  clock_.run_until(Instant{} + 305ms);
  prober_.look_now();
  clock_.run_until(Instant{} + 1500ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 310ms, 1300ms));
}

TEST_P(ProberTest, RetriesSoonAfterABadSampleThatItWasCalledFor) {
  clock_.run_until(Instant{} + 400ms);
  probe_.outcome = Outcome::bad;
  prober_.look_now();
  clock_.run_until(Instant{} + 650ms);
  EXPECT_THAT(began_, ElementsAre(300ms, 400ms, 610ms));
}

TEST_P(ProberTest, BlamesItselfForAProbeThatEndedLongAfterItsTimeout) {
  probe_.took = 60s;
  probe_.outcome = Outcome::bad;
  clock_.run_until(Instant{} + 61s);
  ASSERT_EQ(samples_.size(), 1U);
  EXPECT_EQ(samples_[0].outcome, Outcome::unknown);
  EXPECT_EQ(samples_[0].reason, "this process was stopped for about 58s during the probe");
}

TEST_P(ProberTest, ReportsNothingOnceItIsStopped) {
  clock_.run_until(Instant{} + 305ms);
  prober_.stop();
  prober_.look_now();
  clock_.run_until(Instant{} + 5s);
  EXPECT_THAT(samples_, testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Taken, ProberTest, testing::Bool(), [](const auto& taken) {
  return taken.param ? "WithoutACoroutine" : "ByACoroutine";
});

}  // namespace
}  // namespace ripcord::runtime
