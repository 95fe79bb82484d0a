#include "api/control_api.hpp"
#include "tests/api/ask.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/support/manual_clock.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::evening;

/// One long poll for `backend`, whose revision is 17, in virtual time.
class LongPollTest : public testing::Test {
 protected:
  LongPollTest() { backend_.world.services = {test::backend_service()}; }

  void ask(const std::string& query) {
    net::IncomingRequest incoming;
    incoming.request.target = "/api/v1/services/backend?" + query;
    incoming.peer = net::Peer{};
    test::start(context_, api_.handle(std::move(incoming)), reply_);
    clock_.settle();
  }
  void let(Duration pass) { clock_.run_for(pass); }
  [[nodiscard]] bool is_answered() const { return reply_.has_value(); }
  [[nodiscard]] int revision() const {
    return static_cast<int>(test::body(reply_.value()).at("revision").as_int64());
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_, evening};
  test::FakeBackend backend_{clock_};
  api::ControlApi api_{backend_, {}};
  std::optional<net::Reply> reply_;
};

TEST_F(LongPollTest, IsAnsweredAtOnceWhenThereIsNews) {
  ask("after=16&wait=60");
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(revision(), 17);
}

TEST_F(LongPollTest, WaitsForTheNextChange) {
  ask("after=17&wait=60");
  let(5s);
  EXPECT_FALSE(is_answered());
  backend_.world.services.front().revision = 18;
  let(1s);
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(revision(), 18);
}

TEST_F(LongPollTest, IsAnsweredWithWhatThereIsWhenNothingChanges) {
  ask("after=17&wait=20");
  let(19'999ms);
  EXPECT_FALSE(is_answered());
  let(1ms);
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(revision(), 17);
}

TEST_F(LongPollTest, WaitsThirtySecondsUnlessTold) {
  ask("after=17");
  let(29'999ms);
  EXPECT_FALSE(is_answered());
  let(1ms);
  EXPECT_TRUE(is_answered());
}

TEST_F(LongPollTest, IsAnsweredAtOnceWhenTheCallerKnewAnEarlierLifeOfTheDaemon) {
  ask("after=5000&wait=60");
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(revision(), 17);
}

TEST_F(LongPollTest, SaysSoWhenTheServiceGoesAwayMeanwhile) {
  ask("after=17&wait=60");
  backend_.world.services.clear();
  let(1s);
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(reply_->status, 404);
}

TEST_F(LongPollTest, DoesNotWaitWithoutARevision) {
  ask("");
  EXPECT_TRUE(is_answered());
}

}  // namespace
}  // namespace ripcord
