#include "net/http_server.hpp"
#include "notify/courier.hpp"
#include "notify/transport.hpp"
#include "tests/notify/fake_outbox.hpp"
#include "tests/notify/vocabulary.hpp"
#include "tests/support/alertmanager_server.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/real_part.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// A real Alertmanager takes our alerts, and what it sends to a webhook is what our own webhook
// sends.
namespace ripcord::notify {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

boost::asio::awaitable<net::Reply> accepted() {
  co_return net::Reply{.status = 200, .headers = {}, .body = {}};
}

class RealAlertmanager : public testing::Test {
 protected:
  void SetUp() override {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the macro reads the environment; one thread only
    RIPCORD_NEEDS(ripcord::test::AlertmanagerServer::is_there(),
                  "there is no Alertmanager (Debian package prometheus-alertmanager)");
    const auto listening = hook_->listen_tcp("127.0.0.1", 0);
    ASSERT_TRUE(listening) << listening.error().message;
    alertmanager_.emplace("http://127.0.0.1:" + std::to_string(hook_->port()) + "/");
    courier_ = std::make_unique<Courier>(
        loop_.context.get_executor(), CourierTools{loop_.clock, outbox_, transport_},
        test::receiver(AlertmanagerSettings{
            .address = test::at("http://127.0.0.1:" + std::to_string(alertmanager_->port()))}),
        1);
    tasks_.spawn("courier", courier_->run());
  }
  ~RealAlertmanager() override {
    loop_.end(tasks_);
    hook_->stop();
    loop_.end(hook_tasks_);
  }

  /// Alertmanager forgets nothing, but does not tell of what was over long ago: it began just now.
  Message fresh(Message message) {
    message.started_at = began_;
    message.at = loop_.clock.now();
    if (message.ended_at) message.ended_at = message.at;
    return message;
  }

  void put(const Message& message) {
    outbox_.put("ops", message, loop_.clock.now());
    courier_->wake();
  }
  void wait_until(const std::function<bool()>& is_so) {
    const Instant patience = loop_.clock.now() + 20s;
    while (!is_so() && loop_.clock.now() < patience) loop_.run_for(10ms);
    EXPECT_TRUE(is_so()) << courier_->status().trouble << alertmanager_->log();
  }

  /// Tells it, and returns the `count`-th body that comes back.
  json::value told(const Message& message, std::size_t count) {
    put(message);
    wait_until([this, count] { return bodies_.size() >= count; });
    return bodies_.size() >= count ? bodies_.at(count - 1) : json::value();
  }

  static void report(const std::string& name, const std::exception_ptr& /*failure*/) {
    ADD_FAILURE() << name << " threw";
  }

  ripcord::test::Loop loop_;
  Instant began_ = std::chrono::floor<std::chrono::seconds>(loop_.clock.now()) - 1s;
  net::TaskGroup tasks_{loop_.context.get_executor(), report};
  net::TaskGroup hook_tasks_{loop_.context.get_executor(), report};
  std::vector<json::value> bodies_;
  std::unique_ptr<net::HttpServer> hook_ =
      std::make_unique<net::HttpServer>(loop_.context.get_executor(), loop_.clock, hook_tasks_,
                                        [this](const net::IncomingRequest& incoming) {
                                          bodies_.push_back(json::parse(incoming.request.body));
                                          return accepted();
                                        });
  std::optional<ripcord::test::AlertmanagerServer> alertmanager_;
  test::FakeOutbox outbox_{loop_.context.get_executor()};
  HttpTransport transport_{loop_.context.get_executor(), loop_.clock, loop_.resolver};
  std::unique_ptr<Courier> courier_;
};

/// Times are compared as times: Alertmanager writes them with as many digits as it needs.
json::value with_plain_times(json::value body) {
  for (json::value& alert : body.at("alerts").as_array()) {
    for (const std::string_view key : {"startsAt", "endsAt"}) {
      const auto instant = parse_instant(std::string_view(alert.at(key).as_string()));
      alert.as_object()[key] = instant ? to_rfc3339(*instant) : "no time";
    }
  }
  return body;
}

json::value our_webhook_of(const Message& message, const json::value& external_url) {
  json::value body = test::body_of(
      test::posted(test::receiver(WebhookSettings{.address = test::at("http://h/")}), message));
  body.as_object()["externalURL"] = external_url;  // its own, which is another
  return with_plain_times(std::move(body));
}

TEST_F(RealAlertmanager, SendsWhatOurWebhookSends) {
  const Message firing = fresh(test::rollback_started());
  const json::value fired = told(firing, 1);
  ASSERT_TRUE(fired.is_object());
  EXPECT_EQ(with_plain_times(fired), our_webhook_of(firing, fired.at("externalURL")))
      << json::serialize(fired);

  Message over = firing;
  over.standing = Standing::resolved;
  over.ended_at = loop_.clock.now();
  const json::value ended = told(over, 2);
  ASSERT_TRUE(ended.is_object());
  EXPECT_EQ(test::text_at(ended, "/status"), "resolved");
  EXPECT_EQ(with_plain_times(ended), our_webhook_of(over, ended.at("externalURL")))
      << json::serialize(ended);
  EXPECT_EQ(outbox_.delivered(), 2U);
}

TEST_F(RealAlertmanager, TakesHostileTextAndWhatIsMuchTooLong) {
  put(fresh(test::hostile()));
  put(fresh(test::huge()));
  wait_until([this] { return outbox_.delivered() == 2; });
}

}  // namespace
}  // namespace ripcord::notify
