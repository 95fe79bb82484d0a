#include "probe/postgres/settings.hpp"
#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace ripcord::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

const std::string head = "[service.a.probe.p]\ntype = 'postgres'\n";
const std::string trigger =
    "\n[service.a.trigger.t]\ntype = 'consecutive_failures'\nprobe = 'p'\nfailures = 1\n";

struct Read {
  engine::ProbeSettings settings;
  probe::PostgresProbeSettings postgres;
};

Read probe(const std::string& lines) {
  const Configuration read = good(head + lines + trigger);
  if (read.services.empty()) return {};
  return {.settings = read.services[0].engine.probes[0],
          .postgres = std::get<probe::PostgresProbeSettings>(read.services[0].probes[0])};
}

std::vector<std::string> wrong(const std::string& lines) {
  return mistakes_in(head + lines + trigger);
}

TEST(ReadPostgresProbe, NeedsNothingButWhereTheServerIs) {
  const Read read = probe("dsn = 'service=app'");
  EXPECT_EQ(read.postgres.dsn, "service=app");
  EXPECT_EQ(read.postgres.timeout, 2s);
  EXPECT_THAT(read.postgres.queries, IsEmpty());
  EXPECT_EQ(read.settings.timing, ProbeTiming());
  EXPECT_THAT(read.settings.vocabulary.values,
              IsSupersetOf({"active", "connections_ratio", "replication_lag"}));
  EXPECT_THAT(wrong(""), ElementsAre("ripcord.toml:1:1: service.a.probe.p.dsn: is missing"));
}

TEST(ReadPostgresProbe, ReadsQueriesWithTheirColumns) {
  const Read read = probe(
      "dsn = 'host=h'\ntimeout = '1s'\n[service.a.probe.p.query.jobs]\nsql = '''\nSELECT 1\n'''\n"
      "[service.a.probe.p.query.lag]\nsql = 'SELECT 1 AS a, 2 AS b'\ncolumns = ['b', 'a']\n");
  EXPECT_EQ(read.postgres.timeout, 1s);
  ASSERT_EQ(read.postgres.queries.size(), 2U);
  EXPECT_EQ(read.postgres.queries[0],
            (probe::PostgresQuery{.name = "jobs", .sql = "SELECT 1\n", .columns = {}}));
  EXPECT_THAT(read.postgres.queries[1].columns, ElementsAre("b", "a"));
  EXPECT_EQ(read.settings.vocabulary, vocabulary_of(read.postgres));
}

TEST(ReadPostgresProbe, RefusesWhatLibpqWouldRefuseWithoutShowingASecret) {
  EXPECT_THAT(wrong("dsn = 'hots=h'"),
              ElementsAre("ripcord.toml:3:7: service.a.probe.p.dsn: invalid connection option "
                          "\"hots\""));
  EXPECT_THAT(wrong("dsn = 'postgresql://me:hunter2@[h'"),
              ElementsAre("ripcord.toml:3:7: service.a.probe.p.dsn: is not a connection string or "
                          "URI that libpq understands"));
}

TEST(ReadPostgresProbe, ReportsEveryMistakeOfAQuery) {
  const std::string query = "dsn = 'host=h'\n[service.a.probe.p.query.q]\n";
  const std::string path = "service.a.probe.p.query.q.";
  EXPECT_THAT(wrong(query), ElementsAre("ripcord.toml:4:1: " + path + "sql: is missing"));
  EXPECT_THAT(wrong(query + "sql = ' '\nrows = 1"),
              ElementsAre("ripcord.toml:5:7: " + path + "sql: is empty",
                          "ripcord.toml:6:1: " + path + "rows: unknown key"));
  EXPECT_THAT(wrong(query + "sql = 5"), ElementsAre("ripcord.toml:5:7: " + path +
                                                    "sql: expected a text, found a whole number"));
  EXPECT_THAT(wrong(query + "sql = 'SELECT 1'\ncolumns = ['a', 'A b', 'a']"),
              ElementsAre("ripcord.toml:6:17: " + path +
                              "columns: \"A b\" is not the name of a value; write a-z, 0-9 and "
                              "\"_\", and AS in the query",
                          "ripcord.toml:6:24: " + path + "columns: \"a\" is there twice"));
}

TEST(ReadPostgresProbe, EachValueHasANameOfItsOwn) {
  const auto named = [](const std::string& name, const std::string& more) {
    return "dsn = 'host=h'\n[service.a.probe.p.query." + name + "]\nsql = 'SELECT 1'\n" + more;
  };
  EXPECT_THAT(wrong(named("active", "")),
              ElementsAre("ripcord.toml:4:1: service.a.probe.p.query: two values would be called "
                          "\"active\""));
  EXPECT_THAT(wrong(named("lock", "columns = ['waits']")),
              ElementsAre("ripcord.toml:4:1: service.a.probe.p.query: two values would be called "
                          "\"lock_waits\""));
  EXPECT_EQ(wrong(named("Big-One", "")).size(), 1U);
}

}  // namespace
}  // namespace ripcord::config
