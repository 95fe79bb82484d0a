#include "net/reply_stream.hpp"

#include "tests/support/bad_peer.hpp"
#include "tests/support/loop.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::Drip;
using test::Flood;
using test::Hang;
using test::Hear;
using test::Say;
using test::Script;
using testing::HasSubstr;

const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

class ReplyStreamTest : public testing::Test {
 protected:
  Result<net::Reply> opened(Script script, Duration patience = 5s) {
    peer_.emplace(loop_, std::vector<Script>{std::move(script)});
    stream_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, peer_->place());
    net::Request request;
    request.target = "/events";
    return loop_.wait_for(stream_->open(std::move(request), loop_.clock.now() + patience));
  }

  /// The next piece, or the words of the fault.
  std::string read(Duration patience = 5s) {
    auto piece = loop_.wait_for(stream_->read(loop_.clock.now() + patience));
    return piece ? *piece : "fault " + std::to_string(static_cast<int>(piece.error().fault));
  }

  /// All pieces up to the end or to a fault.
  std::string read_all() {
    std::string all;
    for (std::string piece = read(); !piece.empty(); piece = read()) {
      all += piece;
      if (piece.starts_with("fault ")) break;
    }
    return all;
  }

  static std::string words(Fault fault) {
    return "fault " + std::to_string(static_cast<int>(fault));
  }

  test::Loop loop_;
  std::optional<test::BadPeer> peer_;
  std::optional<net::ReplyStream> stream_;
};

TEST_F(ReplyStreamTest, HandsEachChunkOnAsItComes) {
  const auto reply = opened({Hear{}, Say{chunked + "5\r\nhello\r\n"}, Hear{}, Hang{}});
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(reply->status, 200U);
  EXPECT_EQ(read(), "hello");
  EXPECT_THAT(peer_->heard().at(0), HasSubstr("GET /events HTTP/1.1\r\n"));
}

TEST_F(ReplyStreamTest, SilenceIsATimeoutAndLosesNothing) {
  ASSERT_TRUE(opened({Hear{}, Say{chunked}, Drip{"5\r\nhello\r\n0\r\n\r\n", 20ms}, Hang{}}));
  std::string all;
  int silences = 0;
  for (std::string piece = read(3ms); !piece.empty(); piece = read(3ms)) {
    const bool silent = piece == words(Fault::timeout);
    silences += silent ? 1 : 0;
    if (!silent) all += piece;
  }
  EXPECT_EQ(all, "hello");
  EXPECT_GT(silences, 5);
}

TEST_F(ReplyStreamTest, TheEndOfTheReplyIsAnEmptyPiece) {
  ASSERT_TRUE(opened({Hear{}, Say{chunked + "2\r\nab\r\n0\r\n\r\n"}, Hang{}}));
  EXPECT_EQ(read_all(), "ab");
  EXPECT_EQ(read(), "");
}

TEST_F(ReplyStreamTest, ABodyWithALengthOrUpToTheEndOfTheConnectionIsAStreamToo) {
  ASSERT_TRUE(opened({Hear{}, Say{"HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nabc"}, Hang{}}));
  EXPECT_EQ(read_all(), "abc");
  ASSERT_TRUE(opened({Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\nraw"}}));
  EXPECT_EQ(read_all(), "raw");
}

TEST_F(ReplyStreamTest, AnEnormousLengthTakesNoMemory) {
  ASSERT_TRUE(
      opened({Hear{}, Say{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx"}, Hang{}}));
  EXPECT_EQ(read(), "x");
}

TEST_F(ReplyStreamTest, HangingUpInTheMiddleIsAFault) {
  ASSERT_TRUE(opened({Hear{}, Say{chunked + "5\r\nhe"}}));
  EXPECT_EQ(read_all(), "he" + words(Fault::closed));
}

TEST_F(ReplyStreamTest, GarbageIsAFault) {
  ASSERT_TRUE(opened({Hear{}, Say{chunked}, Drip{"5\r\nhello!!garbage", 1ms}, Hang{}}));
  EXPECT_THAT(read_all(), HasSubstr(words(Fault::malformed)));
  EXPECT_EQ(opened({Hear{}, Say{"SSH-2.0-x\r\n\r\n"}, Hang{}}).error().fault, Fault::malformed);
}

TEST_F(ReplyStreamTest, GarbageBehindAPieceIsAFaultAfterIt) {
  ASSERT_TRUE(opened({Hear{}, Say{chunked}, Say{"5\r\nhello\r\nzz\r\nnonsense"}, Hang{}}));
  EXPECT_EQ(read(), "hello");
  EXPECT_EQ(read(), words(Fault::malformed));
  EXPECT_EQ(read(), words(Fault::malformed));
}

TEST_F(ReplyStreamTest, EveryWayNotToReplyHasItsFault) {
  EXPECT_EQ(opened({Hear{}}).error().fault, Fault::closed);
  EXPECT_EQ(opened({Hear{}, Hang{}}, 50ms).error().fault, Fault::timeout);
  EXPECT_EQ(
      opened({Hear{}, Say{"HTTP/1.1 200 OK\r\n"}, Flood{"X-More: and more\r\n"}}).error().fault,
      Fault::too_large);
}

TEST_F(ReplyStreamTest, AFloodIsHandedOnInBoundedPieces) {
  ASSERT_TRUE(opened({Hear{}, Say{"HTTP/1.1 200 OK\r\n\r\n"}, Flood{std::string(100'000, 'x')}}));
  std::size_t total = 0;
  while (total < 3'000'000) {
    const std::string piece = read();
    ASSERT_FALSE(piece.empty());
    EXPECT_LE(piece.size(), 32UL * 1024);
    total += piece.size();
  }
  stream_->close();
}

}  // namespace
}  // namespace ripcord
