#include "net/before.hpp"
#include "probe/exhibits.hpp"
#include "probe/postgres/postgres_probe.hpp"
#include "tests/probe/postgres/probed_server.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <string>

// What the database shows for the evidence of a rollback, by the real server.
namespace ripcord::probe {
namespace {

using namespace std::chrono_literals;
using test::PostgresClient;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class PostgresExhibitsTest : public test::ProbedServer {
 protected:
  void SetUp() override {
    test::ProbedServer::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    server().start();
  }

  Result<Exhibits> exhibits(const std::string& dsn, Duration patience = 5s) {
    PostgresProbe probe(loop().context.get_executor(), loop().clock, loop().resolver,
                        {.dsn = dsn, .queries = {}, .timeout = patience});
    const Instant deadline = loop().clock.now() + patience;
    return loop().wait_for(net::before(loop().clock, deadline + 5s, probe.exhibits(deadline)));
  }
};

TEST_F(PostgresExhibitsTest, ShowTheSessionsAndNoneOfTheirLiterals) {
  PostgresClient holder(server().dsn("postgres"));
  holder.run("CREATE TABLE accounts (id int, secret text)");
  holder.run("BEGIN");
  holder.run("LOCK TABLE accounts");
  PostgresClient waiter(server().dsn("postgres"));
  waiter.begin("SELECT * FROM accounts WHERE secret = 'canary-literal' AND id = 4711");
  loop().run_for(200ms);
  const auto shown = exhibits(server().dsn());
  ASSERT_TRUE(shown) << shown.error().message;
  ASSERT_EQ(shown->shown.size(), 1U);
  EXPECT_EQ(shown->shown[0].file, "postgres.json");
  const std::string text = boost::json::serialize(shown->shown[0].content);
  EXPECT_THAT(text, AllOf(HasSubstr("FROM accounts WHERE secret = ? AND id = ?"),
                          HasSubstr("idle in transaction"), HasSubstr("\"Lock\""),
                          HasSubstr("\"waits_for\":\"" + std::to_string(holder.pid()) + "\"")));
  EXPECT_THAT(text, Not(HasSubstr("canary")));
  EXPECT_THAT(text, Not(HasSubstr("4711")));
}

TEST_F(PostgresExhibitsTest, HideThePasswordOfTheConnectionString) {
  const auto shown = exhibits(server().dsn("locked") + " password=s3cr3t");
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_THAT(shown->secrets, testing::ElementsAre("s3cr3t"));
  EXPECT_THAT(boost::json::serialize(shown->shown[0].content), Not(HasSubstr("s3cr3t")));
}

TEST_F(PostgresExhibitsTest, EndInTimeWhenTheServerHangs) {
  server().signal_all(SIGSTOP);
  const Instant began = loop().clock.now();
  const auto shown = exhibits(server().dsn(), 300ms);
  server().signal_all(SIGCONT);
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_THAT(shown->missing, testing::SizeIs(1));
  EXPECT_LT(loop().clock.now() - began, 2s);
}

TEST_F(PostgresExhibitsTest, SayWhyThereAreNone) {
  server().stop(SIGINT);
  const auto shown = exhibits(server().dsn());
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_THAT(shown->shown, testing::IsEmpty());
  EXPECT_THAT(shown->missing, testing::ElementsAre(HasSubstr("refused")));
}

TEST_F(PostgresExhibitsTest, HideThePasswordAlsoWhenNobodyAnswers) {
  server().stop(SIGINT);
  const auto shown = exhibits(server().dsn("locked") + " password=s3cr3t");
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_THAT(shown->secrets, testing::ElementsAre("s3cr3t"));
}

}  // namespace
}  // namespace ripcord::probe
