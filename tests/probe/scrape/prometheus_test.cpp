#include "net/http_server.hpp"
#include "probe/scrape/scrape_probe.hpp"
#include "tests/support/loop.hpp"
#include "tests/support/prometheus_server.hpp"
#include "tests/support/real_part.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

// What this probe and a real Prometheus make of the same exposition.
namespace ripcord {
namespace {

using namespace std::chrono_literals;
using probe::ScrapeProbe;
using probe::ScrapeProbeSettings;

constexpr int states = 40;
constexpr Duration beat = 50ms;  // of Prometheus' scrapes

/// The exposition at its `state`-th step. Of two workers one is restarted at step 25, and with it
/// its histogram.
std::string exposition(int state) {
  const int restarted = state < 25 ? 10'000 + state * 7 : (state - 25) * 7;
  const int failed = state < 25 ? 1000 + state * 2 : (state - 25) * 3;
  std::string text = "# TYPE http_requests_total counter\n";
  const auto counter = [&text](int worker, int code, int number) {
    text +=
        fmt::format("http_requests_total{{worker=\"{}\",code=\"{}\"}} {}\n", worker, code, number);
  };
  counter(1, 200, restarted);
  counter(1, 500, failed);
  counter(2, 200, 50'000 + state * 11);
  counter(2, 503, 7000 + state);
  text += "# TYPE http_duration_seconds histogram\n";
  const auto buckets = [&text](int worker, int observations) {
    constexpr std::array<std::pair<std::string_view, int>, 4> shares{
        {{"0.1", 50}, {"0.25", 80}, {"1.0", 97}, {"+Inf", 100}}};
    for (const auto& [bound, share] : shares) {
      text += fmt::format("http_duration_seconds_bucket{{worker=\"{}\",le=\"{}\"}} {}\n", worker,
                          bound, observations * share / 100);
    }
    text += fmt::format(
        "http_duration_seconds_sum{{worker=\"{0}\"}} {1}\n"
        "http_duration_seconds_count{{worker=\"{0}\"}} {1}\n",
        worker, observations);
  };
  buckets(1, state < 25 ? 100'000 + 300 * state : 300 * (state - 25));
  buckets(2, 200'000 + 100 * state);
  return text + "# TYPE queue_length gauge\nqueue_length " + std::to_string(state) + "\n";
}

class PrometheusTest : public testing::Test {
 protected:
  PrometheusTest() {
    settings_.requests = "http_requests_total";
    settings_.errors = "http_requests_total{code=~\"5..\"}";
    settings_.latency = "http_duration_seconds";
    settings_.values = {{.name = "queue", .select = "queue_length"},
                        {.name = "rate", .select = "http_requests_total{worker=\"2\"}"}};
    settings_.quantiles = {{.quantile = 0.5, .window = 5min, .value_name = "p50"},
                           {.quantile = 0.95, .window = 5min, .value_name = "p95"}};
    settings_.stale_after = 1min;
  }

  ~PrometheusTest() override {
    application_.stop();
    loop_.end(connections_);
  }

  void SetUp() override {
    RIPCORD_NEEDS(test::PrometheusServer::is_there(), "prometheus is not installed");
    ASSERT_TRUE(application_.listen_tcp("127.0.0.1", 0).has_value());
    settings_.http.place = {.host = "127.0.0.1", .port = application_.port(), .unix_path = {}};
  }

  std::unique_ptr<ScrapeProbe> probe() {
    return std::make_unique<ScrapeProbe>(loop_.context.get_executor(), loop_.clock, loop_.resolver,
                                         settings_);
  }

  boost::asio::awaitable<net::Reply> answer(const net::IncomingRequest& incoming) {
    const auto agent = net::find_header(incoming.request.headers, "User-Agent");
    if (agent && agent->starts_with("Prometheus/")) ++scraped_;
    co_return net::Reply{.status = 200,
                         .headers = {{"Content-Type", "text/plain; version=0.0.4"}},
                         .body = exposition(state_)};
  }

  /// Lets Prometheus have scraped `state` at least once.
  void let_prometheus_see(int state) {
    state_ = state;
    const int before = scraped_;
    const Instant patience = loop_.clock.now() + 20s;
    while (scraped_ == before && loop_.clock.now() < patience) loop_.run_for(2ms);
    ASSERT_GT(scraped_, before) << "prometheus does not scrape: " << prometheus_->log();
  }

  boost::json::value asked(const std::string& query) {
    net::HttpClient client(loop_.context.get_executor(), loop_.clock, loop_.resolver,
                           {.host = "127.0.0.1", .port = prometheus_->port(), .unix_path = {}});
    net::Request request{.method = "POST",
                         .target = "/api/v1/query",
                         .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                         .body = "query=" + escaped(query)};
    const auto reply = loop_.wait_for(client.exchange(std::move(request), loop_.clock.now() + 10s));
    if (!reply) ADD_FAILURE() << reply.error().message;
    return boost::json::parse(reply ? reply->body : "{}");
  }

  static std::string escaped(const std::string& text) {
    std::string form;
    for (const char c : text) form += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return form;
  }

  /// The one number that Prometheus answers.
  double prometheus(const std::string& query) {
    const boost::json::value answer = asked(query);
    const auto& result = answer.at("data").at("result").as_array();
    if (result.size() != 1) {
      ADD_FAILURE() << query << ": " << result.size() << " series";
      return 0;
    }
    return std::strtod(result[0].at("value").at(1).as_string().c_str(), nullptr);
  }

  /// By how much all series of `selector` have grown, out of the samples that Prometheus has
  /// stored: its own increase() without the extrapolation.
  double stored_growth(const std::string& selector) {
    const boost::json::value answer = asked(selector + "[5m]");
    double growth = 0;
    for (const auto& series : answer.at("data").at("result").as_array()) {
      std::optional<double> last;
      for (const auto& point : series.at("values").as_array()) {
        const double number = std::strtod(point.at(1).as_string().c_str(), nullptr);
        if (last) growth += number >= *last ? number - *last : number;
        last = number;
      }
    }
    return growth;
  }

  double ours(const Sample& sample, const std::string& name) {
    const auto values = vocabulary_of(settings_).values;
    const auto place = std::ranges::find(values, name) - values.begin();
    const auto number = sample.number(static_cast<std::uint16_t>(place));
    if (!number) ADD_FAILURE() << name << " is not known: " << sample.reason;
    return number.value_or(-1);
  }

  test::Loop loop_;
  net::TaskGroup connections_{loop_.context.get_executor(),
                              [](const std::string& name, const std::exception_ptr&) {
                                ADD_FAILURE() << name << " threw";
                              }};
  net::HttpServer application_{
      loop_.context.get_executor(), loop_.clock, connections_,
      [this](const net::IncomingRequest& incoming) { return answer(incoming); }};
  ScrapeProbeSettings settings_;
  std::optional<test::PrometheusServer> prometheus_;
  int state_ = 0;
  int scraped_ = 0;
};

TEST_F(PrometheusTest, ComputesTheSameFromTheSameExposition) {
  prometheus_.emplace(std::vector<std::uint16_t>{application_.port()}, beat / 1ms * 1ms);
  const auto each = probe();        // sees every state
  const auto first_last = probe();  // sees only the first and the last
  Sample first;
  Sample last;
  Sample rate_begin;
  for (int state = 0; state < states; ++state) {
    let_prometheus_see(state);
    if (state == 0) rate_begin = loop_.wait_for(first_last->take());
    last = loop_.wait_for(each->take());
    if (state == 0) first = last;
    ASSERT_EQ(last.outcome, Outcome::good) << last.reason;
  }
  const Sample rate_end = loop_.wait_for(first_last->take());
  const auto is_stored = [this] { return prometheus("queue_length") == states - 1; };
  for (int looks = 0; looks < 500 && !is_stored(); ++looks) loop_.run_for(10ms);

  const double requests = ours(last, "requests") - ours(first, "requests");
  const double errors = ours(last, "errors") - ours(first, "errors");
  const std::string all = "http_requests_total";
  const std::string failed = "http_requests_total{code=~\"5..\"}";

  // Growth: exactly that of the stored samples; increase() extrapolates to the edges of its
  // window, by at most one interval of some 40.
  EXPECT_DOUBLE_EQ(requests, stored_growth(all));
  EXPECT_DOUBLE_EQ(errors, stored_growth(failed));
  EXPECT_NEAR(prometheus("sum(increase(" + all + "[5m]))") / requests, 1, 0.05);
  EXPECT_NEAR(prometheus("sum(increase(" + failed + "[5m]))") / errors, 1, 0.05);

  // The extrapolation stretches both alike, so it leaves the ratio of errors alone.
  EXPECT_NEAR(prometheus("sum(increase(" + failed + "[5m])) / sum(increase(" + all + "[5m]))"),
              errors / requests, 1e-9);

  // So it does with quantiles.
  const auto quantile = [](double q) {
    return fmt::format(
        "histogram_quantile({}, sum by (le) (increase(http_duration_seconds_bucket[5m])))", q);
  };
  EXPECT_NEAR(prometheus(quantile(0.5)), ours(last, "p50"), 1e-9);
  EXPECT_NEAR(prometheus(quantile(0.95)), ours(last, "p95"), 1e-9);

  // A rate over nearly the same stretch of time; the states come at Prometheus' own beat. Of the
  // worker that was not restarted: who looks only twice cannot know what came before a restart.
  const Duration stretch = rate_end.taken_at - rate_begin.taken_at;
  const double rate =
      prometheus(fmt::format("sum(rate({}{{worker=\"2\"}}[{}ms]))", all, stretch / 1ms));
  EXPECT_NEAR(rate / ours(rate_end, "rate"), 1, 0.15);

  EXPECT_EQ(prometheus("queue_length"), ours(last, "queue"));
}

}  // namespace
}  // namespace ripcord
