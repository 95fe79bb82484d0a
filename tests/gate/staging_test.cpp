#include "gate/staging.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <variant>

namespace ripcord::gate {
namespace {

using testing::HasSubstr;

std::string deployment(const std::string& members) {
  return R"({"id":"x","service":"backend","started_at":"2026-11-22T19:00:00.000Z",)" + members +
         "}";
}

std::string answer(const std::string& deployments) {
  return R"({"deployments":[)" + deployments + "]}";
}

deploy::StagingFact read(const std::string& deployments) {
  return parse_deployments(answer(deployments), "backend").value();
}

std::string mistake_in(const std::string& text) {
  const auto parsed = parse_deployments(text, "backend");
  return parsed ? "none" : parsed.error().message;
}

TEST(ParseDeployments, ReadsWhatTheApiAnswers) {
  const deploy::StagingFact fact = read(
      deployment(R"("version":"v3","phase":"baking","ended_at":null,"drill":false,"more":[1,{}])") +
      "," +
      deployment(R"("version":"v2","phase":"succeeded","ended_at":"2026-11-22T19:20:00.000Z")"));
  ASSERT_EQ(fact.records.size(), 2U);
  EXPECT_EQ(fact.records[0].version, "v3");
  EXPECT_TRUE(std::holds_alternative<Baking>(fact.records[0].phase));
  EXPECT_EQ(fact.records[0].at, parse_instant("2026-11-22T19:00:00Z").value());
  EXPECT_TRUE(std::holds_alternative<Succeeded>(fact.records[1].phase));
  EXPECT_EQ(fact.records[1].at, parse_instant("2026-11-22T19:20:00Z").value());
}

TEST(ParseDeployments, LeavesOutDrillsAndOtherServicesButNoRollbackByHand) {
  EXPECT_TRUE(
      read(deployment(R"("version":"v2","phase":"succeeded","drill":true)")).records.empty());
  EXPECT_TRUE(parse_deployments(answer(deployment(R"("version":"v2","phase":"succeeded")")), "web")
                  .value()
                  .records.empty());
  EXPECT_EQ(read(deployment(R"("version":"v2","phase":"rolled_back","manual_rollback":true)"))
                .records.size(),
            1U)
      << "it takes back that v2 is good";
}

TEST(ParseDeployments, BelievesNothingElse) {
  EXPECT_THAT(mistake_in("<html>"), HasSubstr("it has no list of deployments"));
  EXPECT_THAT(mistake_in("[]"), HasSubstr("it has no list of deployments"));
  EXPECT_THAT(mistake_in(R"({"error":"no such service"})"), HasSubstr("no list of deployments"));
  EXPECT_THAT(mistake_in(answer("7")), HasSubstr("a deployment is no object"));
  EXPECT_THAT(mistake_in(answer(R"({"version":"v2"})")), HasSubstr("has no service, version"));
  EXPECT_THAT(mistake_in(answer(deployment(R"("version":"v2","phase":"fine")"))),
              HasSubstr("\"fine\" is not a phase"));
  EXPECT_THAT(
      mistake_in(answer(deployment(R"("version":"v2","phase":"failed","ended_at":"today")"))),
      HasSubstr("it is not what /api/v1/deployments answers"));
}

TEST(ReadStaging, ReadsAFile) {
  const test::TempDir dir;
  const std::string path = (dir.path() / "staging.json").string();
  StagingSource source{
      .service = "backend", .place = {}, .prefix = {}, .token_file = {}, .file = path};
  EXPECT_THAT(read_staging(source).error().message, HasSubstr(path));
  std::ofstream(path) << answer(deployment(R"("version":"v2","phase":"succeeded")"));
  EXPECT_EQ(read_staging(source).value().records.size(), 1U);
  std::ofstream(path) << "{";
  EXPECT_THAT(read_staging(source).error().message, HasSubstr(path + ": it is not what"));
}

}  // namespace
}  // namespace ripcord::gate
