// The stream of events, read by real clients over real sockets.

#include "api/events.hpp"

#include "api/control_api.hpp"
#include "net/before.hpp"
#include "net/http_server.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using boost::asio::generic::stream_protocol;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto tuple = boost::asio::as_tuple(boost::asio::use_awaitable);

/// A client with a socket of its own.
class Reader {
 public:
  Reader(test::Loop& loop, const stream_protocol::endpoint& where)
      : loop_(loop), socket_(loop.context) {
    socket_.connect(where);
  }

  void ask(const std::string& headers = "") {
    const std::string request =
        "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
    boost::asio::write(socket_, boost::asio::buffer(request));
  }

  /// What has come once `what` is in it, or the peer has closed, or it was too long.
  std::string hear(const std::string& what, Duration within = 5s) {
    return loop_.wait_for(until_heard(what, within));
  }

  [[nodiscard]] bool has_ended() const { return has_ended_; }

 private:
  boost::asio::awaitable<Result<bool>> read_some() {
    const auto [error, bytes] =
        co_await socket_.async_read_some(boost::asio::buffer(piece_), tuple);
    if (error) has_ended_ = true;
    heard_.append(piece_.data(), bytes);
    co_return true;
  }

  boost::asio::awaitable<std::string> until_heard(std::string what, Duration within) {
    const Instant until = loop_.clock.now() + within;
    std::size_t looked_at = 0;
    while (heard_.find(what, looked_at) == std::string::npos && !has_ended_ &&
           loop_.clock.now() < until) {
      looked_at = heard_.size() - std::min(heard_.size(), what.size());
      (void)co_await net::before(loop_.clock, until, read_some());
    }
    co_return heard_;
  }

  test::Loop& loop_;
  stream_protocol::socket socket_;
  std::array<char, 65536> piece_{};
  std::string heard_;
  bool has_ended_ = false;
};

class EventsTest : public testing::Test {
 protected:
  ~EventsTest() override {
    control_server_.stop();
    public_server_.stop();
    loop_.end(server_tasks_);
  }

  void SetUp() override {
    ASSERT_TRUE(control_server_.listen_unix(path(), 0600, ""));
    ASSERT_TRUE(public_server_.listen_tcp("127.0.0.1", 0));
  }

  [[nodiscard]] std::string path() const { return (directory_.path() / "socket").string(); }
  std::unique_ptr<Reader> at_socket() {
    return std::make_unique<Reader>(loop_, boost::asio::local::stream_protocol::endpoint(path()));
  }
  std::unique_ptr<Reader> over_tcp() {
    return std::make_unique<Reader>(
        loop_, boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"),
                                              public_server_.port()));
  }

  /// Something happens and is committed.
  void commit(std::uint64_t sequence, std::string text = "it happened") {
    backend_.history.push_back({.sequence = sequence,
                                .record = {.at = test::evening,
                                           .service = "backend",
                                           .deployment = "b-1",
                                           .kind = "deployment.started",
                                           .text = std::move(text),
                                           .by = "uid 1000 (ana)",
                                           .severity = Severity::info}});
  }

  static constexpr Duration patience = 300ms;

  static net::ServerLimits impatient() {
    net::ServerLimits limits;
    limits.reply_timeout = patience;
    return limits;
  }

  /// More than the kernel holds for it, while it does not read.
  void send_too_much_to(Reader& reader) {
    backend_.on_records = [this](std::uint64_t after) {
      if (after < 3990) last_page_at_ = loop_.clock.now();
    };
    reader.ask("Last-Event-ID: 0\r\n");
    (void)reader.hear("history");
    const std::string much(4000, 'x');
    for (std::uint64_t i = 1; i <= 4000; ++i) commit(i, much);
  }

  /// Until the last page that could not be taken has waited for more than its time.
  void let_it_be_late() {
    do {
      loop_.run_for(10ms);
    } while (loop_.clock.now() < last_page_at_ + 2 * patience);
  }

  test::Loop loop_;
  Instant last_page_at_;
  test::TempDir directory_;
  test::FakeBackend backend_{loop_.clock};
  api::EventLimits limits_{.readers_max = 2, .page = 10, .heartbeat = 100ms};
  api::ControlApi control_{backend_, {.daemon_uid = ::getuid(), .group = std::nullopt}, limits_};
  api::PublicApi public_{backend_, limits_};
  net::TaskGroup server_tasks_{loop_.context.get_executor(),
                               [](const std::string& name, const auto&) { ADD_FAILURE() << name; }};
  net::HttpServer control_server_{
      loop_.context.get_executor(), loop_.clock, server_tasks_,
      [this](net::IncomingRequest request) { return control_.handle(std::move(request)); },
      impatient()};
  net::HttpServer public_server_{
      loop_.context.get_executor(), loop_.clock, server_tasks_,
      [this](net::IncomingRequest request) { return public_.handle(std::move(request)); },
      impatient()};
};

TEST_F(EventsTest, TellsEachRecordAsItIsCommitted) {
  commit(6);
  const auto reader = at_socket();
  reader->ask();
  EXPECT_THAT(reader->hear("\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"),
                    HasSubstr("Connection: close\r\n"), Not(HasSubstr("Content-Length"))));
  commit(7);
  const std::string heard = reader->hear("id: 7\n");
  EXPECT_THAT(heard, Not(HasSubstr("id: 6\n"))) << "that was before";
  EXPECT_THAT(
      reader->hear("\"}\n\n"),
      HasSubstr("id: 7\ndata: {\"sequence\":7,\"service\":\"backend\",\"deployment\":\"b-1\","
                "\"at\":\"2026-11-22T19:00:00.000Z\",\"kind\":\"deployment.started\","
                "\"severity\":\"info\",\"text\":\"it happened\","
                "\"by\":\"uid 1000 (ana)\"}\n\n"));
}

TEST_F(EventsTest, GoesOnBehindWhatWasHeardLast) {
  for (std::uint64_t i = 1; i <= 25; ++i) commit(i);
  const auto reader = at_socket();
  reader->ask("Last-Event-ID: 3\r\n");
  const std::string heard = reader->hear("id: 25\n");
  std::size_t place = 0;
  EXPECT_THAT(heard, Not(HasSubstr("id: 3\n")));
  for (int i = 4; i <= 25; ++i) {
    place = heard.find("id: " + std::to_string(i) + "\n", place);
    ASSERT_NE(place, std::string::npos) << i;
  }
}

TEST_F(EventsTest, BeginsAnewWithAnotherHistory) {
  commit(1);
  const auto reader = at_socket();
  reader->ask("Last-Event-ID: 900\r\n");
  EXPECT_THAT(reader->hear("id: 1\n"), HasSubstr("event: renumbered\n"));
}

TEST_F(EventsTest, RefusesAnIdThatIsNone) {
  const auto reader = at_socket();
  reader->ask("Last-Event-ID: b-1\r\nConnection: close\r\n");
  EXPECT_THAT(reader->hear("}"), AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("Last-Event-ID")));
}

TEST_F(EventsTest, TellsNobodyWhoIsNotKnownOfPersons) {
  const auto reader = over_tcp();
  reader->ask();
  (void)reader->hear("history");
  commit(1, "overridden by uid 1001 (ben): uid 1000 (ana) and token ci agreed");
  const std::string heard = reader->hear("\"}\n\n");
  EXPECT_THAT(heard, HasSubstr("overridden by somebody: somebody and somebody agreed"));
  EXPECT_THAT(heard, HasSubstr("\"by\":\"somebody\""));
}

TEST_F(EventsTest, ShowsThatItIsAlive) {
  const auto reader = over_tcp();
  reader->ask();
  (void)reader->hear("ripcordd\n\n");
  EXPECT_THAT(reader->hear(":\n\n:\n\n"), HasSubstr(":\n\n:\n\n"));
}

TEST_F(EventsTest, TakesSoManyReadersAndNoMore) {
  const auto first = at_socket();
  first->ask();
  (void)first->hear("history");
  {
    const auto second = at_socket();
    second->ask();
    (void)second->hear("history");
    const auto third = at_socket();
    third->ask("Connection: close\r\n");
    EXPECT_THAT(third->hear("}"),
                AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("2 read the events")));
  }
  // The place of one that has left is free once it is missed.
  std::string heard;
  for (int tries = 0; tries < 50 && !heard.starts_with("HTTP/1.1 200"); ++tries) {
    const auto next = at_socket();
    next->ask("Connection: close\r\n");
    heard = next->hear("\r\n\r\n");
    loop_.run_for(20ms);
  }
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 200"));
}

TEST_F(EventsTest, LeavesAReaderBehindThatDoesNotRead) {
  const auto reader = over_tcp();
  send_too_much_to(*reader);
  // Others are told all the while.
  const auto other = at_socket();
  other->ask("Last-Event-ID: 3990\r\n");
  (void)other->hear("id: 4000\n");
  let_it_be_late();
  // Now it reads: whole events, and a last one that says why there are no more.
  const std::string heard = reader->hear("event: dropped\n", 15s);
  (void)reader->hear("nothing more", 2s);
  EXPECT_THAT(reader->hear("}", 1s), HasSubstr("\n\nevent: dropped\ndata: {\"reason\":\"too slow"));
  EXPECT_THAT(heard, Not(HasSubstr("id: 4000\n")));
  (void)reader->hear("nothing more", 2s);
  EXPECT_TRUE(reader->has_ended());
  commit(4001);
  EXPECT_THAT(other->hear("id: 4001\n"), HasSubstr("id: 4001\n"));
}

TEST_F(EventsTest, GivesUpAReaderThatNeverReads) {
  const auto reader = over_tcp();
  send_too_much_to(*reader);
  let_it_be_late();
  loop_.run_for(5 * patience);
  server_tasks_.cancel();  // only the listeners are left to be cancelled
  EXPECT_THAT(reader->hear("event: dropped\n", 2s), Not(HasSubstr("event: dropped\n")));
  EXPECT_TRUE(reader->has_ended());
}

TEST_F(EventsTest, EndsWithTheDaemon) {
  const auto reader = at_socket();
  reader->ask();
  (void)reader->hear("history");
  loop_.end(server_tasks_);
  (void)reader->hear("nothing more", 2s);
  EXPECT_TRUE(reader->has_ended());
}

}  // namespace
}  // namespace ripcord
