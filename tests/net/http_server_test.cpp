#include "net/http_server.hpp"

#include "net/before.hpp"
#include "tests/support/loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr auto tuple = boost::asio::as_tuple(boost::asio::use_awaitable);

boost::asio::awaitable<net::Reply> echo(net::IncomingRequest incoming) {
  const net::Request& request = incoming.request;
  co_return net::Reply{.headers = {{"Content-Type", "text/plain"}},
                       .body = request.method + " " + request.target + " " + request.body};
}

class HttpServerTest : public testing::Test {
 protected:
  void serve(net::ServerLimits limits = {}) {
    server_.emplace(loop_.context.get_executor(), loop_.clock, server_tasks_, echo, limits);
    const auto listening = server_->listen_tcp("127.0.0.1", 0);
    ASSERT_TRUE(listening.has_value()) << listening.error().message;
  }

  ~HttpServerTest() override {
    if (server_) server_->stop();
    loop_.end(server_tasks_);
  }

  tcp::socket connect() {
    tcp::socket socket(loop_.context);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), server_->port()});
    return socket;
  }

  static boost::asio::awaitable<Result<std::string>> read_to_end(tcp::socket& socket) {
    std::string text;
    (void)co_await boost::asio::async_read(socket, boost::asio::dynamic_buffer(text), tuple);
    co_return text;
  }

  /// What the server says to `text` until it closes, or for `within`.
  boost::asio::awaitable<std::string> say(tcp::socket& socket, std::string text, Duration within) {
    (void)co_await boost::asio::async_write(socket, boost::asio::buffer(text), tuple);
    auto heard = co_await net::before(loop_.clock, loop_.clock.now() + within, read_to_end(socket));
    co_return heard.value_or("still open");
  }

  /// For requests after which the server closes.
  std::string answer(std::string text, Duration within = 3s) {
    tcp::socket socket = connect();
    return loop_.wait_for(say(socket, std::move(text), within));
  }

  test::Loop loop_;
  net::TaskGroup server_tasks_{loop_.context.get_executor(),
                               [](const std::string& name, const std::exception_ptr&) {
                                 ADD_FAILURE() << name << " threw";
                               }};
  std::optional<net::HttpServer> server_;
};

const std::string close_after = "Host: x\r\nConnection: close\r\n\r\n";

TEST_F(HttpServerTest, AnswersARequest) {
  serve();
  EXPECT_THAT(answer("GET /a?b HTTP/1.1\r\n" + close_after),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Type: text/plain\r\n"),
                    HasSubstr("Content-Length: 9\r\n"), EndsWith("\r\n\r\nGET /a?b ")));
}

TEST_F(HttpServerTest, AnswersAHeadWithoutTheBody) {
  serve();
  EXPECT_THAT(answer("HEAD /a HTTP/1.1\r\n" + close_after),
              AllOf(HasSubstr("Content-Length: 8\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(HttpServerTest, ReadsABodyHoweverItIsFramed) {
  serve();
  EXPECT_THAT(answer("POST / HTTP/1.1\r\nContent-Length: 2\r\n" + close_after + "hi"),
              EndsWith("POST / hi"));
  EXPECT_THAT(answer("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + close_after +
                     "2\r\nhi\r\n0\r\n\r\n"),
              EndsWith("POST / hi"));
}

TEST_F(HttpServerTest, ServesManyRequestsOnOneConnection) {
  serve();
  const std::string text = answer(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\n"
      "Host: x\r\n\r\nGET /3 HTTP/1.1\r\n" +
      close_after);
  EXPECT_THAT(text, AllOf(HasSubstr("GET /1 "), HasSubstr("GET /2 "), EndsWith("GET /3 ")));
}

TEST_F(HttpServerTest, ClosesAfterAnOldRequest) {
  serve();
  EXPECT_THAT(answer("GET /old HTTP/1.0\r\n\r\n"),
              AllOf(HasSubstr("Connection: close\r\n"), EndsWith("GET /old ")));
}

TEST_F(HttpServerTest, InvitesTheBodyThatWaitsForIt) {
  serve();
  EXPECT_THAT(
      answer("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n" + close_after +
             "hi"),
      AllOf(StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), EndsWith("POST / hi")));
}

TEST_F(HttpServerTest, RefusesWhatIsNotARequest) {
  serve();
  for (const char* text :
       {"hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n"}) {
    EXPECT_THAT(answer(text), StartsWith("HTTP/1.1 400 ")) << text;
  }
}

TEST_F(HttpServerTest, RefusesWhatIsTooLarge) {
  serve({.header_bytes = 1024, .body_bytes = 1024});
  const std::string line = "X: " + std::string(2000, 'x') + "\r\n";
  EXPECT_THAT(answer("GET / HTTP/1.1\r\n" + line + close_after), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer("GET /" + std::string(2000, 'x')), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer("POST / HTTP/1.1\r\nContent-Length: 1025\r\n" + close_after),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + close_after + "800\r\n" +
                     std::string(2048, 'x')),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, TheRefusalReachesAPeerThatIsStillSending) {
  serve({.body_bytes = 1024});
  const std::string body(200'000, 'x');
  EXPECT_THAT(answer("POST / HTTP/1.1\r\nContent-Length: 200000\r\n" + close_after + body),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, CutsASlowRequest) {
  serve({.request_timeout = 100ms});
  EXPECT_THAT(answer("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(answer("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"),
              StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServerTest, ClosesASilentConnection) {
  serve({.request_timeout = 100ms, .idle_timeout = 50ms});
  EXPECT_THAT(answer(""), IsEmpty());
  EXPECT_THAT(answer("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("GET / "));
}

TEST_F(HttpServerTest, LetsAKeptConnectionRest) {
  serve({.request_timeout = 20ms, .idle_timeout = 10s});
  EXPECT_EQ(answer("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 150ms), "still open");
}

TEST_F(HttpServerTest, APeerThatTakesNoReplyIsCut) {
  serve({.body_bytes = 32UL * 1024 * 1024, .reply_timeout = 100ms});
  const std::size_t descriptors = test::open_descriptors();
  tcp::socket socket = connect();
  const std::string body(16UL * 1024 * 1024, 'x');
  // The echo does not fit into the buffers of the sockets, and nobody reads it.
  boost::asio::awaitable<std::string> sent =
      say(socket, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 16777216\r\n\r\n" + body, 0s);
  (void)loop_.wait_for(std::move(sent));
  const std::size_t ours = descriptors + 1;
  for (int i = 0; i < 100 && test::open_descriptors() != ours; ++i) loop_.run_for(100ms);
  EXPECT_EQ(test::open_descriptors(), ours);
}

TEST_F(HttpServerTest, TurnsAwayBeyondTheLimitAndServesAgainAfterwards) {
  serve({.connections_max = 2});
  {
    tcp::socket first = connect();
    tcp::socket second = connect();
    loop_.run_for(10ms);
    EXPECT_THAT(answer("GET / HTTP/1.1\r\n" + close_after), StartsWith("HTTP/1.1 503 "));
  }
  loop_.run_for(20ms);
  EXPECT_THAT(answer("GET / HTTP/1.1\r\n" + close_after), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ServesAHundredConnectionsAtOnce) {
  serve({.connections_max = 100});
  std::vector<tcp::socket> sockets;
  for (int i = 0; i < 100; ++i) sockets.push_back(connect());
  for (tcp::socket& socket : sockets) {
    EXPECT_THAT(loop_.wait_for(say(socket, "GET / HTTP/1.1\r\n" + close_after, 3s)),
                StartsWith("HTTP/1.1 200 "));
  }
}

TEST_F(HttpServerTest, SurvivesHavingNoDescriptors) {
  serve();
  tcp::socket waiting = connect();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  loop_.context.restart();
  const std::size_t steps = loop_.context.run_for(50ms);
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_LT(steps, 50U);  // it paused rather than spin
  EXPECT_THAT(loop_.wait_for(say(waiting, "GET / HTTP/1.1\r\n" + close_after, 3s)),
              StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, LeaksNothing) {
  serve({.request_timeout = 50ms});
  const std::size_t descriptors = test::open_descriptors();
  for (const char* text : {"", "GET", "nonsense\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    for (int i = 0; i < 5; ++i) (void)answer(text);
  }
  loop_.run_for(20ms);
  EXPECT_EQ(test::open_descriptors(), descriptors);
}

TEST_F(HttpServerTest, StopsListeningOnceAndForAll) {
  serve();
  const std::uint16_t port = server_->port();
  EXPECT_NE(port, 0);
  server_->stop();
  server_->stop();
  loop_.run_for(5ms);
  tcp::socket socket(loop_.context);
  boost::system::error_code error;
  (void)socket.connect({boost::asio::ip::make_address("127.0.0.1"), port}, error);
  EXPECT_EQ(error, boost::asio::error::connection_refused);
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
  serve();
  net::HttpServer other(loop_.context.get_executor(), loop_.clock, server_tasks_, echo);
  EXPECT_EQ(other.listen_tcp("127.0.0.1", server_->port()).error().fault, Fault::busy);
  EXPECT_EQ(other.listen_tcp("localhost", 0).error().fault, Fault::malformed);
  EXPECT_THAT(other.listen_tcp("192.0.2.1", 0).error().message, HasSubstr("192.0.2.1"));
}

TEST_F(HttpServerTest, ListensOnIpv6) {
  server_.emplace(loop_.context.get_executor(), loop_.clock, server_tasks_, echo);
  EXPECT_TRUE(server_->listen_tcp("::1", 0).has_value());
  EXPECT_NE(server_->port(), 0);
}

}  // namespace
}  // namespace ripcord
