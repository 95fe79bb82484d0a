#include "runtime/scraper.hpp"

#include "tests/support/loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ripcord::runtime {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::size_t services = 40;

engine::ServiceSettings service(std::size_t number) {
  engine::ServiceSettings settings;
  settings.name = fmt::format("service-{}", number);
  for (std::size_t i = 0; i < 10; ++i) {
    settings.probes.push_back({.name = fmt::format("probe-{}", i), .timing = {}});
    settings.triggers.push_back({.name = fmt::format("trigger-{}", i),
                                 .probe = static_cast<std::uint32_t>(i),
                                 .rule = evaluate::ConsecutiveFailures{}});
  }
  return settings;
}

/// Forty services of ten probes and ten triggers each.
class ScraperTest : public testing::Test {
 protected:
  ScraperTest() {
    for (std::size_t i = 0; i < services; ++i) {
      names_.push_back(service(i).name);
      (void)driver_.engine().apply(service(i), "first");
    }
    std::ranges::sort(names_);
  }

  ~ScraperTest() override { loop_.stop(); }

  boost::asio::awaitable<void> keep_taking(bool gzipped) {
    Result<std::string> text = co_await scraper_.take(names_, {}, gzipped);
    results_.push_back(std::move(text));
  }

  /// Something else that the loop has to do, again and again.
  boost::asio::awaitable<void> keep_busy() {
    while (results_.empty()) {
      ++turns_;
      co_await boost::asio::post(loop_.context, boost::asio::use_awaitable);
    }
  }

  void run_until(std::size_t results) {
    for (int i = 0; i < 10'000 && results_.size() < results; ++i) {
      loop_.context.restart();
      loop_.context.run_one_for(std::chrono::milliseconds(100));
    }
  }

  test::Loop loop_;
  metrics::Metrics metrics_{"1.2.3"};
  Driver driver_{loop_.context.get_executor(), loop_.clock, metrics_};
  net::BlockingPool pool_{"work", 1, 16};
  std::vector<std::string> names_;
  std::set<std::size_t> seen_turns_;  ///< at which a service was copied
  std::size_t turns_ = 0;
  Scraper scraper_{loop_.context.get_executor(), driver_, metrics_, pool_,
                   [this](const std::string&) {
                     seen_turns_.insert(turns_);
                     return metrics::ServiceFigures{.rollback_ready = true, .backups = {}};
                   }};
  std::vector<Result<std::string>> results_;
};

TEST_F(ScraperTest, ShowsEveryServiceWithWhatOthersKnowOfIt) {
  names_.push_back("gone-meanwhile");
  const Result<std::string> text = loop_.wait_for(scraper_.take(names_, {}, false));
  ASSERT_TRUE(text);
  for (std::size_t i = 0; i < services; ++i) {
    EXPECT_THAT(*text,
                HasSubstr(fmt::format("rollback_ready{{ripcord_service=\"service-{}\"}} 1\n", i)));
  }
  EXPECT_THAT(*text, Not(HasSubstr("gone-meanwhile")));
}

TEST_F(ScraperTest, GivesWhateverElseThereIsItsTurn) {
  loop_.tasks.spawn("scrape", keep_taking(false));
  loop_.tasks.spawn("the rest", keep_busy());
  run_until(1);
  EXPECT_GE(seen_turns_.size(), 4U) << "at most ten services are copied at a time";
}

TEST_F(ScraperTest, CompressesWhenItIsAskedTo) {
  const Result<std::string> zipped = loop_.wait_for(scraper_.take(names_, {}, true));
  ASSERT_TRUE(zipped);
  EXPECT_THAT(*zipped, StartsWith("\x1f\x8b"));
}

TEST_F(ScraperTest, TakesFourAtATimeAndSaysSoToTheFifth) {
  for (int i = 0; i < 5; ++i) loop_.tasks.spawn("scrape", keep_taking(false));
  run_until(5);
  ASSERT_EQ(results_.size(), 5U);
  const auto is_busy = [](const Result<std::string>& result) {
    return !result && result.error().fault == Fault::busy;
  };
  EXPECT_EQ(std::ranges::count_if(results_, is_busy), 1);
  EXPECT_TRUE(loop_.wait_for(scraper_.take(names_, {}, false))) << "later there is room again";
}

}  // namespace
}  // namespace ripcord::runtime
