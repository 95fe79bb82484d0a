#include "probe/promql/promql_probe.hpp"

#include "net/http_server.hpp"
#include "tests/support/bad_peer.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/prometheus_server.hpp"
#include "tests/support/real_part.hpp"
#include "tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using probe::PromqlProbe;
using probe::PromqlProbeSettings;
using probe::promql::Agg;
using test::Drip;
using test::Flood;
using test::Hang;
using test::Hear;
using test::Reset;
using test::Say;
using test::Script;
using testing::Contains;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// `"outcome: reason numbers"`
std::string verdict(const Sample& sample) {
  std::string text = fmt::format("{}: {}", to_string(sample.outcome), sample.reason);
  for (const Reading& reading : sample.readings) {
    text += fmt::format("[{}]={:g}", reading.value, reading.number);
  }
  return text;
}

class PromqlProbeTest : public testing::Test {
 protected:
  PromqlProbeTest() {
    settings_.query = "up{job=\"a b\"} + 1";
    settings_.timeout = 2s;
  }

  std::string probed(Script script) {
    peer_.emplace(loop_, std::vector<Script>{std::move(script)});
    settings_.http.place = peer_->place();
    return probed();
  }

  std::string probed() {
    PromqlProbe probe(loop_.context.get_executor(), loop_.clock, loop_.resolver, settings_);
    const Sample sample = loop_.wait_for(probe.take());
    EXPECT_EQ(sample.latency_kind, LatencyKind::none);
    told_.clear();
    for (const probe::Detail& detail : probe.details()) {
      told_.push_back(detail.name + ": " + detail.text);
    }
    std::string text = verdict(sample);
    const std::string name = to_string(settings_.http.place);
    const std::size_t at = text.find(name);
    if (at != std::string::npos) text.replace(at, name.size(), "PEER");
    return text;
  }

  static Say reply(unsigned status, const std::string& body) {
    return {
        fmt::format("HTTP/1.1 {} x\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body)};
  }

  /// A scalar that was computed so long ago.
  [[nodiscard]] Say scalar(Duration ago) const {
    const auto at = std::chrono::duration<double>((loop_.clock.now() - ago).time_since_epoch());
    return reply(200, fmt::format(R"({{"status":"success","warnings":["w"],"data":)"
                                  R"({{"resultType":"scalar","result":[{:.3f},"7"]}}}})",
                                  at.count()));
  }

  test::Loop loop_;
  std::optional<test::BadPeer> peer_;
  PromqlProbeSettings settings_;
  std::vector<std::string> told_;
};

TEST_F(PromqlProbeTest, ReportsTheNumberThatWasAnswered) {
  EXPECT_EQ(probed({Hear{}, scalar(0s), Hang{}}), "good: [0]=7");
  for (const std::string line : {"query: up{job=\"a b\"} + 1", "status: 200", "result: a scalar",
                                 "scalar: 7", "warning: w"}) {
    EXPECT_THAT(told_, Contains(line));
  }
}

TEST_F(PromqlProbeTest, AsksByAForm) {
  settings_.http.target = "/prom/?dedup=true";
  settings_.http.headers = {{"X-Scope-OrgID", "team"}};
  settings_.timeout = 1500ms;
  const net::Request request = request_of(settings_);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/prom/api/v1/query?dedup=true");
  EXPECT_EQ(request.headers[0].name, "X-Scope-OrgID");
  EXPECT_EQ(request.body,
            "query=up%7Bjob%3D%22a%20b%22%7D%20%2B%201&timeout=1.5&partial_response=false&"
            "deny_partial_response=1");
}

TEST_F(PromqlProbeTest, ProvesWhoAsks) {
  const test::TempDir directory;
  const std::filesystem::path secret = directory.path() / "token";
  settings_.http.credentials.bearer_token_file = secret;
  EXPECT_THAT(probed({Hear{}, scalar(0s), Hang{}}), StartsWith("unknown: "));
  EXPECT_TRUE(peer_->heard().empty());
  std::ofstream(secret) << "s3cret\n";
  std::filesystem::permissions(secret, std::filesystem::perms::owner_read);
  EXPECT_EQ(probed({Hear{}, scalar(0s), Hang{}}), "good: [0]=7");
  EXPECT_THAT(peer_->heard().at(0), HasSubstr("Authorization: Bearer s3cret\r\n"));
  EXPECT_THAT(told_, testing::Not(Contains(HasSubstr("s3cret"))));
}

TEST_F(PromqlProbeTest, WhateverIsWrongWithTheServerIsUnknown) {
  EXPECT_EQ(probed({Hear{}, reply(400, R"({"status":"error","errorType":"bad_data","error":"x"})"),
                    Hang{}}),
            "unknown: the query was refused: 400 bad_data: x");
  EXPECT_EQ(probed({Hear{}, reply(503, "<html>"), Hang{}}),
            "unknown: status 503 without JSON: \"<html>\"");
  EXPECT_EQ(probed({Hear{}, reply(302, ""), Hang{}}), "unknown: status 302 without JSON: \"\"");
  EXPECT_EQ(probed({Hear{}, Reset{}}), "unknown: PEER reset the connection before a reply");
  EXPECT_EQ(probed({Hear{}, Say{"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"status\""}}),
            "unknown: PEER closed the connection in the middle of the reply");
  EXPECT_EQ(probed({Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\n"}, Flood{std::string(65536, '[')}}),
            "unknown: the body of the reply of PEER is larger than 4194304 bytes");
}

TEST_F(PromqlProbeTest, AServerThatHangsOrIsAwayIsUnknown) {
  settings_.timeout = 150ms;
  EXPECT_THAT(probed({Hear{}, Hang{}}),
              ContainsRegex("^unknown: timeout after 1[45].ms waiting for the reply of PEER$"));
  EXPECT_THAT(probed({Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\n"}, Drip{std::string(99, ' '), 10ms}}),
              ContainsRegex("^unknown: timeout after 1[45].ms in the body"));
  peer_.reset();
  EXPECT_EQ(probed(), "unknown: connection refused by PEER");
}

TEST_F(PromqlProbeTest, AnAnswerAboutAnotherTimeIsUnknown) {
  EXPECT_EQ(probed({Hear{}, scalar(4min), Hang{}}), "good: [0]=7");
  EXPECT_THAT(probed({Hear{}, scalar(6min), Hang{}}), StartsWith("unknown: the answer is about "));
  EXPECT_THAT(probed({Hear{}, scalar(-6min), Hang{}}), StartsWith("unknown: the answer is about "));
}

TEST(PromqlProbeSettings, AreEqualWhenEverythingIs) {
  PromqlProbeSettings one;
  one.query = "up";
  one.http.headers = {{"X", "y"}};
  PromqlProbeSettings other = one;
  EXPECT_EQ(one, other);
  other.agg = Agg::max;
  EXPECT_NE(one, other);
  other = one;
  other.http.headers[0].value = "z";
  EXPECT_NE(one, other);
  other = one;
  other.http.place.port = 81;
  EXPECT_NE(one, other);
}

TEST(PromqlProbeSettings, HaveOneValueOrTwo) {
  EXPECT_THAT(vocabulary_of(PromqlProbeSettings()).values, ElementsAre("value"));
  PromqlProbeSettings every;
  every.agg = Agg::every;
  EXPECT_THAT(vocabulary_of(every).values, ElementsAre("min", "max"));
}

/// A real Prometheus that scrapes an application of this test.
class RealPrometheusTest : public PromqlProbeTest {
 protected:
  void SetUp() override {
    RIPCORD_NEEDS(test::PrometheusServer::is_there(), "prometheus is not installed");
    ASSERT_TRUE(application_.listen_tcp("127.0.0.1", 0).has_value());
    prometheus_.emplace(std::vector<std::uint16_t>{application_.port()}, 100ms);
    settings_.http.place = {.host = "127.0.0.1", .port = prometheus_->port(), .unix_path = {}};
    settings_.timeout = 10s;
  }

  ~RealPrometheusTest() override {
    application_.stop();
    loop_.end(connections_);
  }

  std::string asked(const std::string& query, Agg agg = Agg::only) {
    settings_.query = query;
    settings_.agg = agg;
    return probed();
  }

  /// The verdict on `query` once it is `expected`, or what it was in the end.
  std::string comes_to(const std::string& query, const std::string& expected) {
    std::string said = asked(query);
    for (int looks = 0; looks < 500 && said != expected; ++looks) {
      loop_.run_for(20ms);
      said = asked(query);
    }
    return said;
  }

  boost::asio::awaitable<net::Reply> answer() {
    co_return net::Reply{.status = 200,
                         .headers = {{"Content-Type", "text/plain; version=0.0.4"}},
                         .body = exposition_};
  }

  net::TaskGroup connections_{loop_.context.get_executor(),
                              [](const std::string& name, const std::exception_ptr&) {
                                ADD_FAILURE() << name << " threw";
                              }};
  net::HttpServer application_{loop_.context.get_executor(), loop_.clock, connections_,
                               [this](const net::IncomingRequest&) { return answer(); }};
  std::string exposition_ = "load{core=\"0\"} 1.5\nload{core=\"1\"} 0.5\nnone 0\nnan NaN\n";
  std::optional<test::PrometheusServer> prometheus_;
};

TEST_F(RealPrometheusTest, AnswersNumbers) {
  ASSERT_EQ(comes_to("sum(load)", "good: [0]=2"), "good: [0]=2");
  EXPECT_EQ(asked("scalar(sum(load)) * 2"), "good: [0]=4");
  EXPECT_EQ(asked("load{core=\"0\"}"), "good: [0]=1.5");
  EXPECT_THAT(told_, Contains(HasSubstr("load{core=\"0\",instance=")));
  EXPECT_EQ(asked("load", Agg::max), "good: [0]=1.5");
  EXPECT_EQ(asked("load", Agg::min), "good: [0]=0.5");
  EXPECT_EQ(asked("load", Agg::sum), "good: [0]=2");
  EXPECT_EQ(asked("load", Agg::every), "good: [0]=0.5[1]=1.5");
  EXPECT_EQ(asked("load and (time() - timestamp(load) < 60)", Agg::max), "good: [0]=1.5");

  // No data.
  EXPECT_THAT(asked("load"), StartsWith("unknown: the answer has 2 series"));
  EXPECT_EQ(asked("missing"), "unknown: no data: the answer is empty");
  EXPECT_EQ(asked("nan"), "unknown: no data: 1 of 1 series NaN");
  EXPECT_EQ(asked("none / none"), "unknown: no data: 1 of 1 series NaN");
  EXPECT_EQ(asked("load{core=\"0\"} / 0"), "unknown: no data: the number is infinite");
}

TEST_F(RealPrometheusTest, RefusesInItsOwnWords) {
  EXPECT_THAT(asked("sum("), StartsWith("unknown: the query was refused: 400 bad_data: invalid "));
  EXPECT_THAT(asked("load[1m]"), HasSubstr("a range of samples"));
  EXPECT_THAT(asked("\"text\""), HasSubstr("its type is \"string\""));
  ASSERT_EQ(comes_to("sum(load)", "good: [0]=2"), "good: [0]=2");
  EXPECT_THAT(asked("load * on() load"),
              StartsWith("unknown: the query was refused: 422 execution"));
}

TEST_F(RealPrometheusTest, ForgetsASeriesThatIsGone) {
  ASSERT_EQ(comes_to("max(load)", "good: [0]=1.5"), "good: [0]=1.5");
  exposition_ = "none 0\n";
  EXPECT_EQ(comes_to("max(load)", "unknown: no data: the answer is empty"),
            "unknown: no data: the answer is empty");
}

}  // namespace
}  // namespace ripcord
