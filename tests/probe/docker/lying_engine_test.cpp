#include "probe/docker/docker_probe.hpp"
#include "tests/probe/watching.hpp"
#include "tests/support/bad_peer.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Whatever answers instead of a Docker engine, the sample is unknown, and in time.
namespace ripcord {
namespace {

using namespace std::chrono_literals;
using probe::DockerProbe;
using probe::DockerProbeSettings;
using test::Drip;
using test::Flood;
using test::Hang;
using test::Hear;
using test::Reset;
using test::Say;
using test::Script;
using testing::HasSubstr;
using testing::StartsWith;

Say reply(unsigned status, const std::string& body, const std::string& headers = "") {
  return {"HTTP/1.1 " + std::to_string(status) + " Words\r\n" + headers +
          "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
}
Say pong(const std::string& version = "1.41") {
  return reply(200, "OK", "Api-Version: " + version + "\r\n");
}
Say listing() {
  return reply(200, R"([{"Id": "a1", "Names": ["/app"]}])");
}
Say inspection(const std::string& status = "running") {
  return reply(200, R"({"Id": "a1", "Name": "/app", "State": {"Status": ")" + status + "\"}}");
}
std::string chunk(const std::string& text) {
  return fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}
Say events(const std::string& text = "") {
  return {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
          (text.empty() ? "" : chunk(text))};
}
std::string event(const std::string& action, int time, const std::string& code = "") {
  return R"({"Type":"container","Action":")" + action +
         R"(","Actor":{"ID":"a1","Attributes":{"name":"app","exitCode":")" + code +
         R"("}},"timeNano":)" + std::to_string(time) + "}\n";
}

class LyingEngineTest : public testing::Test {
 protected:
  /// Asks the engine anew each `look`, whatever it hears.
  explicit LyingEngineTest(Duration look = 300ms)
      : engines_(loop_.context.get_executor(), loop_.clock, loop_.resolver,
                 probe::docker::Pace{
                     .look = look, .look_without_events = 50ms, .event_delay_max = 100ms}) {
    settings_.selector.container = "app";
    settings_.timeout = 200ms;
  }

  void engine(std::vector<Script> scripts) {
    probe_.reset();
    peer_.emplace(loop_, std::move(scripts));
    settings_.engine.host = "tcp://127.0.0.1:" + std::to_string(peer_->port());
    probe_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_, settings_);
  }

  std::string verdict() {
    const Instant started = loop_.clock.now();
    const Sample sample = loop_.wait_for(probe_->take());
    EXPECT_LT(loop_.clock.now() - started, settings_.timeout + 1s);
    return std::string(to_string(sample.outcome)) + ": " + sample.reason;
  }
  /// The verdict of one sample of an engine that plays `script` to its one connection.
  std::string verdict(Script script) {
    engine({std::move(script)});
    return verdict();
  }

  test::Loop loop_;
  probe::docker::Engines engines_;
  DockerProbeSettings settings_;
  std::optional<test::BadPeer> peer_;
  std::optional<DockerProbe> probe_;
};

/// Looks by itself only after the test, however slow the machine is: what is said follows events.
class EventfulEngineTest : public LyingEngineTest {
 protected:
  EventfulEngineTest() : LyingEngineTest(10min) {}
};

TEST_F(LyingEngineTest, AnHonestOneIsBelieved) {
  EXPECT_EQ(verdict({Hear{}, pong(), Hear{}, listing(), Hear{}, inspection(), Hang{}}), "good: ");
  EXPECT_THAT(peer_->heard().at(1), StartsWith("GET /v1.41/containers/json?all=1 "));
  EXPECT_EQ(verdict({Hear{}, pong(), Hear{}, listing(), Hear{}, inspection("exited"), Hang{}}),
            "bad: app is exited with code 0");
}

TEST_F(LyingEngineTest, TheNewestCommonVersionIsSpoken) {
  EXPECT_EQ(verdict({Hear{}, pong("1.99"), Hear{}, listing(), Hear{}, inspection(), Hang{}}),
            "good: ");
  EXPECT_THAT(peer_->heard().at(1), StartsWith("GET /v1.51/containers/json"));
  EXPECT_THAT(verdict({Hear{}, pong("1.24"), Hang{}}),
              testing::AllOf(StartsWith("unknown: the engine at 127.0.0.1:"),
                             HasSubstr("speaks version 1.24 of its API; 1.40 is the oldest")));
}

TEST_F(LyingEngineTest, AVersionThatChangesIsNegotiatedAgain) {
  const Say too_new =
      reply(400, R"({"message": "client version 1.51 is too new. Maximum is 1.41"})");
  engine({{Hear{}, pong("1.51"), Hear{}, too_new, Hear{}, pong("1.41"), Hear{}, listing(), Hear{},
           inspection(), Hang{}}});
  EXPECT_THAT(verdict(), StartsWith("unknown: "));
  EXPECT_EQ(verdict(), "good: ");
}

TEST_F(LyingEngineTest, WhatIsNoEngineIsUnknown) {
  EXPECT_THAT(verdict({Hear{}, reply(200, "<html>Welcome"), Hang{}}),
              HasSubstr("does not answer as a Docker engine: \"<html>Welcome\""));
  EXPECT_THAT(verdict({Hear{}, reply(403, "<html>403 Forbidden"), Hang{}}),
              HasSubstr("answered 403: <html>403 Forbidden"));
  EXPECT_THAT(verdict({Hear{}, Say{"SSH-2.0-x\r\n"}, Hang{}}), StartsWith("unknown: "));
  EXPECT_THAT(verdict({Hear{}, pong(), Hear{}, reply(200, "<html>"), Hang{}}),
              StartsWith("unknown: the list of containers is none"));
  EXPECT_THAT(verdict({Hear{}, pong(), Hear{}, reply(500, R"({"message": "boom"})"), Hang{}}),
              HasSubstr("answered 500: boom"));
  EXPECT_THAT(verdict({Hear{}, pong(), Hear{}, listing(), Hear{}, reply(200, "{}"), Hang{}}),
              StartsWith("unknown: what the engine says of a container is not understood"));
}

TEST_F(LyingEngineTest, WhoHangsDripsFloodsOrHangsUpIsUnknownInTime) {
  EXPECT_THAT(verdict({Hang{}}), StartsWith("unknown: timeout"));
  EXPECT_THAT(verdict({Hear{}, pong(), Hang{}}), StartsWith("unknown: timeout"));
  EXPECT_THAT(verdict({Hear{}, pong(), Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\n"},
                       Drip{std::string(1000, '['), 5ms}}),
              StartsWith("unknown: timeout"));
  settings_.timeout = 5s;
  EXPECT_THAT(verdict({Hear{}, pong(), Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\n["},
                       Flood{std::string(100'000, ' ')}}),
              HasSubstr("is larger than 8388608 bytes"));
  EXPECT_THAT(verdict({Hear{}, Reset{}}), StartsWith("unknown: "));
  EXPECT_THAT(
      verdict({Hear{}, pong(), Hear{}, Say{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n["}}),
      HasSubstr("in the middle of the reply"));
}

TEST_F(LyingEngineTest, NoEngineAtAllIsUnknown) {
  settings_.engine.host = "unix:///nowhere/docker.sock";
  probe_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_, settings_);
  EXPECT_THAT(verdict(), StartsWith("unknown: connection refused: there is no unix:"));
  settings_.engine.host = "ssh://me@there";
  probe_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, engines_, settings_);
  EXPECT_THAT(verdict(), HasSubstr("is not the address of an engine"));
}

TEST_F(LyingEngineTest, AContainerThatGoesAwayWhileItIsLookedAtIsNotThere) {
  EXPECT_EQ(verdict({Hear{}, pong(), Hear{}, listing(), Hear{},
                     reply(404, R"({"message": "No such container"})"), Hang{}}),
            "bad: there is no container app");
}

TEST_F(LyingEngineTest, StatisticsThatDoNotComeLeaveTheOutcomeAlone) {
  EXPECT_EQ(verdict({Hear{}, pong(), Hear{}, listing(), Hear{}, inspection(), Hear{}, Hang{}}),
            "good: ");
}

/// An honest conversation of the leader, up to the first look.
Script leader(std::vector<Say> more = {}) {
  Script script{Hear{}, pong(), Hear{}, listing(), Hear{}, inspection()};
  for (Say& say : more) {
    script.emplace_back(Hear{});
    script.emplace_back(std::move(say));
  }
  script.emplace_back(Hang{});
  return script;
}

TEST_F(EventfulEngineTest, EventsAreHeardHoweverTheyAreCut) {
  engine({leader({inspection("exited")}),
          {Hear{}, events(), Drip{chunk(event("die", 5, "3") + event("exec_die", 6)), 1ms}, Hang{}},
          {Hear{}, pong(), Hang{}}});
  test::Watching watching(loop_, *probe_, vocabulary_of(settings_));
  ASSERT_TRUE(watching.wait_for("die"));
  EXPECT_EQ(verdict(), "bad: app is exited with code 0");
}

TEST_F(LyingEngineTest, AStreamOfGarbageOrOneThatEndsInAnEventIsLeftAndTheSampleUnknown) {
  const std::vector<Script> ends{
      {Hear{}, events("<html>not events"), Hang{}},
      {Hear{}, events("{\"Type\": \"cont")},
      {Hear{}, events(), Say{"zz\r\nnonsense"}, Hang{}},
      {Hear{}, events("{" + std::string(300'000, 'x')), Hang{}},
  };
  for (const Script& end : ends) {
    SCOPED_TRACE(&end - ends.data());
    engine({leader(), end, {Hang{}}});
    test::Watching watching(loop_, *probe_, vocabulary_of(settings_));
    ASSERT_TRUE(watching.wait_until([&] { return watching.looks() >= 2; }));
    EXPECT_THAT(verdict(), StartsWith("unknown: timeout"));
    EXPECT_EQ(watching.heard().size(), 0U);
  }
}

TEST_F(LyingEngineTest, AnEngineThatHangsInMidWatchIsUnknownInTime) {
  engine({leader(), {Hear{}, events(), Hang{}}, {Hang{}}});
  test::Watching watching(loop_, *probe_, vocabulary_of(settings_));
  ASSERT_TRUE(watching.wait_for_look());
  loop_.run_for(1100ms);
  EXPECT_THAT(verdict(), StartsWith("unknown: timeout"));
}

TEST_F(LyingEngineTest, AStreamThatSaysNothingAnyMoreIsNoticedByTheNextLook) {
  const Say restarted =
      reply(200, R"({"Id": "a1", "Name": "/app", "RestartCount": 2, "State": {"Status": "running",
               "StartedAt": "2026-11-23T08:49:37Z"}})");
  engine({leader({listing(), restarted, listing(), restarted}),
          {Hear{}, events(), Hang{}},
          {Hear{}, events(), Hang{}}});
  test::Watching watching(loop_, *probe_, vocabulary_of(settings_));
  ASSERT_TRUE(watching.wait_for("restart", 2));
  for (int i = 0; i < 300 && peer_->connections() < 3; ++i) loop_.run_for(10ms);
  EXPECT_GE(peer_->connections(), 3U);
  EXPECT_EQ(watching.count("restart"), 2U);
}

TEST_F(LyingEngineTest, AProxyThatRefusesEventsIsAskedMoreOften) {
  const Say restarted =
      reply(200, R"({"Id": "a1", "RestartCount": 1, "State": {"Status": "running"}})");
  engine({{Hear{}, pong(), Hear{}, pong(), Hear{}, listing(), Hear{}, inspection(), Hear{},
           listing(), Hear{}, restarted, Hang{}},
          {Hear{}, reply(403, "<html>Forbidden"), Hang{}},
          {Hear{}, pong(), Hang{}}});
  test::Watching watching(loop_, *probe_, vocabulary_of(settings_));
  ASSERT_TRUE(watching.wait_for("restart"));
}

TEST_F(EventfulEngineTest, AFloodOfEventsIsCountedAndItsContainerLookedAtNowAndThen) {
  std::string flood;
  for (int i = 1; i <= 10'000; ++i) flood += event("die", i, "1");
  engine({leader(std::vector<Say>(2000, inspection())),
          {Hear{}, events(flood), Hang{}},
          {Hear{}, pong(), Hang{}}});
  test::Watching watching(loop_, *probe_, vocabulary_of(settings_));
  ASSERT_TRUE(watching.wait_for("die", 10'000));
  EXPECT_LT(peer_->heard().size(), 1000U);
}

TEST_F(LyingEngineTest, AnEngineBehindMutualTlsIsFollowed) {
  const test::TempDir dir;
  const Instant now = loop_.clock.now();
  const test::Authority authority(test::valid_for({}, now));
  const test::Identity ours = authority.issue(test::valid_for({"ripcord"}, now));
  std::ofstream(dir.path() / "ca.pem") << authority.pem();
  std::ofstream(dir.path() / "cert.pem") << ours.certificate;
  std::ofstream(dir.path() / "key.pem") << ours.key;
  std::filesystem::permissions(dir.path() / "key.pem", std::filesystem::perms::owner_read);
  const test::Shake shake{{.identity = authority.issue(test::valid_for({"127.0.0.1"}, now)),
                           .wants_client_from = authority.pem()}};
  settings_.engine.tls = net::TlsSettings{.ca_file = dir.path() / "ca.pem",
                                          .cert_file = dir.path() / "cert.pem",
                                          .key_file = dir.path() / "key.pem"};
  settings_.timeout = 5s;
  Script leading = leader();
  leading.insert(leading.begin(), shake);
  engine({leading,
          {shake, Hear{}, events(event("die", 5, "3")), Hang{}},
          {shake, Hear{}, pong(), Hang{}}});
  test::Watching watching(loop_, *probe_, vocabulary_of(settings_));
  ASSERT_TRUE(watching.wait_for("die"));
}

}  // namespace
}  // namespace ripcord
