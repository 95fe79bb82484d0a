#include "probe/postgres/statistics.hpp"

#include "probe/postgres/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace ripcord::probe::postgres {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

using Row = std::vector<std::optional<std::string>>;

Row full_row() {
  return {"3", "1",   "2.5", "7.25",       "0",          "0.125",   "8000000",
          "0", "100", "2",   std::nullopt, std::nullopt, "primary", "2026-01-01 00:00:00+00"};
}

TEST(Statistics, LeaveOutWhatIsNotKnown) {
  const auto parsed = parse_statistics({.columns = {}, .rows = {full_row()}}).value();
  EXPECT_EQ(parsed.readings.size(), 10U);
  EXPECT_EQ(parsed.readings.front(), (Reading{.value = 0, .number = 3}));
  EXPECT_EQ(parsed.readings.back(), (Reading{.value = 9, .number = 2}));
  EXPECT_THAT(parsed.missing_grant, IsEmpty());
  EXPECT_EQ(parsed.role, "primary");
}

TEST(Statistics, AnAnswerToSomethingElseIsNone) {
  EXPECT_EQ(parse_statistics({.columns = {}, .rows = {}}).error().state, State::broken);
  EXPECT_EQ(parse_statistics({.columns = {}, .rows = {{"1"}}}).error().state, State::broken);
}

TEST(Statistics, AreReadInATransactionThatEndsWithTheTime) {
  EXPECT_THAT(statistics_query(1500us),
              StartsWith("BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = 2;"));
  EXPECT_THAT(begin_query(1us), HasSubstr("= 1;"));
}

Tried<std::vector<Reading>> parsed(const PostgresQuery& query, std::vector<std::string> columns,
                                   std::vector<Row> rows) {
  return parse_query(query, 11, {.columns = std::move(columns), .rows = std::move(rows)});
}

const PostgresQuery single{.name = "orders", .sql = "SELECT 1", .columns = {}};
const PostgresQuery several{.name = "q", .sql = "SELECT 1", .columns = {"b", "a"}};

TEST(OwnQuery, HasTheValueOfItsOnlyColumn) {
  EXPECT_THAT(parsed(single, {"count"}, {{"42"}}).value(),
              ElementsAre(Reading{.value = 11, .number = 42}));
}

TEST(OwnQuery, HasAValueForEachColumnThatIsNamed) {
  EXPECT_THAT(parsed(several, {"a", "b", "c"}, {{"1", "2", "x"}}).value(),
              ElementsAre(Reading{.value = 11, .number = 2}, Reading{.value = 12, .number = 1}));
}

TEST(OwnQuery, KnowsNothingOfNoRowOfNullAndOfNan) {
  EXPECT_THAT(parsed(single, {"count"}, {}).value(), IsEmpty());
  EXPECT_THAT(parsed(single, {"count"}, {{std::nullopt}}).value(), IsEmpty());
  EXPECT_THAT(parsed(single, {"count"}, {{"NaN"}}).value(), IsEmpty());
  EXPECT_THAT(parsed(single, {"count"}, {{"Infinity"}}).value(), IsEmpty());
}

TEST(OwnQuery, SaysWhatIsWrongWithIt) {
  EXPECT_EQ(parsed(single, {"a"}, {{"1"}, {"2"}}).error().message, "it answers more than one row");
  EXPECT_EQ(parsed(single, {"a", "b"}, {{"1", "2"}}).error().message,
            "it answers 2 columns; name those that count in \"columns\"");
  EXPECT_EQ(parsed(several, {"a"}, {{"1"}}).error().message, "it answers no column \"b\"");
  EXPECT_EQ(parsed(single, {"a"}, {{"00:00:05"}}).error().message,
            "its column \"a\" is no number: \"00:00:05\"");
  EXPECT_EQ(parsed(single, {"a"}, {{"1"}, {"2"}}).error().state, State::query);
}

TEST(OwnQuery, ACommentAtItsEndHidesNothing) {
  EXPECT_EQ(bounded("SELECT 1 -- one"), "SELECT * FROM (\nSELECT 1 -- one\n) AS query LIMIT 2");
}

TEST(OwnQuery, MayEndAsPeopleEndThem) {
  EXPECT_EQ(bounded(" SELECT 1; \n"), "SELECT * FROM (\nSELECT 1\n) AS query LIMIT 2");
}

TEST(MissingGrant, IsNamedExactly) {
  EXPECT_EQ(grant_for("permission denied for table orders", "mon"),
            "GRANT SELECT ON TABLE orders TO mon;");
  EXPECT_EQ(grant_for("permission denied for schema Sales", "web-1"),
            "GRANT USAGE ON SCHEMA \"Sales\" TO \"web-1\";");
  EXPECT_EQ(grant_for("permission denied for database \"app\"", "mon"),
            "GRANT CONNECT ON DATABASE app TO mon;");
  EXPECT_EQ(grant_for("permission denied for table a\"b", "mon"),
            "GRANT SELECT ON TABLE \"a\"\"b\" TO mon;");
  EXPECT_EQ(grant_for("permission denied for language c", "mon"), "");
  EXPECT_EQ(grant_for("keine Berechtigung für Tabelle orders", "mon"), "");
}

TEST(PostgresVocabulary, HasTheFixedValuesThenThoseOfTheQueries) {
  const auto values = vocabulary_of({.dsn = "", .queries = {single, several}}).values;
  ASSERT_EQ(values.size(), statistics.size() + 3);
  EXPECT_EQ(values.at(0), "active");
  EXPECT_EQ(values.at(10), "replication_lag");
  EXPECT_EQ(values.at(11), "orders");
  EXPECT_EQ(values.at(12), "q_b");
  EXPECT_EQ(values.at(13), "q_a");
}

std::string objection(const std::string& dsn) {
  const Result<void> checked = check_dsn(dsn);
  return checked ? "" : checked.error().message;
}

TEST(Dsn, IsWhatLibpqTakes) {
  EXPECT_EQ(objection("host=localhost dbname=app passfile=/etc/ripcord/pgpass"), "");
  EXPECT_EQ(objection("postgresql://mon@a,b:5433/app?sslmode=verify-full"), "");
  EXPECT_EQ(objection("service=app"), "");
  EXPECT_THAT(objection("app"), StartsWith("is no connection string"));
  EXPECT_EQ(objection("hots=localhost"), "invalid connection option \"hots\"");
}

TEST(Dsn, ComplaintsShowNoPassword) {
  for (const std::string dsn :
       {"password=my hunter2", "postgresql://u:hunter2@[::1/db", "passwrd=hunter2"}) {
    EXPECT_EQ(objection(dsn), "is not a connection string or URI that libpq understands") << dsn;
  }
}

}  // namespace
}  // namespace ripcord::probe::postgres
