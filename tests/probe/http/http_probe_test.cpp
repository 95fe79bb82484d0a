#include "probe/http/http_probe.hpp"

#include "tests/support/bad_peer.hpp"
#include "tests/support/loop.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using probe::HttpProbeSettings;
using test::Drip;
using test::Flood;
using test::Hang;
using test::Hear;
using test::Reset;
using test::Say;
using test::Script;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Say reply(unsigned status, const std::string& body) {
  return {"HTTP/1.1 " + std::to_string(status) +
          " Words\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
}

class HttpProbeTest : public testing::Test {
 protected:
  HttpProbeTest() { settings_.timeout = 150ms; }

  /// The sample of one probe of a peer that plays `script`.
  Sample probed(Script script) {
    peer_.emplace(loop_, std::vector<Script>{std::move(script)});
    settings_.http.place = peer_->place();
    name_ = to_string(settings_.http.place);
    return probed();
  }

  Sample probed() {
    probe::HttpProbe probe(loop_.context.get_executor(), loop_.clock, loop_.resolver, settings_);
    return loop_.wait_for(probe.take());
  }

  /// `"outcome: reason"`, with PEER for the place of the peer.
  [[nodiscard]] std::string verdict(const Sample& sample) const {
    std::string text = std::string(to_string(sample.outcome)) + ": " + sample.reason;
    const std::size_t at = text.find(name_);
    if (!name_.empty() && at != std::string::npos) text.replace(at, name_.size(), "PEER");
    return text;
  }

  std::string verdict(Script script) {
    const Sample sample = probed(std::move(script));
    return verdict(sample);
  }

  test::Loop loop_;
  std::optional<test::BadPeer> peer_;
  HttpProbeSettings settings_;
  std::string name_;  ///< of the peer's place
};

TEST_F(HttpProbeTest, IsGoodWhenTheExpectedStatusComesInTime) {
  const Instant before = loop_.clock.now();
  const Sample sample = probed({Hear{}, reply(204, ""), Hang{}});
  EXPECT_EQ(verdict(sample), "good: ");
  EXPECT_EQ(sample.latency_kind, LatencyKind::measured);
  EXPECT_GE(sample.taken_at, before);
  EXPECT_GT(sample.latency, 0us);
  EXPECT_LE(sample.ended_at(), loop_.clock.now());
}

TEST_F(HttpProbeTest, AsksForWhatItWasTold) {
  settings_.method = "POST";
  settings_.http.target = "/check?deep=1";
  settings_.http.headers = {{"X-Key", "secret"}, {"Host", "app.example"}};
  EXPECT_EQ(verdict({Hear{}, reply(200, ""), Hang{}}), "good: ");
  EXPECT_THAT(peer_->heard().at(0), StartsWith("POST /check?deep=1 HTTP/1.1\r\n"));
  EXPECT_THAT(peer_->heard().at(0), HasSubstr("X-Key: secret\r\nHost: app.example\r\n"));
}

TEST_F(HttpProbeTest, AnotherStatusIsBadButMeasured) {
  const Sample sample = probed({Hear{}, reply(500, "oops"), Hang{}});
  EXPECT_EQ(verdict(sample), "bad: status 500, expected 200-299");
  EXPECT_EQ(sample.latency_kind, LatencyKind::measured);
}

TEST_F(HttpProbeTest, TheExpectedStatusIsASet) {
  settings_.status = probe::StatusSet::parse("401,403").value();
  EXPECT_EQ(verdict({Hear{}, reply(403, ""), Hang{}}), "good: ");
  EXPECT_EQ(verdict({Hear{}, reply(200, ""), Hang{}}), "bad: status 200, expected 401,403");
}

TEST_F(HttpProbeTest, ARedirectIsNotFollowed) {
  EXPECT_EQ(verdict({Hear{}, reply(302, ""), Hang{}}), "bad: status 302, expected 200-299");
}

TEST_F(HttpProbeTest, FindsThePatternAnywhereInTheBody) {
  settings_.body_matches = R"("db":\s*"up")";
  EXPECT_EQ(verdict({Hear{}, reply(200, R"({"app": "up", "db": "up"})"), Hang{}}), "good: ");
}

TEST_F(HttpProbeTest, ABodyWithoutThePatternIsBadAndShown) {
  settings_.body_matches = "ok";
  const Sample sample = probed({Hear{}, reply(200, "db \x1b[31mdown\r\n"), Hang{}});
  EXPECT_EQ(verdict(sample), "bad: body does not match \"ok\": got \"db  [31mdown  \"");
  EXPECT_EQ(sample.latency_kind, LatencyKind::measured);
}

TEST_F(HttpProbeTest, OnlyTheBeginningOfALongBodyIsShown) {
  settings_.body_matches = "ok";
  EXPECT_EQ(verdict({Hear{}, reply(200, std::string(5000, 'x')), Hang{}}),
            "bad: body does not match \"ok\": got \"" + std::string(80, 'x') + "…\"");
}

TEST_F(HttpProbeTest, ADotDoesNotMatchTheEndOfALine) {
  settings_.body_matches = "a.b";
  EXPECT_THAT(verdict({Hear{}, reply(200, "a\nb"), Hang{}}), StartsWith("bad: body does not"));
}

TEST_F(HttpProbeTest, ATimeoutIsBadAndAtLeastAsLong) {
  const Sample sample = probed({Hear{}, Hang{}});
  EXPECT_EQ(verdict(sample), "bad: timeout after 150ms waiting for the reply of PEER");
  EXPECT_EQ(sample.latency_kind, LatencyKind::at_least);
  EXPECT_GE(sample.latency, 150ms);
  EXPECT_LT(sample.latency, 1s);
}

TEST_F(HttpProbeTest, ATimeoutInTheBodySaysSo) {
  const Sample sample =
      probed({Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\n"}, Drip{std::string(100, 'x'), 10ms}});
  EXPECT_EQ(verdict(sample), "bad: timeout after 150ms in the body of the reply of PEER");
  EXPECT_EQ(sample.latency_kind, LatencyKind::at_least);
}

TEST_F(HttpProbeTest, EveryBrokenPeerHasItsOwnReason) {
  settings_.timeout = 5s;
  EXPECT_EQ(verdict({Hear{}}), "bad: PEER closed the connection instead of replying");
  EXPECT_EQ(verdict({Hear{}, Say{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}}),
            "bad: PEER closed the connection in the middle of the reply");
  EXPECT_EQ(verdict({Hear{}, Reset{}}), "bad: PEER reset the connection before a reply");
  EXPECT_THAT(verdict({Hear{}, Say{"SSH-2.0-OpenSSH_9.2\r\n"}, Hang{}}),
              StartsWith("bad: the reply of PEER is not HTTP: "));
  EXPECT_EQ(verdict({Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\n"}, Flood{std::string(4096, 'x')}}),
            "bad: the body of the reply of PEER is larger than 65536 bytes");
  EXPECT_EQ(verdict({Hear{}, Say{"HTTP/1.1 200 OK\r\n"}, Flood{"X-More: and more\r\n"}}),
            "bad: the header of the reply of PEER is larger than 16384 bytes");
}

TEST_F(HttpProbeTest, ARefusalIsBadAndSaysNothingAboutLatency) {
  (void)probed({Hang{}});
  peer_.reset();
  const Sample sample = probed();
  EXPECT_EQ(verdict(sample), "bad: connection refused by PEER");
  EXPECT_EQ(sample.latency_kind, LatencyKind::none);
}

TEST_F(HttpProbeTest, ANameThatCannotBeLookedUpIsUnknown) {
  settings_.http.place = {.host = std::string(64, 'a') + ".invalid", .unix_path = {}};
  const Sample sample = probed();
  EXPECT_THAT(verdict(sample), StartsWith("unknown: cannot look up \"aaa"));
  EXPECT_EQ(sample.latency_kind, LatencyKind::none);
}

TEST_F(HttpProbeTest, RunningOutOfDescriptorsIsUnknown) {
  (void)probed({Hear{}, reply(200, ""), Hang{}});
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const Sample sample = probed();
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_THAT(verdict(sample), StartsWith("unknown: cannot connect to "));
}

TEST_F(HttpProbeTest, AProbeThatCannotEvenAskIsUnknown) {
  settings_.http.headers = {{"X", "a\nb"}};
  EXPECT_EQ(verdict({Hear{}, reply(200, ""), Hang{}}), "unknown: the header \"X\" cannot be sent");
}

TEST_F(HttpProbeTest, ProbesByNameAndOverIpv6) {
  peer_.emplace(loop_, std::vector<Script>{{Hear{}, reply(200, ""), Hang{}}});
  settings_.http.place = {.host = "localhost", .port = peer_->port(), .unix_path = {}};
  EXPECT_EQ(verdict(probed()), "good: ");
  peer_.emplace(loop_, std::vector<Script>{{Hear{}, reply(200, ""), Hang{}}}, "::1");
  settings_.http.place = peer_->place();
  EXPECT_EQ(verdict(probed()), "good: ");
}

TEST_F(HttpProbeTest, KeepsItsConnectionBetweenSamples) {
  peer_.emplace(loop_, std::vector<Script>{{Hear{}, reply(200, ""), Hear{}, reply(500, ""), Hear{},
                                            reply(200, ""), Hang{}}});
  settings_.http.place = peer_->place();
  probe::HttpProbe probe(loop_.context.get_executor(), loop_.clock, loop_.resolver, settings_);
  EXPECT_EQ(loop_.wait_for(probe.take()).outcome, Outcome::good);
  EXPECT_EQ(loop_.wait_for(probe.take()).outcome, Outcome::bad);
  EXPECT_EQ(loop_.wait_for(probe.take()).outcome, Outcome::good);
  EXPECT_EQ(peer_->connections(), 1U);
}

TEST_F(HttpProbeTest, AnEmptyPatternTakesAnyBody) {
  settings_.body_matches = "";
  EXPECT_THAT(probed({Hear{}, reply(200, "whatever"), Hang{}}).reason, IsEmpty());
}

TEST_F(HttpProbeTest, ReportsTheStatusAndHowLongEachPhaseTook) {
  const auto values = vocabulary_of(settings_).values;
  EXPECT_EQ(values[0], "status");
  const Sample sample = probed({Hear{}, reply(503, ""), Hang{}});
  EXPECT_EQ(sample.number(0), 503);
  for (std::size_t i = 1; i < values.size(); ++i) {
    const auto number = sample.number(static_cast<std::uint16_t>(i));
    ASSERT_TRUE(number) << values[i];
    EXPECT_GE(*number, 0) << values[i];
    EXPECT_LT(*number, 1) << values[i];
  }
  EXPECT_EQ(sample.readings.size(), values.size());
}

TEST_F(HttpProbeTest, WhatDidNotHappenIsNoValue) {
  const Sample hung = probed({Hear{}, Hang{}});
  EXPECT_FALSE(hung.number(0));
  EXPECT_FALSE(hung.number(1));
  EXPECT_TRUE(hung.number(2));
  EXPECT_TRUE(hung.number(3));
}

TEST_F(HttpProbeTest, ExpectsWhatTheBodySaysAsJson) {
  settings_.json = {{.pointer = "/db", .expected = "up"}};
  EXPECT_EQ(verdict({Hear{}, reply(200, R"({"db": "up"})"), Hang{}}), "good: ");
  EXPECT_EQ(verdict({Hear{}, reply(200, R"({"db": "down"})"), Hang{}}),
            R"(bad: /db is "down", expected "up")");
}

TEST_F(HttpProbeTest, ABodyLargerThanAllowedIsBad) {
  settings_.body_max = 10;
  EXPECT_EQ(verdict({Hear{}, reply(200, "0123456789"), Hang{}}), "good: ");
  EXPECT_EQ(verdict({Hear{}, reply(200, "0123456789x"), Hang{}}),
            "bad: the body of the reply of PEER is larger than 10 bytes");
}

TEST_F(HttpProbeTest, ASecretThatCannotBeReadIsUnknown) {
  settings_.http.credentials.bearer_token_file = "/nowhere/token";
  const Sample sample = probed({Hear{}, reply(200, ""), Hang{}});
  EXPECT_EQ(verdict(sample), "unknown: cannot read /nowhere/token: No such file or directory");
  EXPECT_TRUE(sample.readings.empty());
}

Say redirect(const std::string& location) {
  return {"HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n"};
}

TEST_F(HttpProbeTest, FollowsRedirectsOverTheSameConnectionAndElsewhere) {
  settings_.redirects_max = 2;
  settings_.http.url = "http://127.0.0.1/a";
  const test::BadPeer other(loop_, {{Hear{}, reply(200, "there"), Hang{}}});
  settings_.body_matches = "there";
  settings_.http.headers = {{"X-Key", "secret"}};
  peer_.emplace(loop_,
                std::vector<Script>{
                    {Hear{}, redirect("/b"), Hear{},
                     redirect("http://127.0.0.1:" + std::to_string(other.port()) + "/c"), Hang{}}});
  settings_.http.place = peer_->place();
  settings_.http.url = "http://" + to_string(settings_.http.place) + "/a";
  EXPECT_EQ(verdict(probed()), "good: ");
  EXPECT_EQ(peer_->connections(), 1U);
  EXPECT_THAT(peer_->heard().at(1), StartsWith("GET /b HTTP/1.1"));
  EXPECT_THAT(peer_->heard().at(1), HasSubstr("X-Key"));
  EXPECT_THAT(other.heard().at(0), StartsWith("GET /c HTTP/1.1"));
  EXPECT_THAT(other.heard().at(0), testing::Not(HasSubstr("X-Key")));
}

TEST_F(HttpProbeTest, ARedirectLoopEnds) {
  settings_.redirects_max = 3;
  settings_.http.url = "http://127.0.0.1/";
  Script loop;
  for (int i = 0; i < 9; ++i) {
    loop.emplace_back(Hear{});
    loop.emplace_back(redirect("/again"));
  }
  peer_.emplace(loop_, std::vector<Script>{loop});
  settings_.http.place = peer_->place();
  settings_.http.url = "http://" + to_string(settings_.http.place) + "/";
  EXPECT_THAT(verdict(probed()), StartsWith("bad: more than 3 redirects; the last is from "));
  EXPECT_EQ(peer_->heard().size(), 4U);
}

TEST_F(HttpProbeTest, NobodyIsSentToALinkLocalAddress) {
  settings_.redirects_max = 1;
  for (const char* place : {"169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]"}) {
    peer_.emplace(loop_, std::vector<Script>{
                             {Hear{}, redirect("http://" + std::string(place) + "/"), Hang{}}});
    settings_.http.place = peer_->place();
    settings_.http.url = "http://" + to_string(settings_.http.place) + "/";
    EXPECT_THAT(verdict(probed()), HasSubstr("is a link-local address, to which nobody is sent"));
  }
}

TEST_F(HttpProbeTest, TellsAPersonAllThatItSawButTheSecrets) {
  peer_.emplace(loop_, std::vector<Script>{
                           {Hear{},
                            Say{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: x\r\n"
                                "Set-Cookie: session=s3cret\r\nX-Auth-Token: s3cret\r\n\r\nok"},
                            Hang{}}});
  settings_.http.place = peer_->place();
  settings_.http.url = "http://127.0.0.1/";
  settings_.http.headers = {{"Authorization", "s3cret"}};
  probe::HttpProbe probe(loop_.context.get_executor(), loop_.clock, loop_.resolver, settings_);
  (void)loop_.wait_for(probe.take());
  std::string text;
  for (const probe::Detail& detail : probe.details()) {
    text += detail.name + ": " + detail.text + "\n";
  }
  EXPECT_THAT(text, HasSubstr("url: http://127.0.0.1/\n"));
  EXPECT_THAT(text, HasSubstr("connected to: 127.0.0.1\n"));
  EXPECT_THAT(text, HasSubstr("time.first_byte: "));
  EXPECT_THAT(text, HasSubstr("status: 200 OK\n"));
  EXPECT_THAT(text, HasSubstr("header.Server: x\nheader.Set-Cookie: ***\n"));
  EXPECT_THAT(text, HasSubstr("body.bytes: 2\nbody: ok\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace ripcord
