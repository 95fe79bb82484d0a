#include "probe/postgres/postgres_probe.hpp"
#include "tests/probe/postgres/probed_server.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <string>

namespace ripcord::probe {
namespace {

using namespace std::chrono_literals;
using test::PostgresClient;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class PostgresLossTest : public test::ProbedServer {
 protected:
  /// Connected, and watched.
  void SetUp() override {
    test::ProbedServer::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    server().start();
    EXPECT_EQ(verdict(take()), "good: ");
    watch();
  }

  /// Stops the server by `signal` and follows what the probe makes of it.
  void expect_loss(int signal, const std::string& how) {
    server().begin_stop(signal);
    const Duration seen_after = await_call();
    RecordProperty("seen_after_us", static_cast<int>(seen_after.count()));
    EXPECT_LT(seen_after, 2s);
    server().await_end();
    const Sample sample = take();
    EXPECT_THAT(verdict(sample), AllOf(StartsWith("bad: the session is gone ("), HasSubstr(how),
                                       HasSubstr("), and the reconnect failed: ")));
    EXPECT_TRUE(sample.connection_lost);
    EXPECT_EQ(sample.latency_kind, LatencyKind::none);
    EXPECT_TRUE(take().connection_lost);
    EXPECT_EQ(calls(), 0);
  }
};

TEST_F(PostgresLossTest, FastStopIsALossUntilTheServerIsBack) {
  expect_loss(SIGINT, "terminating connection due to administrator command (57P01)");
  server().start();
  const Sample sample = take();
  EXPECT_EQ(verdict(sample), "good: ");
  EXPECT_FALSE(sample.connection_lost);
  EXPECT_THAT(detail("connection"), StartsWith("made anew, after: "));

  expect_loss(SIGINT, "57P01");
}

TEST_F(PostgresLossTest, ImmediateStopIsALoss) {
  expect_loss(SIGQUIT, "");  // in this hurry it does not always say why
}

TEST_F(PostgresLossTest, KilledServerIsALoss) {
  expect_loss(SIGKILL, "terminating connection due to unexpected postmaster exit (57P01)");
  server().start();
  EXPECT_EQ(verdict(take_until_good()), "good: ");
}

TEST_F(PostgresLossTest, TerminatedBackendIsReplacedAtOnceAndNoLoss) {
  PostgresClient admin(server().dsn("postgres"));
  const std::string terminate =
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
      "WHERE application_name = 'ripcord'";
  EXPECT_EQ(admin.run(terminate), "1");
  (void)await_call();
  const Sample sample = take();
  EXPECT_EQ(verdict(sample), "good: ");
  EXPECT_FALSE(sample.connection_lost);
  EXPECT_THAT(detail("connection"),
              "made anew, after: terminating connection due to administrator command (57P01)");
  EXPECT_EQ(admin.run(terminate), "1");
  (void)await_call();
}

TEST_F(PostgresLossTest, CrashOfAnotherBackendIsALossWhileTheServerRecovers) {
  PostgresClient other(server().dsn());
  ASSERT_EQ(kill(other.pid(), SIGKILL), 0);
  (void)await_call();
  const Sample sample = take();
  if (sample.outcome == Outcome::bad) {  // it may be quicker than we are
    EXPECT_TRUE(sample.connection_lost);
    EXPECT_THAT(verdict(sample), HasSubstr("(57P02)), and the reconnect failed: "));
  }
  EXPECT_EQ(verdict(take_until_good()), "good: ");
}

TEST_F(PostgresLossTest, WhatTheServerSaysUnaskedIsNoLoss) {
  PostgresClient admin(server().dsn("postgres"));
  admin.run("ALTER SYSTEM SET TimeZone = 'UTC'");
  admin.run("SELECT pg_reload_conf()");  // it tells every session of the parameter
  loop().run_for(300ms);
  EXPECT_EQ(calls(), 0);
  EXPECT_EQ(verdict(take()), "good: ");
}

TEST_F(PostgresLossTest, SamplesThemselvesAreNoCall) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(verdict(take()), "good: ");
  EXPECT_EQ(calls(), 0);
}

TEST_F(PostgresLossTest, StoppedServerIsATimeoutFirstAndThenALoss) {
  use(server().dsn(), 300ms);
  EXPECT_EQ(verdict(take()), "good: ");
  watch();
  server().signal_all(SIGSTOP);
  const Sample slow = take();
  EXPECT_THAT(verdict(slow), StartsWith("bad: timeout after 300ms while reading the statistics"));
  EXPECT_EQ(slow.latency_kind, LatencyKind::at_least);
  EXPECT_GE(slow.latency, 300ms);
  EXPECT_LT(slow.latency, 1s);
  EXPECT_FALSE(slow.connection_lost);
  const Sample still = take();
  EXPECT_THAT(verdict(still),
              StartsWith("bad: timeout after 300ms while connecting to 127.0.0.1:"));
  EXPECT_TRUE(still.connection_lost);
  EXPECT_EQ(still.latency_kind, LatencyKind::at_least);
  server().signal_all(SIGCONT);
  EXPECT_EQ(verdict(take_until_good()), "good: ");
}

TEST_F(PostgresLossTest, StoppedServerLeavesNoDescriptorsBehind) {
  use(server().dsn(), 500ms);
  (void)take_until_good();
  watch();
  loop().run_for(10ms);
  const std::size_t before = test::open_descriptors();
  server().signal_all(SIGSTOP);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(take().outcome, Outcome::bad);
  server().signal_all(SIGCONT);
  EXPECT_EQ(verdict(take_until_good()), "good: ");
  loop().run_for(10ms);
  EXPECT_EQ(test::open_descriptors(), before);
}

}  // namespace
}  // namespace ripcord::probe
