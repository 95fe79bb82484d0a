#include "probe/postgres/postgres_probe.hpp"
#include "tests/probe/postgres/probed_server.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace ripcord::probe {
namespace {

using namespace std::chrono_literals;
using test::PostgresClient;
using testing::AllOf;
using testing::EndsWith;
using testing::Gt;
using testing::HasSubstr;
using testing::Lt;
using testing::Optional;
using testing::StartsWith;

class PostgresValuesTest : public test::ProbedServer {
 protected:
  void SetUp() override {
    test::ProbedServer::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    server({"wal_level = replica"}).start();
  }

  PostgresClient client(const std::string& user = "postgres") {
    return PostgresClient(server().dsn(user));
  }

  std::string verdict_of(const std::string& sql, std::vector<std::string> columns = {},
                         Duration timeout = 5s) {
    use(server().dsn(), timeout, {{.name = "own", .sql = sql, .columns = std::move(columns)}});
    return verdict(take());
  }
};

TEST_F(PostgresValuesTest, IdleServerHasZerosThatAreKnown) {
  EXPECT_EQ(verdict(take()), "good: ");
  EXPECT_EQ(number("active"), 0);
  EXPECT_EQ(number("idle_in_transaction"), 0);
  EXPECT_EQ(number("oldest_idle_in_transaction"), 0);
  EXPECT_EQ(number("oldest_transaction"), 0);
  EXPECT_EQ(number("lock_waits"), 0);
  EXPECT_THAT(number("connections_ratio"), Optional(Gt(0.0)));
  EXPECT_THAT(number("database_bytes"), Optional(Gt(1e6)));
  EXPECT_EQ(number("deadlocks"), 0);
  EXPECT_EQ(number("replication_lag"), std::nullopt);  // nobody replicates
  EXPECT_EQ(detail("state"), "primary");
}

TEST_F(PostgresValuesTest, OpenTransactionsAndLocksAreSeen) {
  PostgresClient holder = client();
  holder.run("CREATE TABLE orders (id int)");
  holder.run("BEGIN");
  holder.run("LOCK TABLE orders");
  PostgresClient waiter = client();
  waiter.begin("SELECT * FROM orders");
  PostgresClient elsewhere(server().dsn("postgres", "postgres"));
  elsewhere.run("BEGIN");
  PostgresClient admin = client();
  while (admin.run("SELECT count(*) FROM pg_locks WHERE NOT granted") != "1") {
  }
  EXPECT_EQ(verdict(take()), "good: ");
  EXPECT_EQ(number("active"), 1);
  EXPECT_EQ(number("lock_waits"), 1);
  EXPECT_EQ(number("idle_in_transaction"), 1);  // another database is another service
  EXPECT_THAT(number("oldest_transaction"), Optional(AllOf(Gt(0.0), Lt(30.0))));
  EXPECT_THAT(number("oldest_idle_in_transaction"), Optional(AllOf(Gt(0.0), Lt(30.0))));
  EXPECT_GE(number("oldest_transaction"), number("oldest_idle_in_transaction"));
}

TEST_F(PostgresValuesTest, CountersCount) {
  (void)take();
  const double commits = number("commits").value();
  const double rollbacks = number("rollbacks").value();
  PostgresClient other = client();
  other.run("BEGIN");
  other.run("ROLLBACK");
  other.run("SELECT pg_stat_force_next_flush()");
  (void)take();
  EXPECT_GT(number("commits"), commits);
  EXPECT_EQ(number("rollbacks"), rollbacks + 1);
}

TEST_F(PostgresValuesTest, RevokedGrantIsUnknownUntilTheCommandThatItNamesIsRun) {
  EXPECT_EQ(verdict(take()), "good: ");
  client().run("REVOKE pg_monitor FROM mon");
  EXPECT_EQ(verdict(take()),
            "unknown: the role \"mon\" may not see the sessions of others; run: GRANT pg_monitor "
            "TO mon;");
  EXPECT_EQ(number("active"), std::nullopt);
  EXPECT_EQ(number("connections_ratio"), std::nullopt);
  EXPECT_THAT(number("database_bytes"), Optional(Gt(1e6)));
  client().run("GRANT pg_monitor TO mon;");
  EXPECT_EQ(verdict(take()), "good: ");
  EXPECT_EQ(number("active"), 0);
}

TEST_F(PostgresValuesTest, DatabaseThatMayNotBeEnteredNamesItsGrant) {
  client().run("REVOKE CONNECT ON DATABASE app FROM public");
  EXPECT_EQ(verdict(take()),
            "unknown: permission denied for database \"app\" (42501); run: GRANT CONNECT ON "
            "DATABASE app TO mon;");
  client().run("GRANT CONNECT ON DATABASE app TO mon;");
  EXPECT_EQ(verdict(take()), "good: ");
}

TEST_F(PostgresValuesTest, OwnQueryHasItsValues) {
  EXPECT_EQ(verdict_of("SELECT 1;"), "good: ");
  EXPECT_EQ(verdict_of("SELECT 41.5 + 1 AS answer -- of all"), "good: ");
  EXPECT_EQ(number("own"), 42.5);
  EXPECT_EQ(detail("own"), "42.5");
  EXPECT_EQ(verdict_of("SELECT 1 AS a, 2 AS b, 'x' AS c", {"b", "a"}), "good: ");
  EXPECT_EQ(number("own_a"), 1);
  EXPECT_EQ(number("own_b"), 2);
  EXPECT_THAT(number("database_bytes"), Optional(Gt(1e6)));
}

TEST_F(PostgresValuesTest, WrongQueryIsUnknownAndLeavesTheSessionAlone) {
  EXPECT_EQ(verdict_of("SELECT 1 FROM nothing"),
            "unknown: query \"own\": relation \"nothing\" does not exist (42P01)");
  EXPECT_EQ(verdict(take()), "unknown: query \"own\": relation \"nothing\" does not exist (42P01)");
  EXPECT_EQ(number("active"), 0);
  EXPECT_EQ(client().run("SELECT count(*) FROM pg_stat_activity WHERE application_name = "
                         "'ripcord' AND state = 'idle'"),
            "1");
  EXPECT_THAT(verdict_of("SELECT generate_series(1, 1000000000)"),
              EndsWith("it answers more than one row"));
}

TEST_F(PostgresValuesTest, OwnQueryCannotWrite) {
  client().run("CREATE TABLE orders (id int)");
  client().run(
      "CREATE FUNCTION evil() RETURNS int LANGUAGE sql AS 'INSERT INTO orders VALUES "
      "(1) RETURNING id'");
  client().run("GRANT ALL ON orders TO mon");
  EXPECT_THAT(verdict_of("SELECT evil()"), HasSubstr("(25006)"));
  EXPECT_THAT(verdict_of("SELECT 1) AS q; COMMIT; INSERT INTO orders VALUES (1); SELECT (1"),
              HasSubstr("cannot insert multiple commands into a prepared statement"));
  EXPECT_THAT(verdict_of("INSERT INTO orders VALUES (1) RETURNING id"), HasSubstr("(42601)"));
  EXPECT_EQ(client().run("SELECT count(*) FROM orders"), "0");
}

TEST_F(PostgresValuesTest, RefusedQueryNamesItsGrant) {
  client().run("CREATE TABLE orders (id int)");
  EXPECT_EQ(verdict_of("SELECT count(*) FROM orders"),
            "unknown: query \"own\": permission denied for table orders (42501); run: GRANT SELECT "
            "ON TABLE orders TO mon;");
  client().run("GRANT SELECT ON TABLE orders TO mon;");
  EXPECT_EQ(verdict(take()), "good: ");
  EXPECT_EQ(number("own"), 0);
}

TEST_F(PostgresValuesTest, QueryThatHangsIsATimeoutThatTheServerEndsToo) {
  const std::string sleep = "SELECT 1 FROM pg_sleep(60)";
  EXPECT_THAT(verdict_of(sleep, {}, 300ms),
              StartsWith("bad: timeout after 300ms while waiting for the query \"own\""));
  PostgresClient admin = client();
  const std::string busy =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = "
      "'ripcord' AND state = 'active'";
  const Instant patience = loop().clock.now() + 10s;
  while (admin.run(busy) != "0" && loop().clock.now() < patience) {
  }
  EXPECT_EQ(admin.run(busy), "0");
}

}  // namespace
}  // namespace ripcord::probe
