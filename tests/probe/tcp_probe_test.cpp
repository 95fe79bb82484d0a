#include "probe/tcp_probe.hpp"

#include "tests/support/bad_peer.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <gmock/gmock.h>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::Hang;
using test::Hear;
using test::Say;
using test::Script;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class TcpProbeTest : public testing::Test {
 protected:
  void play(Script script, const std::string& host = "127.0.0.1") {
    peer_.emplace(loop_, std::vector<Script>{std::move(script)}, host);
    settings_.place = peer_->place();
    name_ = to_string(settings_.place);
  }

  /// `"outcome: reason"`, with PEER for the place of the peer.
  std::string verdict() {
    probe::TcpProbe probe(loop_.context.get_executor(), loop_.clock, loop_.resolver, settings_);
    sample_ = loop_.wait_for(probe.take());
    details_ = probe.details();
    std::string text = std::string(to_string(sample_.outcome)) + ": " + sample_.reason;
    const std::size_t at = text.find(name_);
    if (!name_.empty() && at != std::string::npos) text.replace(at, name_.size(), "PEER");
    return text;
  }

  test::Loop loop_;
  test::TempDir dir_;
  std::optional<test::BadPeer> peer_;
  probe::TcpProbeSettings settings_{.place = {}, .send = {}, .expect = {}, .timeout = 5s};
  std::string name_;
  Sample sample_;
  std::vector<probe::Detail> details_;
};

TEST_F(TcpProbeTest, AConnectionIsGood) {
  play({Hang{}});
  EXPECT_EQ(verdict(), "good: ");
  EXPECT_EQ(sample_.latency_kind, LatencyKind::measured);
  EXPECT_THAT(vocabulary_of(settings_).values,
              ElementsAre("connect_seconds", "total_seconds", "dns_seconds"));
  EXPECT_EQ(sample_.readings.size(), 3U);
  EXPECT_LE(*sample_.number(0), *sample_.number(1));
  play({Hang{}}, "::1");
  EXPECT_EQ(verdict(), "good: ");
}

TEST_F(TcpProbeTest, ARefusalIsBad) {
  play({Hang{}});
  peer_.reset();
  EXPECT_EQ(verdict(), "bad: connection refused by PEER");
  EXPECT_EQ(sample_.latency_kind, LatencyKind::none);
  EXPECT_FALSE(sample_.number(0));
}

TEST_F(TcpProbeTest, WaitsForWhatIsExpected) {
  settings_.expect = R"(^220 .*\n)";
  play({test::Drip{"220 mail.example\r\n", 1ms}, Hang{}});
  EXPECT_EQ(verdict(), "good: ");
  EXPECT_EQ(vocabulary_of(settings_).values.at(2), "first_byte_seconds");
  EXPECT_TRUE(sample_.number(2));
}

TEST_F(TcpProbeTest, SendsFirst) {
  settings_.send = "PING\r\n\r\n";
  settings_.expect = "PONG";
  play({Hear{}, Say{"+PONG\r\n"}, Hang{}});
  EXPECT_EQ(verdict(), "good: ");
  EXPECT_THAT(peer_->heard(), ElementsAre("PING\r\n\r\n"));
}

TEST_F(TcpProbeTest, SomethingElseIsBadAndShown) {
  settings_.expect = "^220";
  play({Say{"554 go away\r\n"}});
  EXPECT_EQ(verdict(), "bad: PEER did not say \"^220\": got \"554 go away  \"");
  play({});
  EXPECT_EQ(verdict(), "bad: PEER closed the connection without a word");
  settings_.timeout = 150ms;
  play({Say{"554 \x1b[2J"}, Hang{}});
  EXPECT_THAT(verdict(), StartsWith("bad: timeout after 150ms waiting for PEER to say \"^220\": "
                                    "got \"554  [2J\""));
  EXPECT_EQ(sample_.latency_kind, LatencyKind::at_least);
}

TEST_F(TcpProbeTest, ConnectsToUnixSockets) {
  const std::string path = dir_.path() / "x.sock";
  settings_.place = {.host = {}, .unix_path = path};
  EXPECT_EQ(verdict(), "bad: connection refused: there is no unix:" + path);
  const boost::asio::local::stream_protocol::acceptor acceptor(loop_.context, {path});
  EXPECT_EQ(verdict(), "good: ");
  EXPECT_THAT(vocabulary_of(settings_).values, ElementsAre("connect_seconds", "total_seconds"));
}

TEST_F(TcpProbeTest, ShakesHandsByTlsAndSeesWhenTheCertificateEnds) {
  const Instant now = loop_.clock.now();
  const test::Authority authority(test::valid_for({}, now));
  std::ofstream(dir_.path() / "ca.pem") << authority.pem();
  play({test::Shake{{.identity = authority.issue(test::valid_for({"127.0.0.1"}, now))}}, Hear{},
        Say{"hello"}, Hang{}});
  settings_.place.tls = net::TlsSettings{.ca_file = dir_.path() / "ca.pem"};
  settings_.send = "hi\r\n\r\n";
  settings_.expect = "hello";
  EXPECT_EQ(verdict(), "good: ");
  const auto values = vocabulary_of(settings_).values;
  ASSERT_EQ(values.back(), "certificate_expiry_days");
  EXPECT_NEAR(sample_.number(static_cast<std::uint16_t>(values.size() - 1)).value_or(0), 30, 0.1);
  std::string text;
  for (const auto& detail : details_) text += detail.name + "=" + detail.text + "\n";
  EXPECT_THAT(text, HasSubstr("tls.version=TLSv1.3\n"));
  EXPECT_THAT(text, HasSubstr("certificate.names=127.0.0.1\n"));
  EXPECT_THAT(text, HasSubstr("heard=hello\n"));

  settings_.place.tls->server_name = "other.example";
  EXPECT_EQ(verdict(), "bad: the certificate of PEER is for 127.0.0.1; not for other.example");
  EXPECT_NEAR(sample_.number(static_cast<std::uint16_t>(values.size() - 1)).value_or(0), 30, 0.1);
}

TEST_F(TcpProbeTest, OurOwnFaultsAreUnknown) {
  play({Hang{}});
  settings_.place.tls = net::TlsSettings{.ca_file = "/nowhere/ca.pem"};
  EXPECT_EQ(verdict(), "unknown: cannot read /nowhere/ca.pem: No such file or directory");
  settings_.place = {.host = std::string(64, 'a') + ".invalid", .port = 1, .unix_path = {}};
  EXPECT_THAT(verdict(), StartsWith("unknown: cannot look up"));
}

std::string parsed(const std::string& text) {
  const auto place = probe::parse_address(text);
  return place ? to_string(*place) : place.error().message;
}

TEST(TcpAddress, IsAHostWithItsPortOrASocket) {
  for (const char* good : {"a:1", "10.0.0.1:80", "[::1]:5432", "unix:/run/x.sock"}) {
    EXPECT_EQ(parsed(good), good);
  }
  for (const char* bad : {"", "a", "a:", ":1", "a:0", "a:65536", "a:1/x", "a:1?x", "unix:x",
                          "http://a:1", "u@a:1", "unix:/x:/y", "a b:1", "::1:5"}) {
    EXPECT_THAT(parsed(bad), HasSubstr("is no address")) << bad;
  }
}

}  // namespace
}  // namespace ripcord
