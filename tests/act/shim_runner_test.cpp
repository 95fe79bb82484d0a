#include "act/process.hpp"
#include "tests/act/run_test.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX
#include <string>

namespace ripcord::test {
namespace {

using act::RunState;
using testing::HasSubstr;

class ShimRunnerTest : public RunTest {
 protected:
  /// Pretends that the run was claimed before the machine was started again.
  void change_boot() const {
    const auto directory = act::RunDirectory::open(run_directory());
    act::Fields facts = directory->read(act::run_file::facts).value();
    facts.back().second = "another boot";
    ASSERT_TRUE(directory->write(act::run_file::facts, facts, act::Durability::this_boot));
  }
  void write_into_run(const std::string& name, const std::string& text) const {
    std::ofstream(run_directory() + "/" + name) << text;
  }
};

TEST_F(ShimRunnerTest, ARunGoesThroughItsStates) {
  const Meeting meeting(path("meeting"));
  const Meeting answer(path("answer"));
  const act::RunOrder order =
      order_of(sh(meeting.say("on") + "read go < " + path("answer") + "\nexit 3"));
  EXPECT_EQ(runner_.inspect(id_), RunState::absent);
  ASSERT_TRUE(runner_.claim(order));
  EXPECT_EQ(runner_.inspect(id_), RunState::claimed);
  ASSERT_TRUE(runner_.launch(order));
  EXPECT_EQ(runner_.inspect(id_), RunState::running);  // before the keeper has the lock, too
  EXPECT_EQ(meeting.hear(), "on");
  EXPECT_EQ(runner_.inspect(id_), RunState::running);
  std::ofstream(path("answer")) << "go\n";
  EXPECT_EQ(wait_for_end().code, 3);
  EXPECT_EQ(runner_.inspect(id_), RunState::ended);
  EXPECT_EQ(wait_for_end().code, 3);
}

TEST_F(ShimRunnerTest, AClaimIsAFence) {
  const act::RunOrder order = order_of(sh("true"));
  ASSERT_TRUE(runner_.claim(order));
  const auto again = runner_.claim(order);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::exists);
  EXPECT_THAT(again.error().message, HasSubstr("rollback.1 is there already"));
}

TEST_F(ShimRunnerTest, AnIdThatIsNoDirectoryNameIsRefused) {
  for (const std::string id : {"", ".", "..", "a/b", "/etc"}) {
    id_.deployment = id;
    const auto claimed = runner_.claim(order_of(sh("true")));
    EXPECT_EQ(claimed.error().fault, Fault::malformed) << id;
    EXPECT_EQ(runner_.inspect(id_), RunState::absent);
  }
}

TEST_F(ShimRunnerTest, WhatWasNeverClaimedIsNotLaunched) {
  EXPECT_EQ(runner_.launch(order_of(sh("true"))).error().fault, Fault::missing);
}

TEST_F(ShimRunnerTest, AMissingShimIsSaidAndTheRunStaysClaimed) {
  act::ShimRunner runner = make_runner("/no/such/ripcord-shim");
  const act::RunOrder order = order_of(sh("true"));
  ASSERT_TRUE(runner.claim(order));
  EXPECT_EQ(runner.launch(order).error().fault, Fault::missing);
  EXPECT_EQ(runner.inspect(id_), RunState::claimed);
}

TEST_F(ShimRunnerTest, AKeeperThatFailsBeforeItBeginsIsARefusal) {
  act::ShimRunner runner = make_runner("/bin/false");
  const act::RunOrder order = order_of(sh("touch " + path("started")));
  ASSERT_TRUE(runner.claim(order));
  ASSERT_TRUE(runner.launch(order));
  const RunResult result = wait_for_end(runner);
  EXPECT_EQ(result.outcome, RunOutcome::refused);
  EXPECT_EQ(result.message, "/bin/false exited 1");
  // For good: a keeper that comes late finds that it is over.
  ASSERT_TRUE(runner_.launch(order));
  EXPECT_EQ(wait_for_end().outcome, RunOutcome::refused);
  EXPECT_FALSE(std::filesystem::exists(path("started")));
}

TEST_F(ShimRunnerTest, AKeeperThatFailsIsNoRefusalWhenALateOneCannotBeKeptOut) {
  act::ShimRunner runner = make_runner("/bin/false");
  const act::RunOrder order = order_of(sh("true"));
  ASSERT_TRUE(runner.claim(order));
  std::filesystem::remove(run_directory() + "/lock");
  std::filesystem::create_directory(run_directory() + "/lock");
  ASSERT_TRUE(runner.launch(order));
  const RunResult result = wait_for_end(runner);
  EXPECT_EQ(result.outcome, RunOutcome::lost);
  EXPECT_THAT(result.message, HasSubstr("no other keeper could be kept out"));
}

TEST_F(ShimRunnerTest, AKeeperThatFailsIsNoRefusalWhenALateOneWouldNotHearOfIt) {
  act::ShimRunner runner = make_runner("/bin/false");
  const act::RunOrder order = order_of(sh("true"));
  ASSERT_TRUE(runner.claim(order));
  for (const std::string name : {"/result.reserve", "/result.tmp"}) {
    std::filesystem::remove(run_directory() + name);
    std::filesystem::create_directory(run_directory() + name);
  }
  ASSERT_TRUE(runner.launch(order));
  const RunResult result = wait_for_end(runner);
  EXPECT_EQ(result.outcome, RunOutcome::lost);
  EXPECT_THAT(result.message, HasSubstr("this could not be recorded"));
}

TEST_F(ShimRunnerTest, TheNextDaemonAdoptsARunningRun) {
  const Meeting meeting(path("meeting"));
  const Meeting answer(path("answer"));
  start(sh(meeting.say("on") + "read go < " + path("answer") + "\nexit 3"));
  EXPECT_EQ(meeting.hear(), "on");
  act::ShimRunner next = make_runner();
  EXPECT_EQ(next.inspect(id_), RunState::running);
  std::ofstream(path("answer")) << "go\n";
  EXPECT_EQ(wait_for_end(next).code, 3);
  EXPECT_EQ(next.inspect(id_), RunState::ended);
}

TEST_F(ShimRunnerTest, TheNextDaemonMayLaunchAgainWhatHasHardlyBegun) {
  const act::RunOrder order = order_of(sh("echo x >> " + path("starts") + "; sleep 0.05"));
  ASSERT_TRUE(runner_.claim(order));
  ASSERT_TRUE(runner_.launch(order));
  act::ShimRunner next = make_runner();
  ASSERT_TRUE(next.launch(order));  // its own keeper may well be the loser
  EXPECT_TRUE(wait_for_end(next).succeeded());
  EXPECT_TRUE(wait_for_end().succeeded());
  EXPECT_EQ(text_of(path("starts")), "x\n");
}

TEST_F(ShimRunnerTest, TheNextDaemonCanStopARun) {
  const Meeting meeting(path("meeting"));
  start(sh(meeting.say("on") + "sleep 60"));
  EXPECT_EQ(meeting.hear(), "on");
  act::ShimRunner next = make_runner();
  next.stop(id_);
  EXPECT_EQ(wait_for_end(next).outcome, RunOutcome::stopped);
}

TEST_F(ShimRunnerTest, StoppingWhatIsOverOrUnknownDoesNothing) {
  runner_.stop(id_);
  (void)run(sh("true"));
  runner_.stop(id_);
  EXPECT_TRUE(wait_for_end().succeeded());
}

TEST_F(ShimRunnerTest, AKeeperThatVanishedIsALostRun) {
  const Meeting meeting(path("meeting"));
  start(sh(meeting.say("on") + "sleep 60"));
  EXPECT_EQ(meeting.hear(), "on");
  const auto directory = act::RunDirectory::open(run_directory());
  (void)::kill(directory->lock_holder().value().value(), SIGKILL);
  const RunResult result = wait_for_end();
  EXPECT_EQ(result.outcome, RunOutcome::lost);
  EXPECT_THAT(result.message, HasSubstr("its keeper vanished"));
  EXPECT_EQ(runner_.inspect(id_), RunState::lost);
}

TEST_F(ShimRunnerTest, ALostRunWhoseCommandStillLivesSaysSo) {
  ASSERT_TRUE(runner_.claim(order_of(sh("true"))));
  const act::StartedRecord started{.process = act::mark_of(::getpid()), .at = clock_.now()};
  write_into_run("started", act::format_fields(to_fields(started)));
  EXPECT_EQ(wait_for_end().message, "its keeper vanished; its command, process " +
                                        std::to_string(::getpid()) + ", still runs");
}

TEST_F(ShimRunnerTest, AnotherBootLosesWhatWasClaimedOrRunning) {
  ASSERT_TRUE(runner_.claim(order_of(sh("true"))));
  change_boot();
  EXPECT_EQ(runner_.inspect(id_), RunState::lost);
  const RunResult result = wait_for_end();
  EXPECT_EQ(result.outcome, RunOutcome::lost);
  EXPECT_EQ(result.message, "the machine was restarted meanwhile");
}

TEST_F(ShimRunnerTest, AnotherBootKeepsWhatHasEnded) {
  (void)run(sh("exit 3"));
  change_boot();
  EXPECT_EQ(runner_.inspect(id_), RunState::ended);
  EXPECT_EQ(wait_for_end().code, 3);
}

TEST_F(ShimRunnerTest, ADamagedResultIsALostRunNotASuccess) {
  ASSERT_TRUE(runner_.claim(order_of(sh("true"))));
  write_into_run("result", "outcome=exited\ncode=0\n");
  EXPECT_EQ(runner_.inspect(id_), RunState::lost);
  EXPECT_EQ(wait_for_end().outcome, RunOutcome::lost);
}

TEST_F(ShimRunnerTest, AClaimCutShortByOurDeathIsMadeWholeAtLaunch) {
  std::filesystem::create_directories(run_directory());
  EXPECT_EQ(runner_.inspect(id_), RunState::claimed);
  const act::RunOrder order = order_of(sh("echo $RIPCORD_VERSION"));
  EXPECT_EQ(runner_.claim(order).error().fault, Fault::exists);
  ASSERT_TRUE(runner_.launch(order));
  EXPECT_TRUE(wait_for_end().succeeded());
  EXPECT_EQ(output(), "v2\n");
}

TEST_F(ShimRunnerTest, ADrainDoesNotDelayTheEnd) {
  const Meeting meeting(path("meeting"));
  const RunResult result = run(sh("(read go < " + path("meeting") + ") & exit 5"));
  EXPECT_EQ(result.code, 5);
  std::ofstream(path("meeting")) << "go\n";
}

TEST_F(ShimRunnerTest, CancellingTheWaitLeavesTheRunAlone) {
  const Meeting meeting(path("meeting"));
  start(sh(meeting.say("on") + "exit 6"));
  boost::asio::cancellation_signal stop;
  std::exception_ptr failure;
  boost::asio::co_spawn(context_, runner_.ended(id_),
                        boost::asio::bind_cancellation_slot(
                            stop.slot(), [&](std::exception_ptr thrown, const RunResult&) {
                              failure = std::move(thrown);
                            }));
  boost::asio::post(context_, [&] { stop.emit(boost::asio::cancellation_type::terminal); });
  context_.restart();
  context_.run();
  EXPECT_THROW(std::rethrow_exception(failure), boost::system::system_error);
  EXPECT_EQ(meeting.hear(), "on");
  EXPECT_EQ(wait_for_end().code, 6);
}

TEST_F(ShimRunnerTest, OnlyTheEndOfTheOutputIsGivenIfAsked) {
  (void)run(sh("echo 0123456789"));
  EXPECT_EQ(runner_.output(id_, 4), "789\n");
  id_.deployment = "unknown";
  EXPECT_EQ(runner_.output(id_, 4), "");
}

}  // namespace
}  // namespace ripcord::test
