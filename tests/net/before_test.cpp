#include "net/before.hpp"

#include "net/task_group.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

namespace ripcord {
namespace {

using namespace std::chrono_literals;

class BeforeTest : public testing::Test {
 protected:
  ~BeforeTest() override {
    tasks_.cancel();
    clock_.settle();
  }

  boost::asio::awaitable<Result<int>> answer_after(Duration delay, Result<int> answer) {
    co_await clock_.sleep_until(clock_.now() + delay);
    co_return answer;
  }

  boost::asio::awaitable<Result<int>> throw_after(Duration delay) {
    co_await clock_.sleep_until(clock_.now() + delay);
    throw std::logic_error("bug");
  }

  boost::asio::awaitable<void> keep(boost::asio::awaitable<Result<int>> operation) {
    result_ = co_await std::move(operation);
    ended_at_ = clock_.now();
  }

  /// What `before` makes of `operation` with a deadline in two seconds; runs for ten.
  Result<int> within_2s(boost::asio::awaitable<Result<int>> operation) {
    tasks_.spawn("before", keep(net::before(clock_, clock_.now() + 2s, std::move(operation))));
    clock_.run_for(10s);
    return result_.value_or(failure(Fault::internal, "did not return"));
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_};
  std::optional<Result<int>> result_;
  std::optional<Instant> ended_at_;
  std::optional<Instant> failed_at_;
  net::TaskGroup tasks_{
      context_.get_executor(),
      [this](const std::string&, const std::exception_ptr&) { failed_at_ = clock_.now(); }};
};

TEST_F(BeforeTest, ReturnsWhatTheOperationReturned) {
  EXPECT_EQ(within_2s(answer_after(1s, 7)).value(), 7);
  EXPECT_EQ(ended_at_, Instant{} + 1s);
}

TEST_F(BeforeTest, ReportsAFailureAtOnceRatherThanAtTheDeadline) {
  const auto result = within_2s(answer_after(3ms, failure(Fault::refused, "no")));
  EXPECT_EQ(result.error().fault, Fault::refused);
  EXPECT_EQ(ended_at_, Instant{} + 3ms);
}

TEST_F(BeforeTest, GivesUpAtTheDeadlineToTheMicrosecond) {
  const auto result = within_2s(answer_after(5s, 7));
  EXPECT_EQ(result.error().fault, Fault::timeout);
  EXPECT_EQ(result.error().message, "deadline passed");
  EXPECT_EQ(ended_at_, Instant{} + 2s);
}

TEST_F(BeforeTest, ADeadlineInThePastIsATimeoutAtOnce) {
  tasks_.spawn("before", keep(net::before(clock_, clock_.now() - 1s, answer_after(5s, 7))));
  clock_.settle();
  EXPECT_EQ(result_->error().fault, Fault::timeout);
}

TEST_F(BeforeTest, AnOperationThatIsDoneNeedsNoTimeAtAll) {
  tasks_.spawn("before", keep(net::before(clock_, clock_.now(), answer_after(0s, 7))));
  clock_.settle();
  EXPECT_EQ(result_->value(), 7);
}

TEST_F(BeforeTest, ABugInTheOperationIsThrownAtOnce) {
  (void)within_2s(throw_after(3ms));
  EXPECT_EQ(failed_at_, Instant{} + 3ms);
  EXPECT_FALSE(result_.has_value());
}

TEST_F(BeforeTest, CancellingTheCallerCancelsTheOperation) {
  tasks_.spawn("before", keep(net::before(clock_, clock_.now() + 1h, answer_after(1h, 7))));
  clock_.run_for(1s);
  tasks_.cancel();
  clock_.run_for(2h);
  EXPECT_FALSE(result_.has_value());
  EXPECT_FALSE(failed_at_.has_value());
}

TEST_F(BeforeTest, NestsWithTheInnerDeadlineFirst) {
  const auto inner = [this] { return net::before(clock_, clock_.now() + 1s, answer_after(5s, 7)); };
  EXPECT_EQ(within_2s(inner()).error().fault, Fault::timeout);
  EXPECT_EQ(ended_at_, Instant{} + 1s);
}

}  // namespace
}  // namespace ripcord
