#include "probe/postgres/activity.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::probe::postgres {
namespace {

TEST(WithoutLiterals, MasksTextsOfEveryKind) {
  EXPECT_EQ(without_literals("SELECT * FROM t WHERE a = 'x' AND b='it''s' OR c = ''"),
            "SELECT * FROM t WHERE a = ? AND b=? OR c = ?");
  EXPECT_EQ(without_literals(R"(SELECT E'a\'b', e'\\', 'c:\', B'101', X'1F', N'n', U&'\0441')"),
            "SELECT ?, ?, ?, ?, ?, ?, U&?");
  EXPECT_EQ(without_literals("SELECT $$it's$$, $tag$ a $$ b $tag$, $1, $23"),
            "SELECT ?, ?, $1, $23");
}

TEST(WithoutLiterals, MasksNumbersAndNotNames) {
  EXPECT_EQ(
      without_literals("SELECT a1, \"col 7\", t2.x FROM t2 WHERE id=42 AND f > 1.5e-3 LIMIT 10"),
      "SELECT a1, \"col 7\", t2.x FROM t2 WHERE id=? AND f > ?-? LIMIT ?");
  EXPECT_EQ(without_literals("SELECT .5, 0x1F, 1_000"), "SELECT ?, ?, ?");
}

TEST(WithoutLiterals, LosesTheRestOfWhatWasCutOff) {
  EXPECT_EQ(without_literals("ALTER ROLE app PASSWORD 's3cr"), "ALTER ROLE app PASSWORD ?");
  EXPECT_EQ(without_literals("DO $body$ BEGIN s3cr"), "DO ?");
  EXPECT_EQ(without_literals("SELECT E's3cr\\"), "SELECT ?");
  EXPECT_EQ(without_literals("SELECT \"unfinished"), "SELECT \"unfinished");
  EXPECT_EQ(without_literals(""), "");
}

TEST(WithoutLiterals, IsNotFooledByABackslashInAPlainText) {
  EXPECT_EQ(without_literals(R"(SELECT 'c:\' , 's3cr3t')"), "SELECT ? , ?");
}

TEST(Activity, LeavesOutWhatIsNotKnown) {
  const Table table{.columns = {"pid", "user", "query_seconds", "wait_event", "query"},
                    .rows = {{"7", "app", "1.500", std::nullopt, "SELECT 'x'\n  FROM t"},
                             {"8", "", std::nullopt, "relation", std::string(2000, 'q')}}};
  const auto activity = parse_activity(table);
  const auto& sessions = activity.at("sessions").as_array();
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(
      sessions[0],
      (boost::json::value{
          {"pid", 7.0}, {"user", "app"}, {"query_seconds", 1.5}, {"query", "SELECT ?   FROM t"}}));
  EXPECT_FALSE(sessions[1].as_object().contains("user"));
  EXPECT_LE(sessions[1].at("query").as_string().size(), 510U);
}

}  // namespace
}  // namespace ripcord::probe::postgres
