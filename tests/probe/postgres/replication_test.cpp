// The lag of a real standby, seen from both sides.

#include "tests/probe/postgres/probed_server.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <optional>
#include <string>

namespace ripcord::probe {
namespace {

using namespace std::chrono_literals;
using test::PostgresClient;
using test::PostgresServer;
using testing::AllOf;
using testing::Ge;
using testing::Gt;
using testing::Lt;
using testing::Optional;

class ReplicationTest : public test::ProbedServer {
 protected:
  void SetUp() override {
    test::ProbedServer::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    server({"wal_receiver_status_interval = 1s", "wal_retrieve_retry_interval = 100ms"}).start();
    standby_.emplace(PostgresServer::Standby{server()});
    standby_->start();
    on_primary("CREATE TABLE orders (id int)");
    use_standby();
  }

  std::string on_primary(const std::string& sql) {
    return PostgresClient(server().socket_dsn("postgres")).run(sql);
  }
  std::string on_standby(const std::string& sql) {
    return PostgresClient(standby_->socket_dsn("postgres")).run(sql);
  }
  void use_primary() { use(server().dsn()); }
  void use_standby() { use(standby_->dsn()); }

  /// Samples until the lag is such a one.
  std::optional<double> await_lag(const testing::Matcher<std::optional<double>>& lag) {
    const Instant patience = loop().clock.now() + 20s;
    do {
      EXPECT_EQ(verdict(take()), "good: ");
    } while (!testing::Value(number("replication_lag"), lag) && loop().clock.now() < patience);
    return number("replication_lag");
  }
  /// Writes something whose replay the standby puts off, and waits until it has received it.
  void write_what_is_not_replayed() {
    const Instant patience = loop().clock.now() + 20s;
    // One that has replayed no transaction yet does not know how old the last one is.
    while (on_standby("SELECT pg_last_xact_replay_timestamp() IS NOT NULL") != "t") {
      ASSERT_LT(loop().clock.now(), patience);
    }
    on_standby("SELECT pg_wal_replay_pause()");
    on_primary("INSERT INTO orders VALUES (1)");
    while (on_standby("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()") != "t") {
      ASSERT_LT(loop().clock.now(), patience);
    }
  }

  std::optional<PostgresServer> standby_;
};

TEST_F(ReplicationTest, StandbyThatHasReplayedEverythingIsNotBehindHoweverLongNothingIsWritten) {
  EXPECT_EQ(await_lag(Optional(0.0)), 0.0);
  EXPECT_EQ(detail("state"), "standby");
  loop().run_for(500ms);
  EXPECT_EQ(await_lag(Optional(0.0)), 0.0);
  use_primary();
  EXPECT_THAT(await_lag(Optional(Lt(5.0))), Optional(AllOf(Ge(0.0), Lt(5.0))));
  EXPECT_EQ(detail("state"), "primary");
}

TEST_F(ReplicationTest, StandbyThatReplaysNothingFallsBehindOnBothSides) {
  write_what_is_not_replayed();
  EXPECT_THAT(await_lag(Optional(Gt(1.5))), Optional(Gt(1.5)));
  use_primary();
  EXPECT_THAT(await_lag(Optional(Gt(1.5))), Optional(Gt(1.5)));
  on_standby("SELECT pg_wal_replay_resume()");
  use_standby();
  EXPECT_EQ(await_lag(Optional(0.0)), 0.0);
}

TEST_F(ReplicationTest, StandbyThatReceivesNothingFallsBehind) {
  EXPECT_EQ(await_lag(Optional(0.0)), 0.0);
  server().stop(SIGINT);
  EXPECT_THAT(await_lag(Optional(Gt(1.0))), Optional(Gt(1.0)));
}

}  // namespace
}  // namespace ripcord::probe
