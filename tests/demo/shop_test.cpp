#include "tests/demo/shop.hpp"

#include "net/task_group.hpp"
#include "tests/support/manual_clock.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace ripcord::demo {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class ShopTest : public ::testing::Test {
 protected:
  void open(Turn turn) { shop_.emplace(clock_, Shop::Release{"v2", turn, 4s}); }

  /// What the shop answers within a minute, and how long it took over it.
  net::Reply get(const std::string& target) {
    reply_.reset();
    const Instant asked_at = clock_.now();
    tasks_.spawn("ask", ask(target));
    clock_.settle();
    while (!reply_ && clock_.now() < asked_at + 1min) clock_.run_for(10ms);
    took_ = clock_.now() - asked_at;
    EXPECT_TRUE(reply_.has_value());
    return reply_.value_or(net::Reply{.status = 0, .headers = {}, .body = {}});
  }

  unsigned status_of(const std::string& target) { return get(target).status; }

  boost::asio::awaitable<void> ask(std::string target) {
    net::IncomingRequest incoming;
    incoming.request.target = std::move(target);
    reply_ = co_await shop_->handle(std::move(incoming));
  }

  boost::asio::awaitable<void> watch() {
    co_await shop_->wait_for_turn();
    turned_ = true;
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_};
  net::TaskGroup tasks_{context_.get_executor(), [](const std::string&, const auto&) { FAIL(); }};
  std::optional<Shop> shop_;
  std::optional<net::Reply> reply_;
  Duration took_{};
  bool turned_ = false;
};

TEST_F(ShopTest, AGoodVersionStaysGood) {
  open(Turn::none);
  clock_.run_for(1h);
  for (const char* target : {"/version", "/metrics", "/health/v2/simple", "/health/v2/live",
                             "/health/v2/ready", "/health/v2/detailed"}) {
    EXPECT_EQ(status_of(target), 200U) << target;
    EXPECT_EQ(took_, 0s) << target;
  }
}

TEST_F(ShopTest, TellsItsVersion) {
  open(Turn::none);
  EXPECT_EQ(get("/version").body, "v2\n");
}

TEST_F(ShopTest, TellsHowItIsInDetail) {
  open(Turn::none);
  clock_.run_for(2500ms);
  EXPECT_EQ(get("/health/v2/detailed").body,
            R"({"status":"ready","version":"v2","uptime_seconds":2.500,)"
            R"("checks":{"disk":"ok","database":"ok"}})"
            "\n");
}

TEST_F(ShopTest, AFailingVersionFailsOnlyItsDeepChecksAndOnlyAfterAWhile) {
  open(Turn::failing);
  EXPECT_EQ(status_of("/health/v2/ready"), 200U);
  clock_.run_for(4s);
  EXPECT_EQ(status_of("/health/v2/ready"), 500U);
  EXPECT_EQ(status_of("/health/v2/detailed"), 500U);
  EXPECT_EQ(status_of("/health/v2/live"), 200U);
  EXPECT_EQ(status_of("/version"), 200U);
}

TEST_F(ShopTest, ASlowVersionStillAnswers) {
  open(Turn::slow);
  clock_.run_for(4s);
  EXPECT_EQ(status_of("/health/v2/ready"), 200U);
  EXPECT_EQ(took_, 900ms);
}

TEST_F(ShopTest, SaysWhenItIsTimeToCrash) {
  open(Turn::crashing);
  tasks_.spawn("watch", watch());
  clock_.run_for(3999ms);
  EXPECT_FALSE(turned_);
  clock_.run_for(1ms);
  EXPECT_TRUE(turned_);
}

TEST_F(ShopTest, CountsItsRequests) {
  open(Turn::failing);
  clock_.run_for(4s);
  (void)get("/health/v2/ready");
  const std::string metrics = get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("\nshop_requests_total 2\n"));
  EXPECT_THAT(metrics, HasSubstr("\nshop_requests_failed_total 1\n"));
}

TEST_F(ShopTest, KnowsNothingElse) {
  open(Turn::none);
  EXPECT_EQ(status_of("/"), 404U);
}

}  // namespace
}  // namespace ripcord::demo
