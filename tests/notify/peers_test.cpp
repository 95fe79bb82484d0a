#include "tests/notify/peers.hpp"

#include "net/http_server.hpp"
#include "notify/courier.hpp"
#include "notify/transport.hpp"
#include "tests/notify/fake_outbox.hpp"
#include "tests/support/bad_peer.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

// The whole way over real sockets, for every kind.
namespace ripcord::notify {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

boost::asio::awaitable<net::Reply> answer_with(net::Reply reply) {
  co_return reply;
}

class OverTheWire : public testing::TestWithParam<test::Peer> {
 protected:
  ~OverTheWire() override {
    loop_.end(tasks_);
    server_->stop();
    loop_.end(server_tasks_);
  }

  void serve(std::function<net::Reply(const net::Request&)> answer) {
    answer_ = std::move(answer);
    const auto listening = server_->listen_tcp("127.0.0.1", 0);
    ASSERT_TRUE(listening) << listening.error().message;
  }

  /// Delivers one message, as far as it comes.
  void deliver(const std::function<bool()>& is_done) {
    const std::string base = "http://127.0.0.1:" + std::to_string(server_->port());
    courier_ = std::make_unique<Courier>(loop_.context.get_executor(),
                                         CourierTools{loop_.clock, outbox_, transport_},
                                         test::receiver(GetParam().kind(secrets_, base)), 1);
    outbox_.put("ops", test::rollback_started(), loop_.clock.now());
    tasks_.spawn("courier", courier_->run());
    const Instant patience = loop_.clock.now() + 10s;
    while (!is_done() && loop_.clock.now() < patience) loop_.run_for(10ms);
  }

  ripcord::test::Loop loop_;
  net::TaskGroup tasks_{loop_.context.get_executor(),
                        [](const std::string& name, const std::exception_ptr&) {
                          ADD_FAILURE() << name << " threw";
                        }};
  net::TaskGroup server_tasks_{loop_.context.get_executor(),
                               [](const std::string& name, const std::exception_ptr&) {
                                 ADD_FAILURE() << name << " threw";
                               }};
  std::function<net::Reply(const net::Request&)> answer_;
  std::unique_ptr<net::HttpServer> server_ =
      std::make_unique<net::HttpServer>(loop_.context.get_executor(), loop_.clock, server_tasks_,
                                        [this](const net::IncomingRequest& incoming) {
                                          return answer_with(answer_(incoming.request));
                                        });
  test::Secrets secrets_;
  test::FakeOutbox outbox_{loop_.context.get_executor()};
  HttpTransport transport_{loop_.context.get_executor(), loop_.clock, loop_.resolver};
  std::unique_ptr<Courier> courier_;
};

TEST_P(OverTheWire, IsDelivered) {
  serve(GetParam().server);
  deliver([this] { return outbox_.delivered() == 1; });
  EXPECT_EQ(outbox_.delivered(), 1U) << courier_->status().trouble;
  EXPECT_EQ(courier_->status().retried, 0U);
}

TEST_P(OverTheWire, ShowsNoSecretThatTheServerRepeats) {
  serve([](const net::Request& request) {
    std::string all = request.target;
    for (const net::Header& header : request.headers) all += " " + header.value;
    return net::Reply{.status = 400, .headers = {}, .body = all + request.body};
  });
  deliver([this] { return !outbox_.failure_of(0).empty(); });
  EXPECT_THAT(outbox_.failure_of(0), AllOf(HasSubstr("it answered 400"), Not(HasSubstr("canary"))));
  EXPECT_THAT(courier_->status().trouble, Not(HasSubstr("canary")));
}

INSTANTIATE_TEST_SUITE_P(Kinds, OverTheWire, testing::ValuesIn(test::peers()),
                         [](const auto& peer) { return peer.param.name; });

/// What the transport says of a server with this certificate.
TEST(HttpTransport, TrustsNoCertificateThatNobodyVouchesFor) {
  ripcord::test::Loop loop;
  const ripcord::test::TlsFace face{
      .identity = self_signed(ripcord::test::valid_for({"127.0.0.1"}, loop.clock.now()))};
  const ripcord::test::BadPeer peer(loop, {{ripcord::test::Shake{face}, ripcord::test::Hear{}}});
  net::Place place = peer.place();
  place.tls.emplace();
  HttpTransport transport(loop.context.get_executor(), loop.clock, loop.resolver);
  const auto reply = loop.wait_for(
      transport.send(place, {.method = "POST", .target = "/", .headers = {}, .body = "secret"},
                     loop.clock.now() + 5s));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().fault, Fault::malformed) << reply.error().message;
  EXPECT_TRUE(peer.heard().empty()) << "nothing was said";
}

}  // namespace
}  // namespace ripcord::notify
