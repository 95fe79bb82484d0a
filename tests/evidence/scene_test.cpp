#include "evidence/scene.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace ripcord::evidence {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

namespace json = boost::json;

constexpr Instant evening{std::chrono::seconds(1'700'000'000)};

Scene scene() {
  Scene scene{.at = evening, .deployment = {}, .service = {}, .samples = {}};
  scene.deployment.id = "shop-1";
  scene.deployment.service = "shop";
  scene.deployment.version = "v2";
  scene.deployment.previous_version = "v1";
  scene.deployment.configuration = "fedcba";
  scene.deployment.preexisting = {"slow"};
  scene.deployment.phase = RollingBack{};
  scene.deployment.cause = Cause{.trigger = "unhealthy",
                                 .reason = "3 of 3 failures in a row",
                                 .by = "ripcord",
                                 .at = evening,
                                 .bad_since = std::nullopt};
  scene.service.name = "shop";
  scene.service.triggers.push_back({.name = "unhealthy",
                                    .probe = "ready",
                                    .kind = "consecutive_failures",
                                    .finding = {.state = FindingState::tripped, .progress = 1},
                                    .reason = "3 of 3 failures in a row"});
  Sample bad{.taken_at = evening, .latency = 20ms, .reason = "status 500\x1b[31m"};
  bad.outcome = Outcome::bad;
  bad.readings = {{.value = 0, .number = 500}};
  scene.samples.push_back({.probe = "ready",
                           .vocabulary = {.values = {"status"}, .occurrences = {}},
                           .samples = {bad}});
  return scene;
}

const json::value& content(const std::vector<Exhibit>& exhibits, std::string_view file) {
  const auto found = std::ranges::find(exhibits, file, &Exhibit::file);
  static const json::value nothing;
  return found == exhibits.end() ? nothing : found->content;
}

TEST(Scene, TellsTheDecisionAndItsNumbers) {
  const std::vector<Exhibit> exhibits = exhibits_of(scene());
  const json::value& deployment = content(exhibits, "deployment.json");
  EXPECT_EQ(deployment.at("version"), "v2");
  EXPECT_EQ(deployment.at("phase"), "rolling_back");
  EXPECT_EQ(deployment.at("cause").at("trigger"), "unhealthy");
  EXPECT_EQ(deployment.at("preexisting").at(0), "slow");
  const json::value& trigger = content(exhibits, "findings.json").at("triggers").at(0);
  EXPECT_EQ(trigger.at("state"), "tripped");
  EXPECT_EQ(trigger.at("reason"), "3 of 3 failures in a row");
}

TEST(Scene, TellsTheSamplesWithTheirValuesAndNoControlCharacters) {
  const std::vector<Exhibit> exhibits = exhibits_of(scene());
  const json::value& sample = content(exhibits, "samples.json").at(0).at("samples").at(0);
  EXPECT_EQ(sample.at("outcome"), "bad");
  EXPECT_EQ(sample.at("values").at("status"), 500.0);
  EXPECT_EQ(sample.at("latency_seconds"), 0.02);
  EXPECT_EQ(sample.at("reason"), "status 500 [31m");
}

TEST(Changes, ComparesWithTheLastGoodVersion) {
  const GoodFacts good{.deployment = "shop-0",
                       .version = "v1",
                       .configuration = "abc",
                       .at = evening - 24h,
                       .images = {{"shop-a", "shop:v1 (sha256:1)"}, {"gone", "x (sha256:3)"}}};
  const Exhibit changes =
      changes_exhibit(scene(), good, {{"shop-a", "shop:v2 (sha256:2)"}, {"fresh", "y (sha256:4)"}});
  const std::string text = to_bytes(changes);
  EXPECT_THAT(text, HasSubstr("shop:v1 (sha256:1)"));
  EXPECT_THAT(text, HasSubstr("shop:v2 (sha256:2)"));
  EXPECT_THAT(text, HasSubstr("image of container fresh"));
  EXPECT_THAT(text, HasSubstr("is not there"));
  EXPECT_THAT(text, HasSubstr("configuration of ripcord"));
  EXPECT_EQ(changes.content.at("compared_with"), "shop-0");
}

TEST(Changes, NameOnlyWhatDiffers) {
  GoodFacts good{.deployment = "shop-0",
                 .version = "v1",
                 .configuration = "fedcba",
                 .at = evening,
                 .images = {{"a", "i"}}};
  const Exhibit changes = changes_exhibit(scene(), good, {{"a", "i"}});
  ASSERT_EQ(changes.content.at("changes").as_array().size(), 1U);
  EXPECT_EQ(changes.content.at("changes").at(0).at("what"), "version");
}

TEST(Changes, SayNothingOfContainersThatCouldNotBeSeen) {
  const GoodFacts good{.deployment = "shop-0",
                       .version = "v1",
                       .configuration = "fedcba",
                       .at = evening,
                       .images = {{"a", "i"}}};
  EXPECT_THAT(to_bytes(changes_exhibit(scene(), good, {})), Not(HasSubstr("is not there")));
  EXPECT_TRUE(changes_exhibit(scene(), std::nullopt, {}).content.at("compared_with").is_null());
}

TEST(GoodFactsTest, AreReadBackAsTheyWere) {
  const GoodFacts good{.deployment = "shop-0",
                       .version = "v1",
                       .configuration = "abc",
                       .at = evening,
                       .images = {{"shop-a", "shop:v1 (sha256:1)"}}};
  const auto read = parse_good_facts(to_bytes({.file = "a.json", .content = to_json(good)}));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->deployment, good.deployment);
  EXPECT_EQ(read->version, good.version);
  EXPECT_EQ(read->configuration, good.configuration);
  EXPECT_EQ(read->at, good.at);
  EXPECT_EQ(read->images, good.images);
  for (const char* text : {"", "{", "[]", "{}", R"({"version": 1, "images": {}})"}) {
    EXPECT_FALSE(parse_good_facts(text)) << text;
  }
}

TEST(Images, AreThoseOfTheContainersThatWereSeen) {
  const auto images = images_in(
      {{.file = "containers/a.json", .content = {{"name", "a"}, {"image", "i"}, {"image_id", "s"}}},
       {.file = "host.json", .content = {{"name", "b"}}},
       {.file = "containers/odd.json", .content = "text"}});
  ASSERT_EQ(images.size(), 1U);
  EXPECT_EQ(images.at("a"), "i (s)");
}

TEST(Runs, AreToldWithWhatTheyPrinted) {
  RunResult result;
  result.outcome = RunOutcome::exited;
  result.code = 3;
  result.started_at = evening;
  result.ended_at = evening + 2s;
  const auto exhibits = exhibits_of(std::vector<RunStory>{
      {.step = {.kind = StepKind::rollback},
       .name = "database",
       .result = result,
       .output = "one\r\ntwo\x1b[2J\n"},
      {.step = {.kind = StepKind::verify}, .name = "", .result = {}, .output = ""}});
  EXPECT_EQ(content(exhibits, "runs/rollback.1.txt"), "one\ntwo [2J\n");
  EXPECT_EQ(content(exhibits, "runs/verify.txt"), "");
  EXPECT_THAT(std::string(content(exhibits, "runs.json").at(0).at("result").as_string()),
              HasSubstr("exited 3 after 2s"));
  EXPECT_EQ(content(exhibits, "runs.json").at(1).at("result"), "it has not ended");
}

}  // namespace
}  // namespace ripcord::evidence
