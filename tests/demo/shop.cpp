#include "tests/demo/shop.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace ripcord::demo {
namespace {

using namespace std::chrono_literals;

/// Slower than the demo's limit of 500 ms, and quicker than its probe's patience.
constexpr Duration slow_answer = 900ms;

net::Reply json(unsigned status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = std::move(body) + "\n"};
}

net::Reply text(unsigned status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
          .body = std::move(body) + "\n"};
}

}  // namespace

Shop::Shop(net::Clock& clock, Release release)
    : clock_(clock), release_(std::move(release)), opened_at_(clock.now()) {}

boost::asio::awaitable<net::Reply> Shop::handle(net::IncomingRequest incoming) {
  const std::string& target = incoming.request.target;
  ++requests_;
  if (target == "/version") co_return text(200, release_.version);
  if (target == "/metrics") co_return metrics();
  if (target == "/health/v2/simple") co_return json(200, R"({"status":"ok"})");
  if (target == "/health/v2/live") co_return json(200, R"({"status":"alive"})");
  const bool detailed = target == "/health/v2/detailed";
  if (!detailed && target != "/health/v2/ready") co_return text(404, "not found");
  net::Reply reply = co_await check_database(detailed);
  if (reply.status != 200) ++errors_;
  co_return reply;
}

boost::asio::awaitable<void> Shop::wait_for_turn() {
  if (release_.turn == Turn::none) co_return;
  co_await clock_.sleep_until(opened_at_ + release_.after);
}

bool Shop::has_turned(Turn turn) const {
  return release_.turn == turn && clock_.now() >= opened_at_ + release_.after;
}

boost::asio::awaitable<net::Reply> Shop::check_database(bool detailed) {
  if (has_turned(Turn::slow)) co_await clock_.sleep_until(clock_.now() + slow_answer);
  const bool has_database = !has_turned(Turn::failing);
  if (detailed) co_return details(has_database);
  if (has_database) co_return json(200, R"({"status":"ready"})");
  co_return json(500, R"({"status":"not ready","reason":"the database does not answer"})");
}

net::Reply Shop::details(bool has_database) const {
  const std::chrono::duration<double> uptime = clock_.now() - opened_at_;
  return json(has_database ? 200 : 500,
              fmt::format(R"({{"status":"{}","version":"{}","uptime_seconds":{:.3f},)"
                          R"("checks":{{"disk":"ok","database":"{}"}}}})",
                          has_database ? "ready" : "not ready", release_.version, uptime.count(),
                          has_database ? "ok" : "does not answer"));
}

net::Reply Shop::metrics() const {
  return text(200, fmt::format("# HELP shop_requests_total Requests, the failed ones included.\n"
                               "# TYPE shop_requests_total counter\n"
                               "shop_requests_total {}\n"
                               "# HELP shop_requests_failed_total Requests answered with 500.\n"
                               "# TYPE shop_requests_failed_total counter\n"
                               "shop_requests_failed_total {}",
                               requests_, errors_));
}

}  // namespace ripcord::demo
