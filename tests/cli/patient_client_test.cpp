#include "ripcord/client.hpp"
#include "tests/api/ask.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace ripcord::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// A daemon that is away until `back_at`, asked in virtual time.
class PatientClientTest : public testing::Test {
 protected:
  void ask() {
    test::start(context_, client_.ask("/x", 7s), answer_);
    clock_.settle();
  }
  boost::asio::awaitable<Told> answer(std::string target, Duration wait) {
    ++asked_;
    EXPECT_EQ(target, "/x");
    EXPECT_EQ(wait, Duration(7s));
    if (clock_.now() >= back_at_) co_return "here";
    co_return std::unexpected(trouble_);
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_};
  Instant back_at_{};
  Trouble trouble_{ExitCode::unavailable, "no socket"};
  int asked_ = 0;
  std::vector<std::string> said_;
  PatientClient client_{
      clock_, [this](std::string target, Duration wait) { return answer(std::move(target), wait); },
      [this](const std::string& message) { said_.push_back(message); }};
  std::optional<Told> answer_;
};

TEST_F(PatientClientTest, PassesOnAnAnswer) {
  ask();
  EXPECT_EQ(answer_.value().value(), "here");
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(PatientClientTest, AsksAgainUntilTheDaemonIsBackAndSaysSo) {
  back_at_ = Instant{} + 10s;
  ask();
  clock_.run_for(9'999ms);
  EXPECT_FALSE(answer_);
  clock_.run_for(2s);
  EXPECT_EQ(answer_.value().value(), "here");
  EXPECT_THAT(said_,
              ElementsAre("the daemon is away; asking again for up to 1m", "the daemon is back"));
}

TEST_F(PatientClientTest, GivesUpAfterAMinute) {
  back_at_ = Instant{} + 1h;
  ask();
  clock_.run_for(59'999ms);
  EXPECT_FALSE(answer_);
  clock_.run_for(1ms);
  ASSERT_TRUE(answer_);
  EXPECT_EQ(answer_->error().exit_code, ExitCode::unavailable);
  // 0.1, 0.3, 0.7, 1.5, 3.1 s and then every two seconds: no storm upon a daemon that starts.
  EXPECT_LE(asked_, 36);
}

TEST_F(PatientClientTest, AsksAgainWhenItIsToldToTryLater) {
  trouble_ = {ExitCode::try_later, "starting", 503};
  back_at_ = Instant{} + 1s;
  ask();
  clock_.run_for(3s);
  EXPECT_EQ(answer_.value().value(), "here");
}

TEST_F(PatientClientTest, AcceptsANo) {
  trouble_ = {ExitCode::not_permitted, "no"};
  back_at_ = Instant{} + 1s;
  ask();
  EXPECT_EQ(answer_.value().error().exit_code, ExitCode::not_permitted);
}

TEST(Targets, AreEncoded) {
  EXPECT_EQ(service_target("a b/c"), "/api/v1/services/a%20b%2Fc");
  EXPECT_EQ(deployment_target("x?y"), "/api/v1/deployments/x%3Fy");
}

}  // namespace
}  // namespace ripcord::cli
