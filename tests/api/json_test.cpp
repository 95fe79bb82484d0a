#include "api/json.hpp"

#include "tests/api/ask.hpp"
#include "tests/api/stories.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace ripcord::api {
namespace {

namespace json = boost::json;
using test::baking_deployment;
using test::evening;
using test::rolled_back_deployment;
using namespace std::chrono_literals;

TEST(ApiJson, WritesNumbersAsPeopleDo) {
  EXPECT_EQ(to_text(json::parse(R"({"a":0.25,"b":[1e-3,2,-3.5],"c":"x\u0001","d":null,"e":true})")),
            R"({"a":0.25,"b":[0.001,2,-3.5],"c":"x\u0001","d":null,"e":true})");
  EXPECT_EQ(to_text(json::value(std::numeric_limits<double>::infinity())), "null");
  EXPECT_EQ(to_text(json::value(std::numeric_limits<std::uint64_t>::max())),
            "18446744073709551615");
  EXPECT_EQ(to_text(json::object{}), "{}");
}

TEST(ApiJson, GivesTimesInMillisecondsAndLengthsInSeconds) {
  const json::object rolled_back = to_json(rolled_back_deployment());
  EXPECT_EQ(test::text(rolled_back.at("cause").at("at")), "2026-11-22T19:01:02.250Z");
  EXPECT_EQ(test::number(rolled_back.at("duration_seconds")), 72.75);
  EXPECT_EQ(test::number(rolled_back.at("detection_seconds")), 2.25);
  EXPECT_EQ(test::number(rolled_back.at("recovery_seconds")), 10.5);
}

TEST(ApiJson, GivesNullForWhatIsNotKnown) {
  Deployment fresh = baking_deployment();
  fresh.previous_version.clear();
  const json::object open = to_json(fresh);
  for (const char* member : {"previous_version", "ended_at", "commit_time", "cause", "verdict",
                             "duration_seconds", "detection_seconds", "recovery_seconds"}) {
    EXPECT_TRUE(open.at(member).is_null()) << member;
  }
  EXPECT_TRUE(to_json(engine::ServiceSnapshot{}).at("deployment").is_null());
}

TEST(ApiJson, GivesNoRecoveryToARollbackThatFailed) {
  Deployment failed = rolled_back_deployment();
  failed.phase = RollbackFailed{};
  EXPECT_TRUE(to_json(failed).at("recovery_seconds").is_null());
}

TEST(ApiJson, CarriesWhatAPhaseCarries) {
  const auto detail = [](Phase phase) {
    Deployment deployment = baking_deployment();
    deployment.phase = phase;
    return to_text(to_json(deployment).at("phase_detail"));
  };
  EXPECT_EQ(detail(Deploying{}), "{}");
  EXPECT_EQ(detail(Baking{.settled_at = evening, .until = evening + 1s, .overdue = true}),
            R"({"settled_at":"2026-11-22T19:00:00.000Z","until":"2026-11-22T19:00:01.000Z",)"
            R"("overdue":true,"stage":1,"awaiting":false})");
  EXPECT_EQ(detail(RollingBack{.step = 1, .attempt = 1}), R"({"step":"rollback.2+1"})");
  EXPECT_EQ(detail(Verifying{.settled_at = evening, .until = evening}),
            R"({"settled_at":"2026-11-22T19:00:00.000Z","until":"2026-11-22T19:00:00.000Z",)"
            R"("script":"waiting","step":"verify"})");
  EXPECT_EQ(detail(Succeeded{}), "{}");
}

TEST(ApiJson, TellsOfProbesAndTriggers) {
  const json::object service = to_json(test::backend_service());
  EXPECT_EQ(to_text(service.at("probes").at(0)),
            R"({"name":"ready","last":{"taken_at":"2026-11-22T19:00:59.000Z","outcome":"bad",)"
            R"("latency_seconds":0.0125,"latency_kind":"measured",)"
            R"("reason":"status 500, expected 200"},"values":{"first_byte_seconds":0.0125},)"
            R"("samples":60,"samples_bad":2,)"
            R"("samples_unknown":1})");
  EXPECT_EQ(test::text(service.at("triggers").at(0).at("state")), "pending");
  EXPECT_EQ(test::text(service.at("triggers").at(0).at("kind")), "consecutive_failures");
}

TEST(ApiJson, TellsHowARunEnded) {
  const json::object run = to_json(test::rolled_back_view().runs.front());
  EXPECT_EQ(test::text(run.at("step")), "rollback.1");
  EXPECT_EQ(test::number(run.at("result").at("duration_seconds")), 2.1);
  EXPECT_TRUE(run.at("result").at("succeeded").as_bool());
  EXPECT_TRUE(to_json(test::rolling_back_view().runs.front()).at("result").is_null());
}

TEST(ApiJson, KeepsHostileBytesOut) {
  Deployment hostile = baking_deployment();
  hostile.version = "v\x1b[2J\xff\n2";
  EXPECT_EQ(test::text(to_json(hostile).at("version")), "v [2J\uFFFD 2");
  EXPECT_EQ(printable_lines("a\tb\r\nc\x07\xff\n"), "a b\nc \uFFFD\n");
}

}  // namespace
}  // namespace ripcord::api
