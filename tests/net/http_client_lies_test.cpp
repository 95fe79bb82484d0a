#include "net/http_client.hpp"
#include "tests/support/bad_peer.hpp"
#include "tests/support/loop.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

// Every way in which a peer can break the promise of HTTP has its own reason, within the deadline.
namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::Drip;
using test::Flood;
using test::Hang;
using test::Hear;
using test::Reset;
using test::Say;
using test::Script;
using testing::HasSubstr;

constexpr Duration patience = 150ms;

struct Lie {
  std::string name;
  Script script;
  Fault fault;
  std::string words;
};

void PrintTo(const Lie& lie, std::ostream* out) {
  *out << lie.name;
}

class LieTest : public testing::TestWithParam<Lie> {};

TEST_P(LieTest, HasItsOwnReasonInTimeAndLeaksNothing) {
  const Lie& lie = GetParam();
  test::Loop loop;
  test::BadPeer peer(loop, {lie.script});
  net::HttpClient client(loop.context.get_executor(), loop.clock, loop.resolver, peer.place(),
                         {.header_bytes = 1024, .body_bytes = 2048});
  const std::size_t descriptors = test::open_descriptors();

  for (int i = 0; i < 3; ++i) {
    const Instant started = loop.clock.now();
    const auto reply = loop.wait_for(client.exchange({}, started + patience));
    ASSERT_FALSE(reply.has_value()) << "status " << reply->status;
    EXPECT_EQ(reply.error().fault, lie.fault) << reply.error().message;
    // How long it waited is told as it was: on a busy machine less than was allowed at first.
    EXPECT_THAT(reply.error().message, HasSubstr(lie.words));
    EXPECT_THAT(reply.error().message, HasSubstr(to_string(peer.place())));
    EXPECT_LT(loop.clock.now() - started, patience + 1s);
  }
  // A peer that drips notices only when it speaks again.
  for (int i = 0; i < 50 && test::open_descriptors() != descriptors; ++i) loop.run_for(10ms);
  EXPECT_EQ(test::open_descriptors(), descriptors);
}

/// Hears the request, then says `text` and hangs: whatever is wrong must be seen in the text.
Script answer(std::string text) {
  return {Hear{}, Say{std::move(text)}, Hang{}};
}

const std::string ok = "HTTP/1.1 200 OK\r\n";

std::vector<Lie> timeouts() {
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

std::vector<Lie> floods() {
  return {
      {"EndlessHeader",
       {Hear{}, Say{ok}, Flood{"X-More: and more\r\n"}},
       Fault::too_large,
       "header of the reply"},
      {"EndlessHeaderLine",
       {Hear{}, Say{ok + "X-Long: "}, Flood{"and longer "}},
       Fault::too_large,
       "larger than 1024 bytes"},
      {"EndlessFirstLine",
       {Hear{}, Say{"HTTP/1.1 200 "}, Flood{"OK "}},
       Fault::too_large,
       "header"},
      {"EndlessBody",
       {Hear{}, Say{ok + "\r\n"}, Flood{"more and more "}},
       Fault::too_large,
       "larger than 2048 bytes"},
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

std::vector<Lie> hang_ups() {
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

std::vector<Lie> gibberish() {
  using namespace std::string_literals;
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

std::string name_of(const testing::TestParamInfo<Lie>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Timeout, LieTest, testing::ValuesIn(timeouts()), name_of);
INSTANTIATE_TEST_SUITE_P(Flood, LieTest, testing::ValuesIn(floods()), name_of);
INSTANTIATE_TEST_SUITE_P(HangUp, LieTest, testing::ValuesIn(hang_ups()), name_of);
INSTANTIATE_TEST_SUITE_P(Gibberish, LieTest, testing::ValuesIn(gibberish()), name_of);

}  // namespace
}  // namespace ripcord
