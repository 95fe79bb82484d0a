#include "tests/support/bad_behaviour.hpp"

#include <utility>

namespace ripcord::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

/// Hears the request, then says `text` and hangs: whatever is wrong must be seen in the text.
Script answer(std::string text) {
  return {Hear{}, Say{std::move(text)}, Hang{}};
}

const std::string ok = "HTTP/1.1 200 OK\r\n";

std::vector<BadBehaviour> timeouts() {
  return {
      {"HangsAfterAccept", {Hang{}}, Fault::timeout, "ms waiting for the reply"},
      {"HangsAfterTheRequest", {Hear{}, Hang{}}, Fault::timeout, "waiting for the reply"},
      {"HangsInTheHeader", answer(ok + "X-Slow: "), Fault::timeout, "waiting for the reply"},
      {"HangsInTheBody", answer(ok + "Content-Length: 10\r\n\r\nhalf"), Fault::timeout,
       "ms in the body"},
      {"DripsTheHeader",
       {Hear{}, Drip{ok + std::string(500, 'x'), 10ms}},
       Fault::timeout,
       "waiting for the reply"},
      {"DripsTheBody",
       {Hear{}, Say{ok + "\r\n"}, Drip{std::string(500, 'x'), 10ms}},
       Fault::timeout,
       "in the body"},
      {"DripsChunks",
       {Hear{}, Say{ok + "Transfer-Encoding: chunked\r\n\r\n"}, Drip{std::string(500, '0'), 10ms}},
       Fault::timeout,
       "in the body"},
  };
}

std::vector<BadBehaviour> floods() {
  return {
      {"EndlessHeader",
       {Hear{}, Say{ok}, Flood{"X-More: and more\r\n"}},
       Fault::too_large,
       "header of the reply"},
      {"EndlessHeaderLine",
       {Hear{}, Say{ok + "X-Long: "}, Flood{std::string(200, 'l')}},
       Fault::too_large,
       "header of the reply"},
      {"EndlessFirstLine",
       {Hear{}, Say{"HTTP/1.1 200 "}, Flood{std::string(200, 'O')}},
       Fault::too_large,
       "header"},
      {"EndlessBody",
       {Hear{}, Say{ok + "\r\n"}, Flood{std::string(200, 'm')}},
       Fault::too_large,
       "body of the reply"},
      {"HugeContentLength", answer(ok + "Content-Length: 10000000000\r\n\r\n"), Fault::too_large,
       "body of the reply"},
      {"EndlessChunks",
       {Hear{}, Say{ok + "Transfer-Encoding: chunked\r\n\r\n"}, Flood{"8\r\nand more\r\n"}},
       Fault::too_large,
       "body of the reply"},
      {"HugeChunk", answer(ok + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n"), Fault::too_large,
       "body of the reply"},
      {"FloodOfContinue",
       {Hear{}, Flood{"HTTP/1.1 100 Continue\r\n\r\n"}},
       Fault::malformed,
       "nothing but interim"},
  };
}

std::vector<BadBehaviour> hang_ups() {
  return {
      {"ResetsAfterAccept", {Reset{}}, Fault::refused, "reset the connection before a reply"},
      {"ResetsAfterTheRequest", {Hear{}, Reset{}}, Fault::refused, "before a reply"},
      {"ClosesAfterTheRequest", {Hear{}}, Fault::closed, "instead of replying"},
      {"ClosesInTheFirstWord", {Hear{}, Say{"HT"}}, Fault::closed, "in the middle of the reply"},
      {"ClosesInTheHeader", {Hear{}, Say{ok + "X-"}}, Fault::closed, "in the middle of the reply"},
      {"ClosesInTheBody",
       {Hear{}, Say{ok + "Content-Length: 10\r\n\r\nhalf"}},
       Fault::closed,
       "in the middle of the reply"},
      {"ClosesBetweenChunks",
       {Hear{}, Say{ok + "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"}},
       Fault::closed,
       "in the middle of the reply"},
      {"ClosesAfterContinue",
       {Hear{}, Say{"HTTP/1.1 100 Continue\r\n\r\n"}},
       Fault::closed,
       "closed the connection"},
      {"ResetsInTheBody",
       {Hear{}, Say{ok + "Content-Length: 10\r\n\r\nhalf"}, Drip{"x", 20ms}, Reset{}},
       Fault::closed,
       "reset the connection in the middle of the reply"},
  };
}

std::vector<BadBehaviour> gibberish() {
  const std::string words = "is not HTTP";
  return {
      {"Http09", answer("<html>hello</html>\r\n\r\n"), Fault::malformed, words},
      {"Nuls", answer(std::string(64, '\0')), Fault::malformed, words},
      {"NulInAHeader", answer(ok + "X: a\0b\r\n\r\n"s), Fault::malformed, words},
      {"TlsAlert", {Hear{}, Say{"\x15\x03\x01\x00\x02\x02\x16"s}}, Fault::malformed, words},
      {"TlsAlertAndHangs", answer("\x15\x03\x01"s), Fault::malformed, words},
      {"Ssh", answer("SSH-2.0-OpenSSH_9.2\r\n"), Fault::malformed, words},
      {"NoStatus", answer("HTTP/1.1 OK\r\n\r\n"), Fault::malformed, words},
      {"StatusTooLong", answer("HTTP/1.1 2000 OK\r\n\r\n"), Fault::malformed, words},
      {"Http2", answer("HTTP/2.0 200 OK\r\n\r\n"), Fault::malformed, words},
      {"NegativeContentLength", answer(ok + "Content-Length: -1\r\n\r\n"), Fault::malformed, words},
      {"TwoContentLengths", answer(ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!"),
       Fault::malformed, words},
      {"ChunkedWithContentLength",
       answer(ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
       Fault::malformed, words},
      {"BadChunk", answer(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), Fault::malformed,
       words},
      {"HeaderWithoutColon", answer(ok + "hello\r\n\r\n"), Fault::malformed, words},
  };
}

void append(std::vector<BadBehaviour>& all, std::vector<BadBehaviour> more) {
  for (BadBehaviour& one : more) all.push_back(std::move(one));
}

/// A handshake message of TLS 1.0, as servers from before TLS 1.3 answer (RFC 2246, 7.4.1.3).
std::string old_hello() {
  return "\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01"s + std::string(32, 'r') +
         "\x00\x00\x2f\x00"s;
}

/// Before a handshake has come anywhere, or in its middle.
std::vector<BadBehaviour> broken_handshakes() {
  const HearBytes hello{16};
  return {
      {"TlsHangsAfterAccept", {Hang{}}, Fault::timeout, "in the TLS handshake with"},
      {"TlsHangsAfterTheHello", {hello, Hang{}}, Fault::timeout, "in the TLS handshake with"},
      {"TlsDripsTheHandshake",
       {hello, Drip{"\x16\x03\x03\x40\x00"s + std::string(500, 'x'), 10ms}},
       Fault::timeout,
       "in the TLS handshake with"},
      {"TlsResetsAfterAccept", {Reset{}}, Fault::refused, "reset the connection in the TLS hand"},
      {"TlsResetsAfterTheHello",
       {hello, Reset{}},
       Fault::refused,
       "reset the connection in the TLS handshake"},
      {"TlsEndsAfterTheHello",
       {hello, HalfClose{}, Hang{}},
       Fault::closed,
       "closed the connection in the TLS handshake"},
      {"TlsEndsInARecord",
       {hello, Say{"\x16\x03\x03\x00\x7a\x02\x00"s}, HalfClose{}, Hang{}},
       Fault::closed,
       "closed the connection in the TLS handshake"},
      {"TlsIsPlainHttp",
       {hello, Say{"HTTP/1.1 400 Bad Request\r\n\r\n"}, Hang{}},
       Fault::malformed,
       "does not speak TLS"},
      {"TlsIsGarbage", {hello, Say{std::string(64, '\xEE')}, Hang{}}, Fault::malformed, ""},
      {"TlsIsNuls", {hello, Say{std::string(64, '\0')}, Hang{}}, Fault::malformed, ""},
      {"TlsSaysNo",
       {hello, Say{"\x15\x03\x03\x00\x02\x02\x28"s}, Hang{}},
       Fault::refused,
       "refused the TLS connection: handshake failure"},
      {"TlsHugeRecord",
       {hello, Say{"\x16\x03\x03\xff\xff"s}, Flood{std::string(4096, 'x')}},
       Fault::malformed,
       "failed: "},
      {"TlsHugeMessage",
       {hello, Say{"\x16\x03\x03\x40\x00\x02\xff\xff\xff"s}, Flood{std::string(4096, 'x')}},
       Fault::malformed,
       "failed: "},
      {"TlsIsTooOld",
       {hello, Say{old_hello()}, Hang{}},
       Fault::malformed,
       "speaks only TLS 1.0, which is too old"},
  };
}

/// With certificates and versions that cannot be trusted.
std::vector<BadBehaviour> false_faces(const Authority& authority, Instant now) {
  const auto with = [](Identity identity) {
    return Script{Shake{{.identity = std::move(identity)}}, Hang{}};
  };
  const CertificateWish good = valid_for({"127.0.0.1"}, now);
  CertificateWish expired = good;
  expired.valid_from = now - 72h;
  expired.valid_until = now - 48h;
  CertificateWish early = good;
  early.valid_from = now + 24h;
  CertificateWish weak = good;
  weak.rsa_bits = 1024;
  CertificateWish strange = valid_for({}, now);
  strange.common_name = "Strange Authority";
  const Authority stranger(strange);
  return {
      {"CertificateExpired", with(authority.issue(expired)), Fault::malformed, " expired 2d ago ("},
      {"CertificateOfTomorrow", with(authority.issue(early)), Fault::malformed,
       " is not valid before "},
      {"CertificateOfAnother", with(authority.issue(valid_for({"a.example", "b.example"}, now))),
       Fault::malformed, " is for a.example, b.example; not for 127.0.0.1"},
      {"CertificateSelfSigned", with(self_signed(good)), Fault::malformed,
       "not signed by a known authority: it is signed by itself"},
      {"CertificateOfAStranger", with(stranger.issue(good)), Fault::malformed,
       "not signed by a known authority: "},
      {"CertificateTooWeak",
       {Shake{{.identity = authority.issue(weak), .weak = true}}, Hang{}},
       Fault::malformed,
       "cannot be trusted: "},
      {"OnlyTls10",
       {Shake{{.identity = authority.issue(good), .version_max = 0x0301, .weak = true}}, Hang{}},
       Fault::malformed,
       "speaks no version of TLS that is new enough"},
      {"WantsAClientCertificate",
       {Shake{{.identity = authority.issue(good), .wants_client_from = stranger.pem()}}, Hang{}},
       Fault::refused,
       "wants a client certificate"},
  };
}

/// Once everything seems to be well.
std::vector<BadBehaviour> broken_records(const Authority& authority, Instant now) {
  const Shake shake{{.identity = authority.issue(valid_for({"127.0.0.1"}, now))}};
  const std::string forged = "\x17\x03\x03\x00\x20"s + std::string(32, 'x');
  return {
      {"TlsForgedRecord", {shake, Hear{}, SayRaw{forged}, Hang{}}, Fault::malformed, "failed: "},
      {"TlsPlainTextInside",
       {shake, Hear{}, SayRaw{ok + "Content-Length: 0\r\n\r\n"}, Hang{}},
       Fault::malformed,
       ""},
      {"TlsCutOffInTheBody",
       {shake, Hear{}, Say{ok + "Connection: close\r\n\r\nhalf"}},
       Fault::closed,
       "reset the connection in the middle of the reply"},
      {"TlsHalfARecord",
       {shake, Hear{}, SayRaw{forged.substr(0, 20)}, Hang{}},
       Fault::timeout,
       "waiting for the reply"},
  };
}

}  // namespace

std::vector<BadBehaviour> bad_over_http() {
  std::vector<BadBehaviour> all = timeouts();
  append(all, floods());
  append(all, hang_ups());
  append(all, gibberish());
  return all;
}

std::vector<BadBehaviour> bad_over_tls(const Authority& authority, Instant now) {
  std::vector<BadBehaviour> all = broken_handshakes();
  append(all, false_faces(authority, now));
  append(all, broken_records(authority, now));
  return all;
}

Script secured(Script script, const TlsFace& face) {
  const bool ends_by_itself = script.empty() || std::holds_alternative<Hear>(script.back()) ||
                              std::holds_alternative<Say>(script.back());
  if (ends_by_itself) script.emplace_back(HalfClose{});
  script.insert(script.begin(), Shake{face});
  return script;
}

}  // namespace ripcord::test
