#include "probe/postgres/postgres_probe.hpp"

#include "tests/probe/postgres/probed_server.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace ripcord::probe {
namespace {

using namespace std::chrono_literals;
using test::PostgresClient;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class PostgresProbeTest : public test::ProbedServer {};

TEST_F(PostgresProbeTest, IsGoodOverASessionThatIsKept) {
  server().start();
  const Sample first = take();
  EXPECT_EQ(verdict(first), "good: ");
  EXPECT_EQ(first.latency_kind, LatencyKind::measured);
  EXPECT_GT(first.latency, 0us);
  EXPECT_EQ(verdict(take()), "good: ");
  PostgresClient admin(server().dsn("postgres"));
  EXPECT_EQ(admin.run("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ripcord'"),
            "1");
  EXPECT_THAT(detail("server"), StartsWith("PostgreSQL 15."));
}

TEST_F(PostgresProbeTest, NobodyThereIsBadAndNoLoss) {
  const Sample sample = take();
  EXPECT_EQ(verdict(sample),
            "bad: connection refused by 127.0.0.1:" + std::to_string(server().port()));
  EXPECT_EQ(sample.latency_kind, LatencyKind::none);
  use(server().socket_dsn());
  EXPECT_THAT(verdict(take()), StartsWith("bad: connection refused by /"));
}

TEST_F(PostgresProbeTest, ServerThatTakesNoConnectionsYetSaysSo) {
  server({"hot_standby = off"}).start();
  server().stop(SIGINT);
  std::ofstream(server().data() / "standby.signal") << "";
  server().start();
  const Sample sample = take();
  EXPECT_THAT(verdict(sample),
              AllOf(StartsWith("bad: it accepts no connections: "), EndsWith(" (57P03)")));
  EXPECT_FALSE(sample.connection_lost);
}

TEST_F(PostgresProbeTest, WrongPasswordIsUnknownAndNeverShown) {
  server().start();
  use(server().dsn("locked") + " password=s3cr3t");
  EXPECT_THAT(verdict(take()), Not(StartsWith("bad")));
  use(server().dsn("locked") + " password=hunter2");
  EXPECT_THAT(verdict(take()), AllOf(StartsWith("unknown: it does not let us in: password "
                                                "authentication failed for user \"locked\""),
                                     EndsWith(" (28P01)")));
  EXPECT_THAT(everything_said(), Not(HasSubstr("hunter2")));
  use(server().dsn("locked"));
  EXPECT_THAT(verdict(take()), AllOf(StartsWith("unknown: "), HasSubstr("no password supplied")));
}

TEST_F(PostgresProbeTest, PasswordComesFromTheFileAndTheServiceAsLibpqHasThem) {
  server().start();
  PostgresClient(server().dsn("postgres")).run("GRANT pg_monitor TO locked");
  const std::string pgpass = path("pgpass");
  const std::string services = path("services");
  std::ofstream(pgpass) << "127.0.0.1:*:app:locked:s3cr3t\n";
  std::filesystem::permissions(pgpass, std::filesystem::perms::owner_read);
  use(server().dsn("locked") + " passfile=" + pgpass);
  EXPECT_EQ(verdict(take()), "good: ");

  std::ofstream(services) << "[app]\nhost=127.0.0.1\nport=" << server().port()
                          << "\nuser=locked\ndbname=app\npassfile=" << pgpass << "\n";
  ASSERT_EQ(setenv("PGSERVICEFILE", services.c_str(), 1), 0);
  use("service=app");
  EXPECT_EQ(verdict(take()), "good: ");
  use("service=other");
  EXPECT_EQ(verdict(take()), "unknown: definition of service \"other\" not found");
}

TEST_F(PostgresProbeTest, UriAndNamesAreLookedUpOffTheLoop) {
  server().start();
  const std::string place = "localhost:" + std::to_string(server().port());
  use("postgresql://mon@" + place + "/app?connect_timeout=1");
  EXPECT_EQ(verdict(take()), "good: ");
  EXPECT_THAT(detail("server"), HasSubstr(place + " (127.0.0.1)"));
  use("postgresql://mon@nowhere.invalid/app");
  EXPECT_THAT(verdict(take()), StartsWith("unknown: cannot look up \"nowhere.invalid\""));
  use("postgresql://mon@nowhere.invalid," + place + "/app");
  EXPECT_EQ(verdict(take()), "good: ");
}

TEST_F(PostgresProbeTest, DatabaseThatWasNeverThereMayBeAMistakeOfOurs) {
  server().start();
  use(server().dsn("mon", "ap"));
  EXPECT_EQ(verdict(take()), "unknown: database \"ap\" does not exist (3D000)");
}

TEST_F(PostgresProbeTest, DatabaseThatIsGoneIsALoss) {
  server().start();
  EXPECT_EQ(verdict(take()), "good: ");
  PostgresClient(server().dsn("postgres", "postgres")).run("DROP DATABASE app WITH (FORCE)");
  const Sample sample = take();
  EXPECT_THAT(verdict(sample), AllOf(StartsWith("bad: the session is gone ("),
                                     HasSubstr("database \"app\" does not exist")));
  EXPECT_TRUE(sample.connection_lost);
}

TEST_F(PostgresProbeTest, WhatAnswersInAnotherProtocolIsBad) {
  test::BadPeer peer(loop(), {{test::Say{"HTTP/1.1 400 Bad Request\r\n\r\n"}}});
  use("host=127.0.0.1 user=mon dbname=app port=" + std::to_string(peer.port()));
  EXPECT_THAT(verdict(take()), StartsWith("bad: received invalid response to SSL negotiation: H"));
}

TEST_F(PostgresProbeTest, PeerThatSaysNothingIsATimeout) {
  test::BadPeer peer(loop(), {{test::Hang{}}});
  use("host=127.0.0.1 user=mon dbname=app port=" + std::to_string(peer.port()), 150ms);
  const Sample sample = take();
  EXPECT_EQ(verdict(sample), "bad: timeout after 150ms while connecting to 127.0.0.1:" +
                                 std::to_string(peer.port()));
  EXPECT_EQ(sample.latency_kind, LatencyKind::at_least);
  EXPECT_GE(sample.latency, 150ms);
  EXPECT_LT(sample.latency, 1s);
}

TEST_F(PostgresProbeTest, PlaceThatHangsLeavesTimeForTheNext) {
  server().start();
  test::BadPeer peer(loop(), {{test::Hang{}}});
  use("host=127.0.0.1,127.0.0.1 user=mon dbname=app port=" + std::to_string(peer.port()) + "," +
          std::to_string(server().port()),
      2s);
  EXPECT_EQ(verdict(take()), "good: ");
}

TEST_F(PostgresProbeTest, FullServerIsSaturatedAndNotLost) {
  server({"max_connections = 5", "superuser_reserved_connections = 1"}).start();
  EXPECT_EQ(verdict(take()), "good: ");
  EXPECT_EQ(number("connections_ratio"), 0.25);
  PostgresClient admin(server().dsn("postgres"));
  std::vector<PostgresClient> crowd;
  for (int i = 0; i < 2; ++i) crowd.emplace_back(server().dsn());
  EXPECT_EQ(verdict(take()), "good: ");  // its own connection is one that it keeps
  EXPECT_EQ(number("connections_ratio"), 1.0);

  admin.run(
      "SELECT pg_terminate_backend(pid, 9000) FROM pg_stat_activity WHERE application_name = "
      "'ripcord'");
  crowd.emplace_back(server().dsn());
  const Sample sample = take();
  EXPECT_THAT(verdict(sample),
              AllOf(StartsWith("bad: the session is gone ("),
                    HasSubstr("every connection is taken: "), EndsWith(" (53300)")));
  EXPECT_FALSE(sample.connection_lost);
  crowd.clear();
  EXPECT_EQ(verdict(take_until_good()), "good: ");
}

}  // namespace
}  // namespace ripcord::probe
