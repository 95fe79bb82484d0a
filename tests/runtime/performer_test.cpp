#include "runtime/performer.hpp"

#include "tests/runtime/fake_journal.hpp"
#include "tests/runtime/fake_runner.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <vector>

namespace ripcord::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

boost::asio::awaitable<bool> drained(Performer& performer, Instant deadline) {
  co_await performer.drain(deadline);
  co_return true;
}

Deployment deployment(Phase phase) {
  Deployment deployment;
  deployment.id = "d";
  deployment.service = "shop";
  deployment.configuration = "abc";
  deployment.phase = phase;
  return deployment;
}
Record record(const std::string& kind) {
  return {.at = {}, .service = "shop", .deployment = "d", .kind = kind, .text = "t", .by = "r"};
}
Effects trip() {
  return {Save{deployment(RollingBack{})}, record("rollback.started"),
          StartRun{.deployment = "d", .step = {}, .step_name = "s", .facts = {}}};
}
Effects begin() {
  return {Save{deployment(Deploying{})}, record("deployment.started"),
          Answer{.ticket = Ticket{7}, .deployment = "d", .message = "deploying"}};
}

class PerformerTest : public testing::Test {
 protected:
  void SetUp() override {
    loop_.tasks.spawn("journal", recorder_.keep_writing());
    loop_.tasks.spawn("performer", performer_.run());
  }

  void perform(Effects effects) {
    performer_.enqueue(std::move(effects));
    (void)loop_.wait_for(drained(performer_, loop_.clock.now() + 10s));
  }

  test::Loop loop_;
  test::FakeJournal journal_;
  net::BlockingPool pool_{"journal", 1, 10};
  test::FakeRunner runner_{loop_.context.get_executor()};
  std::vector<Answer> answers_;
  std::vector<Event> fed_;
  std::vector<std::string> gates_;
  std::vector<std::int64_t> delivered_;  ///< the numbers of messages
  Recorder recorder_{loop_.context.get_executor(), loop_.clock, journal_, pool_};
  RunFollower follower_{loop_.clock, runner_, loop_.tasks,
                        [this](Event event) { fed_.push_back(std::move(event)); }};
  Performer performer_{
      loop_.context.get_executor(),
      loop_.clock,
      recorder_,
      follower_,
      "boot",
      {.answer = [this](const Answer& answer) { answers_.push_back(answer); },
       .feed = [this](Event event) { fed_.push_back(std::move(event)); },
       .check_gate = [this](const std::string& id) { gates_.push_back(id); },
       .configuration_file = [](const std::string& fingerprint) { return "/kept/" + fingerprint; },
       .announce = [this](const Effects& effects) { return announced(effects); },
       .deliver =
           [this](const std::vector<store::OutboxEntry>& entries) {
             for (const auto& each : entries) delivered_.push_back(each.number);
           }}};

 private:
  /// A message for each record.
  std::vector<store::OutboxEntry> announced(const Effects& effects) {
    std::vector<store::OutboxEntry> entries;
    for (const Effect& effect : effects) {
      if (!std::holds_alternative<Record>(effect)) continue;
      store::OutboxEntry entry;
      entry.number = ++last_message_;
      entry.receiver = "ops";
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  std::int64_t last_message_ = 0;
};

TEST_F(PerformerTest, CommitsAllRowsOfAStepAtOnceAndThenStartsTheRun) {
  perform(trip());
  ASSERT_THAT(journal_.commits, SizeIs(1));
  EXPECT_THAT(journal_.commits[0].deployments, SizeIs(1));
  EXPECT_THAT(journal_.commits[0].records, SizeIs(1));
  ASSERT_THAT(journal_.commits[0].intents, SizeIs(1));
  EXPECT_EQ(journal_.commits[0].intents[0].boot_id, "boot");
  EXPECT_THAT(runner_.stood_by, ElementsAre("d/rollback.1"));
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
}

TEST_F(PerformerTest, HasAKeeperWaitForAsLongAsADeploymentBakes) {
  perform({Save{deployment(Baking{})}});
  EXPECT_THAT(runner_.stood_by, ElementsAre("d/rollback.1"));
  EXPECT_THAT(runner_.stood_down, SizeIs(0));
  perform({Save{deployment(Succeeded{})}});
  EXPECT_THAT(runner_.stood_by, SizeIs(1));
  EXPECT_THAT(runner_.stood_down, ElementsAre("shop"));
}

TEST_F(PerformerTest, HasNoKeeperWaitForWhatTripsAsSoonAsItBakes) {
  Effects effects = trip();
  effects.insert(effects.begin(), Save{deployment(Baking{})});
  perform(std::move(effects));
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
  EXPECT_THAT(runner_.stood_by, ElementsAre("d/rollback.1")) << "only for that launch itself";
}

TEST_F(PerformerTest, AsksTheGateOnlyOfADeploymentThatIsOnDisk) {
  Effects effects = begin();
  effects.emplace_back(CheckGate{.deployment = "d"});
  perform(effects);
  EXPECT_THAT(gates_, ElementsAre("d"));
  journal_.is_full = true;
  perform(effects);
  EXPECT_THAT(gates_, SizeIs(1)) << "it never began";
}

TEST_F(PerformerTest, AnswersOnceItIsOnDisk) {
  perform(begin());
  ASSERT_THAT(answers_, SizeIs(1));
  EXPECT_EQ(answers_[0].kind, AnswerKind::accepted);
  EXPECT_THAT(journal_.commits, SizeIs(1));
}

TEST_F(PerformerTest, WritesWhatPeopleAreToldWithWhatItIsAbout) {
  perform(trip());
  ASSERT_THAT(journal_.commits, SizeIs(1));
  EXPECT_THAT(journal_.commits[0].outbox, SizeIs(1));
  EXPECT_THAT(delivered_, ElementsAre(1));
}

TEST_F(PerformerTest, TellsPeopleAlthoughTheJournalCannotBeWritten) {
  journal_.is_full = true;
  perform(trip());
  EXPECT_THAT(delivered_, ElementsAre(1));
}

TEST_F(PerformerTest, TellsNobodyOfABeginningThatWasTakenBack) {
  journal_.is_full = true;
  perform(begin());
  EXPECT_THAT(delivered_, SizeIs(0));
}

TEST_F(PerformerTest, RollsBackWithoutAJournalAndWritesItLater) {
  journal_.is_full = true;
  perform(trip());
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
  EXPECT_THAT(recorder_.trouble(), HasSubstr("no space left"));

  journal_.is_full = false;
  perform({record("trigger.cleared")});
  EXPECT_THAT(journal_.commits, SizeIs(2));
  EXPECT_THAT(journal_.commits[0].intents, SizeIs(1));
  EXPECT_EQ(recorder_.trouble(), "");
}

TEST_F(PerformerTest, GoesNoStepForwardWithoutAJournal) {
  for (const StepKind kind : {StepKind::deploy, StepKind::shift}) {
    fed_.clear();
    journal_.is_full = true;
    const StepId step{.kind = kind, .index = 1, .attempt = 0};
    perform({Save{deployment(Deploying{})},
             StartRun{.deployment = "d", .step = step, .step_name = "s", .facts = {}}});
    EXPECT_THAT(runner_.launched, IsEmpty());
    ASSERT_THAT(fed_, SizeIs(1));
    const auto& ended = std::get<RunEnded>(fed_[0]);
    EXPECT_EQ(ended.step, step);
    EXPECT_EQ(ended.result.outcome, RunOutcome::refused);
    EXPECT_THAT(ended.result.message, HasSubstr("no space left"));
  }
}

TEST_F(PerformerTest, TakesANewDeploymentBackThatCannotBeRecorded) {
  journal_.is_full = true;
  perform(begin());
  ASSERT_THAT(answers_, SizeIs(1));
  EXPECT_EQ(answers_[0].kind, AnswerKind::unrecorded);
  EXPECT_THAT(answers_[0].message, HasSubstr("no space left"));
  ASSERT_THAT(fed_, SizeIs(1));
  EXPECT_EQ(std::get<NotRecorded>(fed_[0]).deployment, "d");

  journal_.is_full = false;
  perform({record("trigger.cleared")});
  EXPECT_THAT(journal_.commits, SizeIs(1)) << "what was taken back must not be written later";
}

TEST_F(PerformerTest, DoesWhatElseIsDueWhenABeginningCannotBeRecorded) {
  Effects effects = begin();
  Deployment other = deployment(RollingBack{});
  other.id = "a";
  other.service = "blog";
  effects.emplace_back(Save{other});
  effects.emplace_back(StartRun{.deployment = "a", .step = {}, .step_name = "s", .facts = {}});
  journal_.is_full = true;
  perform(std::move(effects));
  ASSERT_THAT(answers_, SizeIs(1));
  EXPECT_EQ(answers_[0].kind, AnswerKind::unrecorded);
  EXPECT_THAT(runner_.launched, ElementsAre("a/rollback.1"));

  journal_.is_full = false;
  perform({record("trigger.cleared")});
  ASSERT_THAT(journal_.commits, SizeIs(2));
  ASSERT_THAT(journal_.commits[0].deployments, SizeIs(1));
  EXPECT_EQ(journal_.commits[0].deployments[0].id, "a");
}

TEST_F(PerformerTest, SaysInEveryOtherAnswerThatItIsNotRecorded) {
  journal_.is_full = true;
  perform({Save{deployment(Baking{})}, record("deployment.deployed"),
           Answer{.ticket = Ticket{1}, .deployment = "d", .message = "baking"}});
  ASSERT_THAT(answers_, SizeIs(1));
  EXPECT_EQ(answers_[0].kind, AnswerKind::accepted);
  EXPECT_THAT(answers_[0].message, HasSubstr("not recorded"));
}

TEST_F(PerformerTest, GivesUpACommitThatContradictsTheJournalAndGoesOn) {
  journal_.contradicts = true;
  perform({record("trigger.tripped")});
  journal_.contradicts = false;
  perform({record("trigger.cleared")});
  EXPECT_THAT(journal_.commits, SizeIs(1));
  EXPECT_EQ(recorder_.figures().commits_lost, 1U);
}

TEST_F(PerformerTest, StopsARunThatAPersonAborted) {
  perform({Save{deployment(Aborted{})}, StopRun{.deployment = "d", .step = {}}});
  EXPECT_THAT(runner_.stopped, ElementsAre("d/rollback.1"));
}

/// Over a disk that does not answer until it is let go; time passes when nothing else happens.
class HangingDiskTest : public testing::Test {
 protected:
  HangingDiskTest() {
    journal_.hang();
    tasks_.spawn("journal", recorder_.keep_writing());
    tasks_.spawn("performer", performer_.run());
    clock_.settle();
  }
  ~HangingDiskTest() override {
    journal_.go_on();
    boost::asio::post(context_, [this] { tasks_.cancel(); });
    clock_.settle();
  }
  HangingDiskTest(const HangingDiskTest&) = delete;
  HangingDiskTest& operator=(const HangingDiskTest&) = delete;

  /// The disk wakes up, and what waits for it is written.
  void wake_up(std::size_t commits) {
    journal_.go_on();
    for (int i = 0; i < 200 && recorder_.figures().commits < commits; ++i) {
      context_.restart();
      context_.run_one_for(100ms);
    }
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_};
  test::FakeJournal journal_;
  net::BlockingPool pool_{"journal", 1, 10};
  test::FakeRunner runner_{context_.get_executor()};
  std::vector<Answer> answers_;
  std::vector<Event> fed_;
  net::TaskGroup tasks_{
      context_.get_executor(),
      [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; }};
  Recorder recorder_{context_.get_executor(), clock_, journal_, pool_};
  RunFollower follower_{clock_, runner_, tasks_,
                        [this](Event event) { fed_.push_back(std::move(event)); }};
  Performer performer_{context_.get_executor(),
                       clock_,
                       recorder_,
                       follower_,
                       "boot",
                       {.answer = [this](const Answer& answer) { answers_.push_back(answer); },
                        .feed = [this](Event event) { fed_.push_back(std::move(event)); },
                        .check_gate = [](const std::string&) {},
                        .configuration_file = [](const std::string& file) { return file; }}};
};

TEST_F(HangingDiskTest, DelaysARollbackByAFewSecondsOnly) {
  performer_.enqueue(trip());
  clock_.run_for(4s);
  EXPECT_THAT(runner_.launched, IsEmpty());
  clock_.run_for(2s);
  EXPECT_THAT(runner_.launched, ElementsAre("d/rollback.1"));
  EXPECT_THAT(recorder_.trouble(), HasSubstr("does not answer"));
  wake_up(1);
  ASSERT_THAT(journal_.commits, SizeIs(1));
  EXPECT_THAT(journal_.commits[0].intents, SizeIs(1));
  EXPECT_EQ(recorder_.trouble(), "");
}

TEST_F(HangingDiskTest, BeginsNothingAndLeavesNothingOpenThatItKeepsAfterAll) {
  performer_.enqueue(begin());
  clock_.run_for(31s);
  ASSERT_THAT(answers_, SizeIs(1));
  EXPECT_EQ(answers_[0].kind, AnswerKind::unrecorded);
  EXPECT_THAT(fed_, SizeIs(1));
  wake_up(2);
  ASSERT_THAT(journal_.commits, SizeIs(2));
  EXPECT_TRUE(is_open(journal_.commits[0].deployments.at(0)));
  EXPECT_FALSE(is_open(journal_.commits[1].deployments.at(0)));
}

}  // namespace
}  // namespace ripcord::runtime
