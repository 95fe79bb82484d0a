#include "probe/http_probe.hpp"

#include "tests/support/loop.hpp"
#include "tests/support/bad_peer.hpp"

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
    settings_.place = peer_->place();
    name_ = to_string(settings_.place);
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
  settings_.target = "/check?deep=1";
  settings_.headers = {{"X-Key", "secret"}, {"Host", "app.example"}};
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
  settings_.place = {.host = std::string(64, 'a') + ".invalid", .unix_path = {}};
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
  settings_.headers = {{"X", "a\nb"}};
  EXPECT_EQ(verdict({Hear{}, reply(200, ""), Hang{}}), "unknown: the header \"X\" cannot be sent");
}

TEST_F(HttpProbeTest, ProbesByNameAndOverIpv6) {
  peer_.emplace(loop_, std::vector<Script>{{Hear{}, reply(200, ""), Hang{}}});
  settings_.place = {.host = "localhost", .port = peer_->port(), .unix_path = {}};
  EXPECT_EQ(verdict(probed()), "good: ");
  peer_.emplace(loop_, std::vector<Script>{{Hear{}, reply(200, ""), Hang{}}}, "::1");
  settings_.place = peer_->place();
  EXPECT_EQ(verdict(probed()), "good: ");
}

TEST_F(HttpProbeTest, KeepsItsConnectionBetweenSamples) {
  peer_.emplace(loop_, std::vector<Script>{{Hear{}, reply(200, ""), Hear{}, reply(500, ""), Hear{},
                                            reply(200, ""), Hang{}}});
  settings_.place = peer_->place();
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

}  // namespace
}  // namespace ripcord
