#include "probe/http/http_probe.hpp"
#include "tests/support/bad_peer.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <map>
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
using testing::HasSubstr;
using testing::StartsWith;

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class HttpsProbeTest : public testing::Test {
 protected:
  HttpsProbeTest() {
    std::ofstream(dir_.path() / "ca.pem") << authority_.pem();
    peer_.emplace(
        loop_, std::vector<Script>{{test::Shake{face_}, Hear{}, Say{ok}, Hear{}, Say{ok}, Hang{}}});
    settings_.http.place = peer_->place();
    settings_.http.url = "https://127.0.0.1/";
    settings_.http.place.tls = net::TlsSettings{.ca_file = dir_.path() / "ca.pem"};
    settings_.timeout = 5s;
  }

  /// The next sample's values by their names.
  std::map<std::string, double> values() {
    if (!probe_) {
      probe_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, settings_);
    }
    sample_ = loop_.wait_for(probe_->take());
    const auto names = vocabulary_of(settings_).values;
    std::map<std::string, double> values;
    for (const Reading& reading : sample_.readings) {
      values.emplace(names.at(reading.value), reading.number);
    }
    return values;
  }

  test::Loop loop_;
  test::TempDir dir_;
  const Instant now_ = loop_.clock.now();
  test::Authority authority_{test::valid_for({}, now_)};
  test::TlsFace face_{.identity = authority_.issue(test::valid_for({"127.0.0.1"}, now_))};
  std::optional<test::BadPeer> peer_;
  probe::HttpProbeSettings settings_;
  std::optional<probe::HttpProbe> probe_;
  Sample sample_;
};

TEST_F(HttpsProbeTest, KnowsEachPhaseOfANewConnectionAndFewOfAKeptOne) {
  const auto first = values();
  EXPECT_EQ(sample_.outcome, Outcome::good) << sample_.reason;
  EXPECT_EQ(first.size(), vocabulary_of(settings_).values.size());
  EXPECT_EQ(first.at("status"), 200);
  EXPECT_GT(first.at("tls_seconds"), 0);
  EXPECT_NEAR(first.at("certificate_expiry_days"), 30, 0.1);
  EXPECT_LE(first.at("connect_seconds") + first.at("tls_seconds"), first.at("total_seconds"));

  const auto second = values();
  EXPECT_EQ(peer_->connections(), 1U);
  EXPECT_FALSE(second.contains("tls_seconds") || second.contains("connect_seconds"));
  EXPECT_TRUE(second.contains("first_byte_seconds") && second.contains("total_seconds"));
  EXPECT_NEAR(second.at("certificate_expiry_days"), 30, 0.1);
}

TEST_F(HttpsProbeTest, AnExpiredCertificateIsBadAndBelowZero) {
  test::CertificateWish old = test::valid_for({"127.0.0.1"}, now_);
  old.valid_from = now_ - 96h;
  old.valid_until = now_ - 48h;
  peer_->change({{test::Shake{{.identity = authority_.issue(old)}}, Hang{}}});
  EXPECT_NEAR(values().at("certificate_expiry_days"), -2, 0.1);
  EXPECT_EQ(sample_.outcome, Outcome::bad);
  EXPECT_THAT(sample_.reason, HasSubstr(" expired 2d ago ("));
}

TEST_F(HttpsProbeTest, AFileOfOursThatCannotBeReadIsUnknown) {
  settings_.http.place.tls->ca_file = "/nowhere/ca.pem";
  (void)values();
  EXPECT_EQ(sample_.outcome, Outcome::unknown);
  EXPECT_EQ(sample_.reason, "cannot read /nowhere/ca.pem: No such file or directory");
}

TEST_F(HttpsProbeTest, TellsAPersonOfTheCertificateEvenWhenItIsRefused) {
  settings_.http.place.tls->server_name = "other.example";
  (void)values();
  EXPECT_THAT(sample_.reason, HasSubstr("is for 127.0.0.1; not for other.example"));
  std::string text;
  for (const auto& detail : probe_->details()) text += detail.name + "=" + detail.text + "\n";
  EXPECT_THAT(text, StartsWith("url=https://127.0.0.1/\n"));
  EXPECT_THAT(text, HasSubstr("certificate.subject=CN = 127.0.0.1\n"));
  EXPECT_THAT(text, HasSubstr("certificate.issuer=CN = Test Authority\n"));
  EXPECT_THAT(text, HasSubstr("certificate.until=" + to_rfc3339(now_ + 24h * 30).substr(0, 10)));
}

}  // namespace
}  // namespace ripcord
