#include "probe/docker/show_container.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::probe::docker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// With a canary everywhere a secret may stand.
constexpr const char* answer = R"({
  "Id": "0123456789abcdef", "Name": "/shop-backend-1", "Image": "sha256:cafe",
  "Created": "2026-11-22T19:00:00Z", "RestartCount": 4, "Path": "python",
  "Args": ["app.py", "--db-password", "canary-1", "--api-key=canary-2", "--port", "8000"],
  "State": {"Status": "restarting", "ExitCode": 137, "OOMKilled": true, "Error": "",
            "StartedAt": "2026-11-22T19:03:00Z", "Pid": 77,
            "Health": {"Status": "unhealthy", "FailingStreak": 6, "Log": [
              {"Start": "T1", "End": "T2", "ExitCode": 1, "Output": "old"},
              {"ExitCode": 1, "Output": "2"}, {"ExitCode": 1, "Output": "3"},
              {"ExitCode": 1, "Output": "4"}, {"ExitCode": 1, "Output": "5"},
              {"ExitCode": 1, "Output": "GET http://u:canary-3@localhost/ failed\u001b[31m"}]}},
  "Config": {"Image": "shop:v2", "User": "app",
             "Env": ["PATH=/bin", "DB_PASSWORD=canary-4", "URL=postgresql://app:canary-5@db/x"],
             "Cmd": ["app.py", "-e", "TOKEN=canary-6"], "Entrypoint": null,
             "Healthcheck": {"Test": ["CMD", "curl", "-u", "http://a:canary-7@localhost"]},
             "Labels": {"com.docker.compose.service": "backend", "deploy.token": "canary-8",
                        "note": "password=canary-9"}},
  "HostConfig": {"Memory": 536870912, "NetworkMode": "shop_default",
                 "RestartPolicy": {"Name": "always"},
                 "LogConfig": {"Config": {"splunk-token": "canary-a"}}},
  "Mounts": [{"Type": "bind", "Source": "/srv/shop", "Destination": "/app", "RW": false}],
  "NetworkSettings": {"Ports": {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8000"}]},
                      "Networks": {"shop_default": {"IPAddress": "172.18.0.3"}}},
  "Unknown": "canary-b"})";

TEST(ShowContainer, TellsWhatIsKnownToBeHarmless) {
  const auto shown = show_container(answer);
  ASSERT_TRUE(shown);
  const auto& facts = shown->facts;
  EXPECT_EQ(facts.at("name"), "shop-backend-1");
  EXPECT_EQ(facts.at("image"), "shop:v2");
  EXPECT_EQ(facts.at("image_id"), "sha256:cafe");
  EXPECT_EQ(facts.at("restart_count"), 4);
  EXPECT_EQ(facts.at("state").at("oom_killed"), true);
  EXPECT_EQ(facts.at("health").at("failing_streak"), 6);
  EXPECT_EQ(facts.at("health").at("checks").as_array().size(), 5U);
  EXPECT_EQ(facts.at("labels").at("com.docker.compose.service"), "backend");
  EXPECT_EQ(facts.at("mounts").at(0).at("source"), "/srv/shop");
  EXPECT_EQ(facts.at("ports").at("8000/tcp").at(0), "127.0.0.1:8000");
  EXPECT_EQ(facts.at("networks").at("shop_default"), "172.18.0.3");
  EXPECT_EQ(facts.at("memory_limit_bytes"), 536870912);
}

TEST(ShowContainer, ShowsNoSecretWhereverItStands) {
  const auto shown = show_container(answer);
  ASSERT_TRUE(shown);
  const std::string text = boost::json::serialize(shown->facts);
  EXPECT_THAT(text, Not(HasSubstr("canary")));
  EXPECT_THAT(text, HasSubstr("--db-password"));
  EXPECT_THAT(text, Not(HasSubstr("\\u001b")));
}

TEST(ShowContainer, NamesTheSecretsOfTheEnvironmentSoThatTheyAreHiddenElsewhere) {
  const auto shown = show_container(answer);
  ASSERT_TRUE(shown);
  EXPECT_THAT(shown->secrets, ElementsAre("canary-4", "canary-5"));
}

TEST(ShowContainer, TakesOddShapesForNothing) {
  for (const char* text : {"", "[]", "{}", R"({"Id": ""})", "{\"Id\": 1}"}) {
    const auto shown = show_container(text);
    ASSERT_FALSE(shown) << text;
    EXPECT_THAT(shown.error().message, Not(HasSubstr("Id")));
  }
  const auto shown = show_container(
      R"({"Id": "x", "Name": [], "State": 1, "Config": {"Env": "A=b", "Labels": [], "Cmd": [1, {}]},
          "Mounts": {}, "NetworkSettings": {"Ports": {"1/tcp": null}, "Networks": {"a": 1}}})");
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->facts.at("name"), "");
}

TEST(MaskedCommand, MasksTheWordAfterASecretOption) {
  EXPECT_THAT(masked_command({"run", "--token", "x", "-v", "--secret=y", "--password"}),
              ElementsAre("run", "--token", "***", "-v", "--secret=***", "--password"));
}

}  // namespace
}  // namespace ripcord::probe::docker
