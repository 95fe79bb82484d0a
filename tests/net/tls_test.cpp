#include "net/http_client.hpp"
#include "tests/support/bad_peer.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Against real servers made with OpenSSL, and certificates made for the test.
namespace ripcord {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::Authority;
using test::BadPeer;
using test::CertificateWish;
using test::HalfClose;
using test::Hang;
using test::Hear;
using test::HearBytes;
using test::Identity;
using test::Reset;
using test::Say;
using test::SayRaw;
using test::Script;
using test::Shake;
using test::TlsFace;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class TlsTest : public testing::Test {
 protected:
  CertificateWish wish(std::vector<std::string> names) {
    return test::valid_for(std::move(names), loop_.clock.now());
  }
  CertificateWish authority_wish(std::string name) {
    CertificateWish made = wish({});
    made.common_name = std::move(name);
    return made;
  }

  std::string file(const std::string& name, const std::string& text, int mode = 0600) {
    const auto path = dir_.path() / name;
    std::ofstream(path) << text;
    std::filesystem::permissions(path, std::filesystem::perms(mode));
    return path;
  }

  /// Serves `identity`, then plays `rest`.
  void serve(Identity identity, Script rest = {Hear{}, Say{ok}, Hang{}}) {
    serve(TlsFace{.identity = std::move(identity)}, std::move(rest));
  }
  void serve(TlsFace face, Script rest = {Hear{}, Say{ok}, Hang{}}) {
    rest.insert(rest.begin(), Shake{std::move(face)});
    play(std::move(rest));
  }
  void play(Script script) {
    client_.reset();
    peer_.emplace(loop_, std::vector<Script>{std::move(script)});
  }

  /// What a client says that trusts the test's own authority; PEER for the place of the peer.
  std::string said() {
    if (!client_) {
      net::Place place = peer_->place();
      place.tls = settings_;
      client_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, place);
    }
    const Instant deadline = loop_.clock.now() + patience_;
    const auto reply = loop_.wait_for(client_->exchange(request_, deadline));
    if (reply) return reply->body;
    fault_ = reply.error().fault;
    std::string words = reply.error().message;
    const std::string name = to_string(peer_->place());
    const std::size_t at = words.find(name);
    if (at != std::string::npos) words.replace(at, name.size(), "PEER");
    return words;
  }

  test::Loop loop_;
  test::TempDir dir_;
  Authority authority_{authority_wish("Test Root")};
  net::TlsSettings settings_{.ca_file = file("ca.pem", authority_.pem())};
  net::Request request_;
  Duration patience_ = 5s;
  Fault fault_{};
  std::optional<BadPeer> peer_;
  std::optional<net::HttpClient> client_;
};

TEST_F(TlsTest, ReadsAReplyFromAPeerThatCanBeTrusted) {
  serve(authority_.issue(wish({"127.0.0.1"})));
  EXPECT_EQ(said(), "ok");
  EXPECT_THAT(peer_->heard().at(0), HasSubstr("Host: 127.0.0.1:"));
  const net::Trace& trace = client_->trace();
  ASSERT_TRUE(trace.secured);
  EXPECT_EQ(trace.secured->version, "TLSv1.3");
  EXPECT_THAT(trace.secured->certificate.names(), testing::ElementsAre("127.0.0.1"));
  EXPECT_EQ(trace.secured->certificate.issuer(), "CN = Test Root");
  ASSERT_TRUE(trace.secured->expires);
  EXPECT_NEAR(static_cast<double>((*trace.secured->expires - loop_.clock.now()) / 1h), 720, 1);
  EXPECT_TRUE(trace.connect && trace.tls && trace.first_byte);
  EXPECT_GE(trace.total, *trace.connect + *trace.tls);
}

TEST_F(TlsTest, ChecksTheNameThatItWasTold) {
  serve(authority_.issue(wish({"*.app.example", "other.example"})));
  settings_.server_name = "web.app.example.";
  EXPECT_EQ(said(), "ok");
}

TEST_F(TlsTest, TheWrongNameIsToldWithTheRightOnes) {
  serve(authority_.issue(wish({"a.example", "b.example"})));
  EXPECT_EQ(said(), "the certificate of PEER is for a.example, b.example; not for 127.0.0.1");
  EXPECT_EQ(fault_, Fault::malformed);
  client_.reset();
  settings_.server_name = "c.example";
  EXPECT_EQ(said(), "the certificate of PEER is for a.example, b.example; not for c.example");
}

TEST_F(TlsTest, ThereIsNoWayToExpectNoName) {
  serve(authority_.issue(wish({"127.0.0.1"})));
  for (const std::string& name : std::vector<std::string>{".", "%eth0", "a\0b"s}) {
    settings_.server_name = name;
    client_.reset();
    EXPECT_THAT(said(), HasSubstr("cannot be the name in a certificate")) << name;
    EXPECT_EQ(fault_, Fault::internal);
  }
}

TEST_F(TlsTest, AnExpiredCertificateSaysSinceWhen) {
  CertificateWish old = wish({"127.0.0.1"});
  old.valid_from = loop_.clock.now() - 240h;
  old.valid_until = loop_.clock.now() - 72h;
  const std::string day = to_rfc3339(old.valid_until).substr(0, 10);
  serve(authority_.issue(old));
  EXPECT_EQ(said(), "the certificate of PEER expired 3d ago (" + day + ")");
  EXPECT_EQ(client_->trace().secured->certificate.names().at(0), "127.0.0.1");
}

TEST_F(TlsTest, ACertificateFromTheFutureSaysWhen) {
  CertificateWish early = wish({"127.0.0.1"});
  early.valid_from = loop_.clock.now() + 48h + 30min;
  const std::string day = to_rfc3339(early.valid_from).substr(0, 10);
  serve(authority_.issue(early));
  EXPECT_THAT(said(), StartsWith("the certificate of PEER is not valid before " + day + " (in 2d"));
}

TEST_F(TlsTest, ASelfSignedCertificateIsNotTrustedUnlessNamed) {
  const Identity own = test::self_signed(wish({"127.0.0.1"}));
  serve(own);
  EXPECT_EQ(said(),
            "the certificate of PEER is not signed by a known authority: it is signed by itself");
  client_.reset();
  settings_.ca_file = file("own.pem", own.certificate);
  EXPECT_EQ(said(), "ok");
}

TEST_F(TlsTest, AnUnknownAuthorityIsNamed) {
  const Authority stranger(authority_wish("Strange Root"));
  serve(stranger.issue(wish({"127.0.0.1"})));
  EXPECT_THAT(said(), StartsWith("the certificate of PEER is not signed by a known authority: "
                                 "\"CN = Strange Root\" is not trusted"));
  Identity with_root = stranger.issue(wish({"127.0.0.1"}));
  with_root.certificate += stranger.pem();
  serve(with_root);
  EXPECT_EQ(said(),
            "the certificate of PEER is not signed by a known authority: its root \"CN = Strange "
            "Root\" is not trusted");
}

TEST_F(TlsTest, TheSystemsAuthoritiesDoNotKnowATestsOwn) {
  serve(authority_.issue(wish({"127.0.0.1"})));
  settings_.ca_file.clear();
  EXPECT_THAT(said(), HasSubstr("is not signed by a known authority"));
}

TEST_F(TlsTest, TheSystemsAuthoritiesAreTrusted) {
  serve(authority_.issue(wish({"127.0.0.1"})));
  ASSERT_EQ(::setenv("SSL_CERT_FILE", settings_.ca_file.c_str(), 1), 0);
  settings_.ca_file.clear();
  EXPECT_EQ(said(), "ok");
  ASSERT_EQ(::unsetenv("SSL_CERT_FILE"), 0);
}

TEST_F(TlsTest, ASystemWithoutAuthoritiesSaysNothingAboutThePeer) {
  serve(authority_.issue(wish({"127.0.0.1"})));
  const auto none = dir_.path() / "none";
  std::filesystem::create_directory(none);
  const char* const bundle = std::getenv("SSL_CERT_FILE");
  const std::string bundle_before = bundle == nullptr ? "" : bundle;
  ASSERT_EQ(::unsetenv("SSL_CERT_FILE"), 0);
  ASSERT_EQ(::setenv("SSL_CERT_DIR", none.c_str(), 1), 0);
  settings_.ca_file.clear();
  EXPECT_THAT(said(), StartsWith("this system has no certificate authorities"));
  EXPECT_EQ(fault_, Fault::missing);
  ASSERT_EQ(::unsetenv("SSL_CERT_DIR"), 0);
  if (bundle != nullptr) {
    ASSERT_EQ(::setenv("SSL_CERT_FILE", bundle_before.c_str(), 1), 0);
  }
}

TEST_F(TlsTest, AMissingIntermediateIsTold) {
  const Authority between(authority_wish("Between"), authority_);
  Identity identity = between.issue(wish({"127.0.0.1"}));
  serve(identity);
  EXPECT_THAT(said(), HasSubstr("\"CN = Between\" is not trusted, and nothing leads from it"));
  identity.certificate += between.pem();
  serve(identity);
  EXPECT_EQ(said(), "ok");
}

TEST_F(TlsTest, AnExpiredAuthorityIsNotTakenForThePeersCertificate) {
  CertificateWish old = authority_wish("Between");
  old.valid_from = loop_.clock.now() - 480h;
  old.valid_until = loop_.clock.now() - 24h;
  const Authority between(old, authority_);
  Identity identity = between.issue(wish({"127.0.0.1"}));
  identity.certificate += between.pem();
  serve(identity);
  EXPECT_THAT(said(), StartsWith("the certificate of the authority \"CN = Between\" behind PEER "
                                 "expired 1d ago"));
}

TEST_F(TlsTest, AKeyThatIsTooShortIsNotTrusted) {
  CertificateWish weak = wish({"127.0.0.1"});
  weak.rsa_bits = 1024;
  serve({.identity = authority_.issue(weak), .version_max = 0, .weak = true});
  EXPECT_THAT(said(), StartsWith("the certificate of PEER cannot be trusted: "));
}

TEST_F(TlsTest, APeerThatKnowsOnlyOldVersionsIsRefused) {
  serve({.identity = authority_.issue(wish({"127.0.0.1"})), .version_max = 0x0301, .weak = true});
  EXPECT_THAT(said(), StartsWith("PEER speaks no version of TLS that is new enough"));
  EXPECT_EQ(fault_, Fault::malformed);
}

TEST_F(TlsTest, AnOldServersHelloSaysWhichVersionItSpeaks) {
  // As servers from before TLS 1.3 answer: with the version that they know (RFC 2246, 7.4.1.3).
  const std::string hello =
      "\x02\x00\x00\x26\x03\x01"s + std::string(32, 'r') + "\x00\x00\x2f\x00"s;
  const std::string record = "\x16\x03\x01\x00\x2a"s + hello;
  play({HearBytes{16}, Say{record}, Hang{}});
  EXPECT_EQ(said(), "PEER speaks only TLS 1.0, which is too old");
}

TEST_F(TlsTest, AMinimumOfOnesOwnIsKept) {
  serve({.identity = authority_.issue(wish({"127.0.0.1"})), .version_max = 0x0303});
  EXPECT_EQ(said(), "ok");
  EXPECT_EQ(client_->trace().secured->version, "TLSv1.2");
  client_.reset();
  settings_.version_min = net::TlsVersion::tls_1_3;
  EXPECT_THAT(said(), StartsWith("PEER speaks no version of TLS that is new enough"));
}

TEST_F(TlsTest, APeerWithoutTlsIsToldApart) {
  play({HearBytes{16}, Say{"HTTP/1.1 400 Bad Request\r\n\r\n"}, Hang{}});
  EXPECT_EQ(said(), "PEER does not speak TLS");
  EXPECT_EQ(fault_, Fault::malformed);
}

TEST_F(TlsTest, AHandshakeThatEndsEarlySaysHow) {
  play({HearBytes{16}});
  // A socket that is closed with unread input resets.
  EXPECT_THAT(said(), testing::AnyOf("PEER reset the connection in the TLS handshake",
                                     "PEER closed the connection in the TLS handshake"));
  play({HearBytes{16}, HalfClose{}, Hang{}});
  EXPECT_EQ(said(), "PEER closed the connection in the TLS handshake");
  EXPECT_EQ(fault_, Fault::closed);
  play({HearBytes{16}, Reset{}});
  EXPECT_EQ(said(), "PEER reset the connection in the TLS handshake");
  EXPECT_EQ(fault_, Fault::refused);
}

TEST_F(TlsTest, AHandshakeThatHangsIsATimeout) {
  patience_ = 150ms;
  play({HearBytes{16}, Hang{}});
  EXPECT_THAT(said(), AllOf(StartsWith("timeout after "), HasSubstr("in the TLS handshake with")));
  EXPECT_EQ(fault_, Fault::timeout);
}

TEST_F(TlsTest, AnAlertIsPassedOn) {
  play({HearBytes{16}, Say{"\x15\x03\x03\x00\x02\x02\x28"s}, Hang{}});
  EXPECT_THAT(said(), StartsWith("PEER refused the TLS connection: handshake failure"));
  EXPECT_EQ(fault_, Fault::refused);
}

TEST_F(TlsTest, ABrokenRecordIsNoReply) {
  serve(authority_.issue(wish({"127.0.0.1"})),
        {Hear{}, SayRaw{"\x17\x03\x03\x00\x20"s + std::string(32, 'x')}, Hang{}});
  EXPECT_THAT(said(), StartsWith("TLS with PEER failed: "));
  EXPECT_EQ(fault_, Fault::malformed);
}

TEST_F(TlsTest, AReplyWithoutALengthNeedsAProperEnd) {
  const std::string endless = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it";
  const Identity identity = authority_.issue(wish({"127.0.0.1"}));
  serve(identity, {Hear{}, Say{endless}, HalfClose{}});
  EXPECT_EQ(said(), "all of it");
  serve(identity, {Hear{}, Say{endless}});
  EXPECT_EQ(said(), "PEER reset the connection in the middle of the reply");
}

TEST_F(TlsTest, KeepsItsConnectionAndGoesOnFromAnEarlierOne) {
  const Identity identity = authority_.issue(wish({"127.0.0.1"}));
  serve(identity, {Hear{}, Say{ok}, Hear{}, Say{ok}, Hang{}});
  EXPECT_EQ(said(), "ok");
  EXPECT_EQ(said(), "ok");
  EXPECT_EQ(peer_->connections(), 1U);
  EXPECT_TRUE(client_->trace().kept);
  EXPECT_FALSE(client_->trace().tls);
  EXPECT_TRUE(client_->trace().secured);

  const std::string last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
  serve(identity, {Hear{}, Say{last}, Hang{}});
  EXPECT_EQ(said(), "ok");
  EXPECT_EQ(said(), "ok");
  EXPECT_EQ(peer_->connections(), 2U);
  EXPECT_EQ(peer_->resumed(), 1U);
  EXPECT_TRUE(client_->trace().secured->expires);
}

TEST_F(TlsTest, LetsGoOfItsConnectionAfterARequestThatSaysSo) {
  serve(authority_.issue(wish({"127.0.0.1"})));
  request_.headers.push_back({"Connection", "close"});
  EXPECT_EQ(said(), "ok");
  EXPECT_EQ(said(), "ok");
  EXPECT_EQ(peer_->connections(), 2U);
  EXPECT_EQ(peer_->resumed(), 1U);
}

TEST_F(TlsTest, ShowsItsCertificateToWhoeverAsks) {
  const Authority staff(authority_wish("Staff"));
  const TlsFace face{.identity = authority_.issue(wish({"127.0.0.1"})),
                     .wants_client_from = staff.pem()};
  serve(face);
  EXPECT_EQ(said(), "PEER wants a client certificate (client_cert_file)");
  EXPECT_EQ(fault_, Fault::refused);

  const Identity mine = staff.issue(wish({}));
  settings_.cert_file = file("mine.pem", mine.certificate);
  settings_.key_file = file("mine.key", mine.key);
  client_.reset();
  EXPECT_EQ(said(), "ok");

  const Identity strange = authority_.issue(wish({}));
  settings_.cert_file = file("both.pem", strange.certificate + strange.key);
  settings_.key_file.clear();
  client_.reset();
  EXPECT_THAT(said(), StartsWith("PEER refused our client certificate: "));
}

TEST_F(TlsTest, AnExpiredCertificateOfOursSaysNothingAboutThePeer) {
  CertificateWish old = wish({});
  old.valid_until = loop_.clock.now() - 25h;
  old.valid_from = loop_.clock.now() - 100h;
  const Identity mine = authority_.issue(old);
  settings_.cert_file = file("mine.pem", mine.certificate + mine.key);
  serve(authority_.issue(wish({"127.0.0.1"})));
  EXPECT_THAT(said(), StartsWith("our own certificate " + settings_.cert_file + " expired 1d"));
  EXPECT_EQ(fault_, Fault::internal);
}

TEST_F(TlsTest, FilesOfOursThatCannotBeUsedSayNothingAboutThePeer) {
  serve(authority_.issue(wish({"127.0.0.1"})));
  const net::TlsSettings good = settings_;
  const auto words_of = [&](net::TlsSettings settings) {
    settings_ = std::move(settings);
    client_.reset();
    return said();
  };
  net::TlsSettings changed = good;
  changed.ca_file = dir_.path() / "none.pem";
  EXPECT_EQ(words_of(changed), "cannot read " + changed.ca_file + ": No such file or directory");
  EXPECT_EQ(fault_, Fault::missing);
  changed.ca_file = file("noise.pem", "noise");
  EXPECT_EQ(words_of(changed), changed.ca_file + " holds no certificate in PEM form");
  EXPECT_EQ(fault_, Fault::internal);

  const Identity mine = authority_.issue(wish({}));
  changed = good;
  changed.cert_file = file("mine.pem", mine.certificate);
  EXPECT_THAT(words_of(changed), HasSubstr("holds no private key"));
  changed.key_file = file("open.key", mine.key, 0644);
  EXPECT_THAT(words_of(changed), HasSubstr("a secret that everyone on this host can read"));
  EXPECT_EQ(fault_, Fault::denied);
  changed.key_file = file("other.key", authority_.issue(wish({})).key);
  EXPECT_THAT(words_of(changed), HasSubstr("is not that of the certificate in"));
}

TEST_F(TlsTest, FilesThatHaveChangedAreReadAgain) {
  const Authority next(authority_wish("Next Root"));
  serve(next.issue(wish({"127.0.0.1"})), {Hear{}, Say{ok}});
  EXPECT_THAT(said(), HasSubstr("is not signed by a known authority"));
  file("ca.pem", authority_.pem() + next.pem());
  EXPECT_EQ(said(), "ok");
}

}  // namespace
}  // namespace ripcord
