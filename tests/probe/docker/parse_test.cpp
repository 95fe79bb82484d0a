#include "probe/docker/parse.hpp"

#include "probe/docker/api.hpp"
#include "probe/docker/event_reader.hpp"
#include "probe/docker/judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ripcord::probe::docker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ParseList, TakesIdsNamesAndLabels) {
  const auto list = parse_list(R"([
    {"Id": "a1", "Names": ["/app", "/other/alias"], "State": "running", "New": {"x": 1},
     "Labels": {"com.docker.compose.project": "p", "com.docker.compose.service": "s",
                "com.docker.compose.container-number": "2"}},
    {"Id": "b2", "Names": null, "Labels": {"com.docker.compose.oneoff": "True"}}, {"Names": []}])");
  ASSERT_TRUE(list.has_value());
  ASSERT_EQ(list->size(), 2U);
  EXPECT_THAT((*list)[0].names, ElementsAre("app", "other/alias"));
  EXPECT_EQ((*list)[0].compose, (ComposeLabels{.project = "p", .service = "s", .number = "2"}));
  EXPECT_TRUE((*list)[1].compose.oneoff);
}

TEST(ParseList, WhatIsNoListIsMalformed) {
  EXPECT_EQ(parse_list("<html>").error().message, "the list of containers is none: got \"<html>\"");
  EXPECT_FALSE(parse_list("{}").has_value());
  EXPECT_FALSE(parse_list("").has_value());
  EXPECT_FALSE(parse_list(std::string(100'000, '[')).has_value());
}

const std::string inspected =
    R"({"Id": "a1", "Name": "/app", "Created": "2026-11-23T08:49:37.517594352Z",
  "State": {"Status": "restarting", "ExitCode": 137, "OOMKilled": true, "Error": "",
            "Pid": 42, "StartedAt": "2026-11-23T08:49:37.72198938Z",
            "Health": {"Status": "unhealthy"}},
  "RestartCount": 3, "HostConfig": {"NetworkMode": "host"},
  "Config": {"Image": "shop:v1", "Tty": true, "Env": ["PASSWORD=secret"],
             "Labels": {"com.docker.compose.project": "p"}}})";

TEST(ParseContainer, TakesWhatMatters) {
  const auto container = parse_container(inspected);
  ASSERT_TRUE(container.has_value());
  EXPECT_EQ(container->name, "app");
  EXPECT_EQ(container->status, "restarting");
  EXPECT_EQ(container->exit_code, 137);
  EXPECT_TRUE(container->oom_killed);
  EXPECT_EQ(container->health, Health::unhealthy);
  EXPECT_EQ(container->restart_count, 3U);
  EXPECT_EQ(container->pid, 42U);
  EXPECT_TRUE(container->tty);
  EXPECT_EQ(container->network_mode, "host");
  EXPECT_EQ(container->compose.project, "p");
  EXPECT_EQ(to_rfc3339_ms(container->started_at), "2026-11-23T08:49:37.721Z");
}

TEST(ParseContainer, NeverShowsWhatMayBeSecret) {
  const auto broken = parse_container(R"({"Id": "a1", "Config": {"Env": ["PASSWORD=secret"]}})");
  ASSERT_FALSE(broken.has_value());
  EXPECT_THAT(broken.error().message, testing::Not(HasSubstr("secret")));
}

TEST(ParseContainer, OneThatNeverStartedHasNoStart) {
  const auto created = parse_container(
      R"({"Id": "a", "State": {"Status": "created", "StartedAt": "0001-01-01T00:00:00Z"}})");
  ASSERT_TRUE(created.has_value());
  EXPECT_EQ(created->started_at, Instant{});
  EXPECT_EQ(created->health, Health::none);
}

TEST(ParseUsage, TakesVersionOneAndVersionTwo) {
  const auto one = parse_usage(R"({"cpu_stats": {"cpu_usage": {"total_usage": 500},
    "system_cpu_usage": 8000, "online_cpus": 4}, "pids_stats": {"current": 7},
    "memory_stats": {"usage": 100, "limit": 1000, "stats": {"total_inactive_file": 30}},
    "networks": {"eth0": {"rx_bytes": 5, "tx_bytes": 6}, "eth1": {"rx_bytes": 1, "tx_bytes": 1}},
    "blkio_stats": {"io_service_bytes_recursive": [{"op": "Read", "value": 9},
                                                    {"op": "Write", "value": 8},
                                                    {"op": "Read", "value": 1}]}})");
  ASSERT_TRUE(one.has_value());
  const Usage expected{.cpu_ns = 500,
                       .clock_ns = 2000,
                       .by_engine = true,
                       .memory = 70,
                       .memory_limit = 1000,
                       .pids = 7,
                       .network_received = 6,
                       .network_sent = 7,
                       .block_read = 10,
                       .block_written = 8};
  EXPECT_EQ(*one, expected);
  const auto two = parse_usage(R"({"cpu_stats": {"cpu_usage": {"total_usage": 5,
    "percpu_usage": [1, 4]}, "system_cpu_usage": 80},
    "blkio_stats": {"io_service_bytes_recursive": null},
    "memory_stats": {"usage": 100, "limit": 1000, "stats": {"inactive_file": 200}}})");
  ASSERT_TRUE(two.has_value());
  EXPECT_EQ(two->clock_ns, 40U);
  EXPECT_EQ(two->memory, 100U);
  EXPECT_EQ(two->block_read, std::nullopt);
  EXPECT_EQ(two->network_sent, std::nullopt);
}

TEST(ParseUsage, AContainerThatDoesNotRunHasNone) {
  EXPECT_FALSE(parse_usage(R"({"cpu_stats": {"cpu_usage": {"total_usage": 0}},
                               "memory_stats": {}})")
                   .has_value());
  EXPECT_FALSE(parse_usage("nonsense").has_value());
}

TEST(ParseEvent, TakesTheActorAndItsAttributes) {
  const auto event =
      parse_event(R"({"status": "die", "id": "old", "Type": "container", "Action": "die",
    "Actor": {"ID": "a1", "Attributes": {"exitCode": "137", "name": "app",
              "com.docker.compose.service": "s"}}, "timeNano": 1795423787378334211})");
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->id, "a1");
  EXPECT_EQ(event->action, "die");
  EXPECT_EQ(event->exit_code, 137);
  EXPECT_EQ(event->name, "app");
  EXPECT_EQ(event->compose.service, "s");
  EXPECT_EQ(event->time_ns, 1795423787378334211);
}

TEST(ParseEvent, UnderstandsPodman) {
  const auto event = parse_event(R"({"Type": "container", "Action": "died",
    "Actor": {"ID": "a1", "Attributes": {"containerExitCode": "2"}}})");
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->action, "die");
  EXPECT_EQ(event->exit_code, 2);
}

TEST(ParseEvent, LeavesOthersOut) {
  EXPECT_FALSE(parse_event(R"({"Type": "network", "Action": "connect", "Actor": {"ID": "x"}})"));
  EXPECT_FALSE(parse_event(R"({"Type": "container"})"));
  EXPECT_FALSE(parse_event("[]"));
}

TEST(ParseMessage, TakesTheEnginesWordsOrTheText) {
  EXPECT_EQ(parse_message(R"({"message": "No such container"})"), "No such container");
  EXPECT_EQ(parse_message("client version 1.11 is too old\n"), "client version 1.11 is too old");
}

TEST(CompareVersions, GoesByNumbers) {
  EXPECT_EQ(compare_versions("1.9", "1.41"), -1);
  EXPECT_EQ(compare_versions("1.41", "1.41"), 0);
  EXPECT_EQ(compare_versions("2.0", "1.99"), 1);
  EXPECT_EQ(compare_versions("", "1.41"), std::nullopt);
  EXPECT_EQ(compare_versions("1.4x", "1.41"), std::nullopt);
}

TEST(ObjectSplitter, CutsWhereverThePiecesEnd) {
  const std::string stream = "{\"a\": \"}\\\"{\"}\n\x1e{\"b\": [{}, \"]\"]}{}";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    ObjectSplitter splitter;
    auto objects = splitter.take(stream.substr(0, cut)).value();
    const auto rest = splitter.take(stream.substr(cut)).value();
    objects.insert(objects.end(), rest.begin(), rest.end());
    EXPECT_THAT(objects, ElementsAre("{\"a\": \"}\\\"{\"}", "{\"b\": [{}, \"]\"]}", "{}")) << cut;
  }
}

TEST(ObjectSplitter, RefusesWhatIsNoObjectOrTooLarge) {
  ObjectSplitter html;
  EXPECT_EQ(html.take("<html>").error().fault, Fault::malformed);
  ObjectSplitter endless;
  EXPECT_EQ(endless.take("{" + std::string(300'000, 'x')).error().fault, Fault::too_large);
}

std::string event_text(const std::string& action, const std::string& time) {
  return R"({"Type":"container","Action":")" + action +
         R"(","Actor":{"ID":"a","Attributes":{"name":"app"}},"timeNano":)" + time + "}\n";
}

TEST(EventReader, TellsEachEventOnceOverTwoConnections) {
  EventReader reader;
  EXPECT_THAT(reader.begin(), testing::Not(HasSubstr("since")));
  const std::string first = event_text("die", "5000000000") + event_text("start", "6000000001");
  EXPECT_EQ(reader.take(first).value().size(), 2U);
  EXPECT_THAT(reader.begin(), HasSubstr("&since=4.000000001"));
  const auto again = reader.take(first + event_text("die", "7000000000")).value();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].time_ns, 7000000000);
}

TEST(EventReader, LeavesOutWhatRunsInside) {
  EventReader reader;
  EXPECT_THAT(reader.take(event_text("exec_start: true", "5")).value(), IsEmpty());
  EXPECT_EQ(reader.take(event_text("health_status: healthy", "6")).value().size(), 1U);
}

TEST(EngineHost, OfAnotherMachineNeedsACertificateOfOurs) {
  EXPECT_FALSE(place_of({.host = "tcp://10.0.0.1:2376"}).has_value());
  EXPECT_FALSE(
      place_of({.host = "tcp://10.0.0.1:2376", .tls = net::TlsSettings{.ca_file = "/ca"}}));
  const net::TlsSettings mutual{.ca_file = "/ca", .cert_file = "/cert"};
  EXPECT_EQ(place_of({.host = "tcp://10.0.0.1:2376", .tls = mutual})->tls, mutual);
  EXPECT_FALSE(place_of({.host = "unix:///run/docker.sock", .tls = mutual}));
}

TEST(EngineHost, IsASocketOrAPortOfThisMachine) {
  EXPECT_EQ(place_of({.host = "unix:///run/docker.sock"})->unix_path, "/run/docker.sock");
  EXPECT_EQ(place_of({.host = "tcp://127.0.0.1:2375"})->port, 2375);
  EXPECT_EQ(place_of({.host = "tcp://[::1]:2375/"})->host, "::1");
  for (const char* wrong : {"", "docker.sock", "unix://docker.sock", "tcp://localhost",
                            "tcp://localhost:0", "tcp://:1", "ssh://me@host", "npipe:////./pipe"}) {
    EXPECT_FALSE(place_of({.host = wrong}).has_value()) << wrong;
  }
}

Container one(const std::string& status, Health health = Health::none) {
  Container container;
  container.id = "a";
  container.name = "app";
  container.status = status;
  container.health = health;
  return container;
}

std::string judged(const std::vector<Container>& containers) {
  const Verdict verdict = judge({.container = "app", .project = {}, .service = {}}, containers);
  return std::string(to_string(verdict.outcome)) + ": " + verdict.reason;
}

TEST(Judge, KnowsEveryState) {
  EXPECT_EQ(judged({one("running")}), "good: ");
  EXPECT_EQ(judged({one("running", Health::healthy)}), "good: ");
  EXPECT_EQ(judged({one("running", Health::starting)}),
            "unknown: app is running, its health check has no result yet");
  EXPECT_EQ(judged({one("running", Health::unhealthy)}), "bad: app is running, but unhealthy");
  EXPECT_EQ(judged({one("paused")}), "bad: app is paused");
  EXPECT_EQ(judged({one("created")}), "bad: app is created");
  EXPECT_EQ(judged({one("restarting")}), "bad: app is restarting after exit code 0");
  EXPECT_EQ(judged({one("exited")}), "bad: app is exited with code 0");
  EXPECT_EQ(judged({}), "bad: there is no container app");
}

TEST(Judge, OneBadOneDecidesAndTheNumberIsTold) {
  EXPECT_EQ(judged({one("running"), one("running", Health::starting), one("exited")}),
            "bad: 1 of 3 containers: app is exited with code 0");
  EXPECT_EQ(judged({one("running"), one("running", Health::starting)}),
            "unknown: 1 of 2 containers: app is running, its health check has no result yet");
}

}  // namespace
}  // namespace ripcord::probe::docker
