#include "notify/courier.hpp"

#include "net/task_group.hpp"
#include "tests/notify/fake_outbox.hpp"
#include "tests/notify/vocabulary.hpp"
#include "tests/support/manual_clock.hpp"

#include <boost/asio/post.hpp>
#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ripcord::notify {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Lt;
using testing::SizeIs;

const Instant noon = parse_instant("2026-11-22T12:00:00Z").value();

/// What a receiver does with a request: answers after a while, or never.
struct Conduct {
  Result<net::Reply> reply = net::Reply{.status = 200, .headers = {}, .body = "ok"};
  Duration after = 10ms;
};

struct Sent {
  Instant at;
  net::Place place;
  net::Request request;
};

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(net::Clock& clock) : clock_(clock) {}

  boost::asio::awaitable<Result<net::Reply>> send(net::Place place, net::Request request,
                                                  Instant /*deadline*/) override {
    sent.push_back({clock_.now(), std::move(place), std::move(request)});
    const Conduct now = conduct(sent.size());
    co_await clock_.sleep_until(clock_.now() + now.after);
    co_return now.reply;
  }

  /// The ids of what was sent, in order.
  [[nodiscard]] std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const Sent& one : sent) {
      ids.emplace_back(net::find_header(one.request.headers, "webhook-id").value_or(""));
    }
    return ids;
  }

  std::vector<Sent> sent;
  std::function<Conduct(std::size_t nth)> conduct = [](std::size_t) { return Conduct(); };

 private:
  net::Clock& clock_;
};

Conduct answers(unsigned status, std::vector<net::Header> headers = {}, std::string body = "") {
  return {.reply =
              net::Reply{.status = status, .headers = std::move(headers), .body = std::move(body)}};
}

Message message(const std::string& id, const std::string& incident = "i") {
  Message one = test::rollback_started();
  one.id = id;
  one.incident = incident;
  return one;
}

class CourierTest : public testing::Test {
 protected:
  ~CourierTest() override { stop(); }

  void begin(ReceiverSettings settings) {
    couriers_.push_back(std::make_unique<Courier>(context_.get_executor(),
                                                  CourierTools{clock_, outbox_, transport_},
                                                  std::move(settings), 7));
    tasks_->spawn("courier", couriers_.back()->run());
    clock_.settle();
  }
  void begin() { begin(webhook_); }
  /// As a crash does: whatever is under way is never heard of again.
  void stop() {
    boost::asio::post(context_, [this] { tasks_->cancel(); });
    clock_.settle();
    tasks_ = new_group();
  }
  void put(Message one) {
    outbox_.put("ops", std::move(one), clock_.now());
    for (const auto& courier : couriers_) courier->wake();
    clock_.settle();
  }
  [[nodiscard]] const CourierStatus& status() const { return couriers_.back()->status(); }

  std::unique_ptr<net::TaskGroup> new_group() {
    return std::make_unique<net::TaskGroup>(
        context_.get_executor(),
        [](const std::string& name, const std::exception_ptr&) { ADD_FAILURE() << name; });
  }

  boost::asio::io_context context_{1};
  ripcord::test::ManualClock clock_{context_, noon};
  test::FakeOutbox outbox_{context_.get_executor()};
  FakeTransport transport_{clock_};
  std::unique_ptr<net::TaskGroup> tasks_ = new_group();
  std::vector<std::unique_ptr<Courier>> couriers_;
  ReceiverSettings webhook_ =
      test::receiver(WebhookSettings{.address = test::at("http://h.example/hook")});
};

TEST_F(CourierTest, DeliversInOrder) {
  begin();
  put(message("1"));
  put(message("2"));
  clock_.run_for(1s);
  put(message("3"));
  clock_.run_for(1s);
  EXPECT_THAT(transport_.ids(), ElementsAre("1", "2", "3"));
  EXPECT_EQ(outbox_.delivered(), 3U);
  EXPECT_EQ(status(), (CourierStatus{.delivered = 3}));
}

TEST_F(CourierTest, SendsToItsPlace) {
  begin();
  put(message("1"));
  ASSERT_THAT(transport_.sent, SizeIs(1));
  EXPECT_EQ(to_string(transport_.sent[0].place), "h.example:80");
  EXPECT_EQ(transport_.sent[0].request.target, "/hook");
}

TEST_F(CourierTest, AHangEndsAtTheTimeoutAndDelaysNoOtherReceiver) {
  transport_.conduct = [this](std::size_t) {
    const bool is_dead = transport_.sent.back().place.host == "dead.example";
    return is_dead ? Conduct{.after = 100h} : Conduct();
  };
  ReceiverSettings dead = webhook_;
  dead.name = "dead";
  dead.kind = WebhookSettings{.address = test::at("http://dead.example/")};
  begin(dead);
  outbox_.put("dead", message("d"), clock_.now());
  begin();
  couriers_.front()->wake();
  put(message("1"));
  clock_.run_for(20ms);
  EXPECT_EQ(outbox_.delivered(), 1U) << "while the other one still hangs";
  clock_.run_for(20s);
  const CourierStatus& hung = couriers_.front()->status();
  EXPECT_EQ(hung.retried, 1U);
  EXPECT_EQ(hung.oldest_pending, noon);
  EXPECT_THAT(hung.trouble, HasSubstr("deadline"));
}

TEST_F(CourierTest, LosesNothingInAnHourOf500) {
  transport_.conduct = [this](std::size_t) {
    return clock_.now() < noon + 1h ? answers(500) : Conduct();
  };
  begin();
  put(message("1"));
  put(message("2"));
  clock_.run_for(1h);
  EXPECT_EQ(outbox_.delivered(), 0U);
  EXPECT_THAT(transport_.sent, SizeIs(AllOf(Gt(12U), Lt(40U)))) << "neither asleep nor a storm";
  clock_.run_for(6min);
  EXPECT_EQ(outbox_.delivered(), 2U);
  const std::vector<std::string> ids = transport_.ids();
  EXPECT_EQ(std::ranges::count(ids, "2"), 1) << "it waited behind the first";
  EXPECT_EQ(ids.back(), "2");
  EXPECT_EQ(status().retried + 2, ids.size());
}

TEST_F(CourierTest, HonoursRetryAfter) {
  transport_.conduct = [](std::size_t nth) {
    return nth == 1 ? answers(429, {{"Retry-After", "120"}}) : Conduct();
  };
  begin();
  put(message("1"));
  clock_.run_for(10min);
  ASSERT_THAT(transport_.sent, SizeIs(2));
  EXPECT_EQ(transport_.sent[1].at, noon + 10ms + 120s);
}

TEST_F(CourierTest, FollowsNoRedirect) {
  transport_.conduct = [](std::size_t nth) {
    return nth == 1 ? answers(301, {{"Location", "http://evil.example/"}}) : Conduct();
  };
  begin();
  put(message("1"));
  clock_.run_for(5s);
  ASSERT_THAT(transport_.sent, SizeIs(2));
  EXPECT_EQ(transport_.sent[1].place.host, "h.example");
  EXPECT_EQ(outbox_.delivered(), 1U);
}

TEST_F(CourierTest, SendsNothingMoreToAReceiverThatIsGoneUntilItsSettingsChange) {
  transport_.conduct = [](std::size_t) { return answers(410, {}, "channel_is_archived"); };
  begin();
  put(message("1"));
  put(message("2"));
  clock_.run_for(23h);
  EXPECT_THAT(transport_.sent, SizeIs(1));
  EXPECT_EQ(status().disabled, "it answered 410: channel_is_archived");
  EXPECT_EQ(outbox_.failure_of(0), "");

  stop();
  transport_.conduct = [](std::size_t) { return Conduct(); };
  begin();  // with other settings
  clock_.run_for(1s);
  EXPECT_EQ(outbox_.delivered(), 2U);
}

TEST_F(CourierTest, WhatIsTooOldHasFailedWithTheReason) {
  transport_.conduct = [](std::size_t) { return answers(410); };
  begin();
  put(message("1"));
  clock_.run_for(24h + 1s);
  EXPECT_EQ(outbox_.failure_of(0), "not delivered within 1d: it answered 410");
  EXPECT_EQ(status().failed, 1U);
}

TEST_F(CourierTest, TriesAgainWhenTheReceiverHangsUpEarly) {
  transport_.conduct = [](std::size_t nth) {
    Conduct closes;
    closes.reply = failure(Fault::closed, "h.example:80 hung up in the middle of the reply");
    return nth < 3 ? closes : Conduct();
  };
  begin();
  put(message("1"));
  clock_.run_for(10s);
  EXPECT_THAT(transport_.ids(), ElementsAre("1", "1", "1"));
  EXPECT_EQ(outbox_.delivered(), 1U);
  EXPECT_EQ(status().trouble, "");
}

TEST_F(CourierTest, GoesOnAfterOneThatIsRefused) {
  transport_.conduct = [](std::size_t nth) {
    return nth == 1 ? answers(400, {}, "no") : Conduct();
  };
  begin();
  put(message("1"));
  put(message("2"));
  clock_.run_for(1s);
  EXPECT_EQ(outbox_.failure_of(0), "it answered 400: no");
  EXPECT_THAT(transport_.ids(), ElementsAre("1", "2"));
}

TEST_F(CourierTest, SendsTheSameIdAgainWhenItWasKilledBeforeItCouldNoteTheDelivery) {
  outbox_.notes_hang = true;
  begin();
  put(message("1"));
  clock_.run_for(1min);
  EXPECT_THAT(transport_.ids(), ElementsAre("1"));
  stop();
  outbox_.notes_hang = false;
  begin();
  clock_.run_for(1min);
  EXPECT_THAT(transport_.ids(), ElementsAre("1", "1"));
  EXPECT_EQ(outbox_.delivered(), 1U);
}

TEST_F(CourierTest, SendsNothingTwiceBecauseTheDiskIsFull) {
  outbox_.notes_to_fail = 100;
  begin();
  put(message("1"));
  put(message("2"));
  clock_.run_for(5min);
  EXPECT_THAT(transport_.ids(), ElementsAre("1"));
  EXPECT_EQ(status().trouble, "no space left on device");
  clock_.run_for(5min);
  EXPECT_THAT(transport_.ids(), ElementsAre("1", "2"));
}

TEST_F(CourierTest, AFileThatIsPutRightIsReadAgain) {
  test::Secrets secrets;
  const std::string file = secrets.file("url", "");
  webhook_.kind = WebhookSettings{.address = {.url = {}, .url_file = file}};
  begin();
  put(message("1"));
  clock_.run_for(1s);
  EXPECT_THAT(transport_.sent, IsEmpty());
  EXPECT_THAT(status().trouble, HasSubstr(file + " is empty"));
  (void)secrets.file("url", "http://h.example/x");
  clock_.run_for(10s);
  EXPECT_EQ(outbox_.delivered(), 1U);
}

TEST_F(CourierTest, NoReasonHoldsASecretThatTheReceiverRepeats) {
  test::Secrets secrets;
  webhook_.kind = WebhookSettings{
      .address = {.url = {},
                  .url_file = secrets.file("url", "https://h.example/T/canary-url?k=canary-k")},
      .token_file = secrets.file("token", "canary-token")};
  transport_.conduct = [](std::size_t nth) {
    const std::string echo = "no canary-token at canary-url: canary-k";
    if (nth > 1) return answers(400, {}, echo);
    Conduct fails;
    fails.reply = failure(Fault::malformed, echo);
    return fails;
  };
  begin();
  put(message("1"));
  clock_.run_for(10ms);
  EXPECT_EQ(status().trouble, "no *** at ***: ***");
  clock_.run_for(10s);
  EXPECT_EQ(outbox_.failure_of(0), "it answered 400: no *** at ***: ***");
}

TEST_F(CourierTest, KeepsTheThreadOfAnIncidentAndForgetsOneThatIsLost) {
  webhook_.kind = DiscordSettings{.address = test::at("http://h.example/api/webhooks/1/t")};
  transport_.conduct = [](std::size_t nth) {
    return nth == 2 ? answers(404, {}, R"({"message":"Unknown Message","code":10008})")
                    : answers(200, {}, R"({"id":"m)" + std::to_string(nth) + R"("})");
  };
  begin();
  Message one = message("1");
  one.severity = Severity::info;
  put(one);
  put(one);
  clock_.run_for(10s);
  put(one);
  clock_.run_for(10s);
  std::vector<std::string> targets;
  for (const Sent& sent : transport_.sent) {
    targets.push_back(sent.request.method + " " + sent.request.target);
  }
  EXPECT_THAT(
      targets,
      ElementsAre("POST /api/webhooks/1/t?wait=true", "PATCH /api/webhooks/1/t/messages/m1",
                  "POST /api/webhooks/1/t?wait=true", "PATCH /api/webhooks/1/t/messages/m3"));
}

/// How many alerts each request told of, of those sent so far.
std::vector<std::size_t> alerts_in(const std::vector<Sent>& sent) {
  std::vector<std::size_t> counts;
  for (const Sent& one : sent)
    counts.push_back(boost::json::parse(one.request.body).as_array().size());
  return counts;
}

TEST_F(CourierTest, RemindsOfAlertsUntilFiveMinutesAfterTheirEnd) {
  webhook_.kind = AlertmanagerSettings{.address = test::at("http://h.example:9093")};
  begin();
  clock_.run_for(10min);
  EXPECT_THAT(transport_.sent, IsEmpty()) << "there is nothing to tell";
  put(message("1", "a"));
  put(message("2", "b"));
  clock_.run_for(10min);
  EXPECT_THAT(transport_.sent, SizeIs(2 + 10));
  EXPECT_THAT(alerts_in(transport_.sent), ElementsAre(1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2));
  transport_.sent.clear();
  put(test::resolved(message("3", "a")));
  put(test::resolved(message("4", "b")));
  clock_.run_for(1h);
  EXPECT_THAT(alerts_in(transport_.sent), ElementsAre(1, 1, 2, 2, 2, 2, 2));
  EXPECT_THAT(transport_.sent.back().request.body, HasSubstr("\"endsAt\""));
}

TEST_F(CourierTest, AReminderThatFailsIsFollowedByTheNext) {
  webhook_.kind = AlertmanagerSettings{.address = test::at("http://h.example:9093")};
  transport_.conduct = [](std::size_t nth) { return nth == 2 ? answers(503) : answers(200); };
  begin();
  put(message("1"));
  clock_.run_for(1min + 1s);
  EXPECT_EQ(status(), (CourierStatus{.delivered = 1, .retried = 1, .trouble = "it answered 503"}));
  clock_.run_for(1min);
  EXPECT_THAT(transport_.sent, SizeIs(3));
  EXPECT_EQ(status(), (CourierStatus{.delivered = 2, .retried = 1})) << "the trouble is over";
}

}  // namespace
}  // namespace ripcord::notify
