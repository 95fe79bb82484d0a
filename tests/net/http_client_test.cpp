#include "net/http_client.hpp"

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
using test::Hang;
using test::Hear;
using test::Reset;
using test::Say;
using test::Script;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::string hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

net::Request with_method(std::string method, std::string target = "/") {
  return {.method = std::move(method), .target = std::move(target), .headers = {}, .body = {}};
}

class HttpClientTest : public testing::Test {
 protected:
  void serve(std::vector<Script> scripts, const std::string& host = "127.0.0.1") {
    peer_.emplace(loop_, std::move(scripts), host);
    connect_to(peer_->place());
  }

  void connect_to(net::Place place) {
    client_.emplace(loop_.context.get_executor(), loop_.clock, loop_.resolver, std::move(place));
  }

  Result<net::Reply> exchange(net::Request request = {}, Duration within = 2s) {
    return loop_.wait_for(client_->exchange(std::move(request), loop_.clock.now() + within));
  }

  /// The body, or the failure's message.
  std::string body(net::Request request = {}) {
    auto reply = exchange(std::move(request));
    return reply ? reply->body : reply.error().message;
  }

  Fault fault(net::Request request = {}) {
    const auto reply = exchange(std::move(request));
    EXPECT_FALSE(reply.has_value());
    return reply ? Fault::internal : reply.error().fault;
  }

  /// A port on which nobody listens.
  std::uint16_t free_port() {
    boost::asio::ip::tcp::acceptor taken(loop_.context,
                                         {boost::asio::ip::make_address("127.0.0.1"), 0});
    return taken.local_endpoint().port();
  }

  test::Loop loop_;
  std::optional<test::BadPeer> peer_;
  std::optional<net::HttpClient> client_;
};

TEST_F(HttpClientTest, ReadsAWholeReply) {
  serve({{Hear{}, Say{"HTTP/1.1 418 Teapot\r\nA: b\r\nContent-Length: 2\r\n\r\nhi"}, Hang{}}});
  const auto reply = exchange();
  EXPECT_EQ(reply->status, 418U);
  EXPECT_EQ(net::find_header(reply->headers, "a"), "b");
  EXPECT_EQ(reply->body, "hi");
}

TEST_F(HttpClientTest, NamesThePlaceInItsRequest) {
  serve({{Hear{}, Say{hello}, Hang{}}});
  (void)exchange(with_method("GET", "/ready"));
  EXPECT_THAT(peer_->heard().at(0),
              StartsWith("GET /ready HTTP/1.1\r\nHost: " + to_string(peer_->place()) + "\r\n"));
}

TEST_F(HttpClientTest, UnderstandsEveryFraming) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  serve({{Hear{},
          Say{ok + "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n"
                   "0\r\nTrailer: x\r\n\r\n"},
          Hang{}},
         {Hear{}, Say{ok + "\r\nhello"}},
         {Hear{}, Say{"HTTP/1.0 200 OK\r\n\r\nhello"}},
         {Hear{}, Say{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\n\r\n" + hello}, Hang{}}});
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(body(), "hello") << i;
    client_->close();
  }
  EXPECT_EQ(peer_->connections(), 4U);
}

TEST_F(HttpClientTest, ExpectsNoBodyWhereNoneCanBe) {
  serve({{Hear{}, Say{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"}, Hear{},
          Say{"HTTP/1.1 204 No Content\r\n\r\n"}, Hear{},
          Say{"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"}, Hang{}}});
  EXPECT_EQ(exchange(with_method("HEAD"))->body, "");
  EXPECT_EQ(exchange()->status, 204U);
  EXPECT_EQ(exchange()->status, 304U);
  EXPECT_EQ(peer_->connections(), 1U);
}

TEST_F(HttpClientTest, KeepsItsConnection) {
  serve({{Hear{}, Say{hello}, Hear{}, Say{hello}, Hear{}, Say{hello}, Hang{}}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(body(), "hello");
  EXPECT_EQ(peer_->connections(), 1U);
}

TEST_F(HttpClientTest, LetsGoOfItWhenThePeerSaysSo) {
  serve(
      {{Hear{}, Say{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"}, Hang{}}});
  const std::size_t descriptors = test::open_descriptors();
  EXPECT_EQ(body(), "");
  loop_.run_for(5ms);
  EXPECT_EQ(test::open_descriptors(), descriptors);
}

TEST_F(HttpClientTest, LetsGoOfItAfterARequestThatSaysSo) {
  serve({{Hear{}, Say{hello}, Hang{}}, {Hear{}, Say{hello}, Hang{}}});
  net::Request last;
  last.headers.push_back({"Connection", "close"});
  const std::size_t descriptors = test::open_descriptors();
  EXPECT_EQ(body(last), "hello");
  EXPECT_EQ(body(last), "hello");
  EXPECT_THAT(peer_->heard().at(1), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(peer_->connections(), 2U);
  EXPECT_FALSE(client_->trace().kept);
  loop_.run_for(5ms);
  EXPECT_EQ(test::open_descriptors(), descriptors);
}

TEST_F(HttpClientTest, ReplacesAConnectionThatWasClosedMeanwhile) {
  serve({{Hear{}, Say{hello}}, {Hear{}, Say{hello}, Hang{}}});
  EXPECT_EQ(body(), "hello");
  loop_.run_for(5ms);
  EXPECT_EQ(body(with_method("POST")), "hello");
  EXPECT_EQ(peer_->connections(), 2U);
}

TEST_F(HttpClientTest, RepeatsOnceWhatAKeptConnectionDidNotAnswer) {
  serve({{Hear{}, Say{hello}, Hear{}}, {Hear{}, Say{hello}, Hear{}, Reset{}}, {Hear{}}});
  EXPECT_EQ(body(), "hello");
  EXPECT_EQ(body(), "hello");         // closed on, repeated
  EXPECT_EQ(fault(), Fault::closed);  // reset, repeated, closed on again
  EXPECT_EQ(peer_->connections(), 3U);
}

TEST_F(HttpClientTest, NeverRepeatsWhatMayHaveHadAnEffect) {
  serve({{Hear{}, Say{hello}, Hear{}}, {Hear{}, Say{hello}, Hang{}}});
  EXPECT_EQ(body(), "hello");
  EXPECT_EQ(fault(with_method("POST")), Fault::closed);
  EXPECT_EQ(peer_->connections(), 1U);
}

TEST_F(HttpClientTest, NeverRepeatsAReplyThatHasBegun) {
  serve({{Hear{}, Say{hello}, Hear{}, Say{"HTTP/1.1 2"}}, {Hear{}, Say{hello}, Hang{}}});
  EXPECT_EQ(body(), "hello");
  EXPECT_EQ(fault(), Fault::closed);
  EXPECT_EQ(peer_->connections(), 1U);
}

TEST_F(HttpClientTest, WhatComesUnaskedIsNotTakenForTheNextReply) {
  serve({{Hear{}, Say{hello + "HTTP/1.1 500 Smuggled\r\nContent-Length: 0\r\n\r\n"}, Hang{}},
         {Hear{}, Say{hello}, Hang{}}});
  EXPECT_EQ(exchange()->status, 200U);
  EXPECT_EQ(exchange()->status, 200U);
  EXPECT_EQ(peer_->connections(), 2U);
}

TEST_F(HttpClientTest, ReadsAReplyThatCameBeforeTheHangUp) {
  serve({{Say{"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"}}});
  EXPECT_EQ(exchange()->status, 503U);
}

TEST_F(HttpClientTest, AClosedPortRefuses) {
  connect_to({.host = "127.0.0.1", .port = free_port(), .unix_path = {}});
  EXPECT_THAT(body(), StartsWith("connection refused by 127.0.0.1:"));
  EXPECT_EQ(fault(), Fault::refused);
}

TEST_F(HttpClientTest, SpeaksIpv6) {
  serve({{Hear{}, Say{hello}, Hang{}}}, "::1");
  EXPECT_EQ(body(), "hello");
  EXPECT_THAT(peer_->heard().at(0), HasSubstr("Host: [::1]:"));
}

TEST_F(HttpClientTest, TriesEachAddressOfAName) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    serve({{Hear{}, Say{hello}, Hang{}}}, host);
    const auto only = loop_.wait_for(loop_.resolver.resolve("localhost")).value();
    if (std::ranges::find(only, boost::asio::ip::make_address(host)) == only.end()) continue;
    connect_to({.host = "localhost", .port = peer_->port(), .unix_path = {}});
    EXPECT_EQ(body(), "hello") << host;
  }
}

TEST_F(HttpClientTest, ANameThatRefusesSaysWithWhichAddress) {
  connect_to({.host = "localhost", .port = free_port(), .unix_path = {}});
  EXPECT_THAT(body(), AnyOf(HasSubstr("(127.0.0.1)"), HasSubstr("(::1)")));
}

TEST_F(HttpClientTest, ANameThatIsNotThereSaysNothingAboutTheTarget) {
  connect_to({.host = std::string(64, 'a') + ".invalid", .unix_path = {}});
  EXPECT_EQ(fault(), Fault::missing);
}

TEST_F(HttpClientTest, RunningOutOfDescriptorsIsOurOwnFault) {
  serve({{Hear{}, Say{hello}, Hang{}}});
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const auto reply = exchange();
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(reply.error().fault, Fault::full) << reply.error().message;
}

TEST_F(HttpClientTest, ARequestThatCannotBeSentIsNotSent) {
  serve({{Hear{}, Say{hello}, Hang{}}});
  EXPECT_EQ(fault(with_method("GET", "/\r\nX: y")), Fault::malformed);
  EXPECT_EQ(peer_->connections(), 0U);
}

TEST_F(HttpClientTest, ADeadlineInThePastIsATimeout) {
  serve({{Hear{}, Say{hello}, Hang{}}});
  const auto reply = exchange({}, -1s);
  EXPECT_EQ(reply.error().fault, Fault::timeout) << reply.error().message;
}

boost::asio::awaitable<void> exchange_for_ever(net::HttpClient& client, Instant deadline) {
  net::Request request;
  (void)co_await client.exchange(std::move(request), deadline);
  ADD_FAILURE() << "not cancelled";
}

TEST_F(HttpClientTest, CancellationLeavesNothingBehind) {
  serve({{Hear{}, Hang{}}});
  const std::size_t descriptors = test::open_descriptors();
  net::TaskGroup callers(
      loop_.context.get_executor(),
      [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; });
  callers.spawn("caller", exchange_for_ever(*client_, loop_.clock.now() + 1h));
  loop_.run_for(20ms);
  EXPECT_GT(test::open_descriptors(), descriptors);
  loop_.end(callers);
  loop_.run_for(5ms);
  EXPECT_EQ(test::open_descriptors(), descriptors);
}

TEST(Place, IsWrittenAsPeopleDo) {
  EXPECT_EQ(to_string(net::Place{.host = "a.example", .port = 1, .unix_path = {}}), "a.example:1");
  EXPECT_EQ(to_string(net::Place{.host = "::1", .port = 80, .unix_path = {}}), "[::1]:80");
  EXPECT_EQ(to_string(net::Place{.host = {}, .unix_path = "/run/x.sock"}), "unix:/run/x.sock");
}

}  // namespace
}  // namespace ripcord
