// What the API tells of the past: lists of deployments by what is wanted, page by page, and
// figures.

#include "api/control_api.hpp"
#include "tests/api/ask.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using test::body;
using test::evening;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HistoryApiTest : public testing::Test {
 protected:
  HistoryApiTest() { backend_.world.services = {test::backend_service()}; }

  net::Reply get(std::string target) {
    net::IncomingRequest incoming;
    incoming.request.target = std::move(target);
    incoming.peer = net::Peer{};
    return test::run(api_.handle(std::move(incoming)));
  }
  /// What was asked of the journal for `?query`.
  DeploymentQuery asked(const std::string& query) {
    EXPECT_EQ(get("/api/v1/deployments?" + query).status, 200) << query;
    return backend_.last_query;
  }
  /// Why `target` was refused.
  std::string refused(const std::string& target) {
    const net::Reply reply = get(target);
    EXPECT_EQ(reply.status, 400) << target;
    EXPECT_THAT(backend_.asked, IsEmpty());
    return test::text(body(reply).at("error"));
  }
  std::string mistake(const std::string& query) { return refused("/api/v1/deployments?" + query); }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_, evening};
  test::FakeBackend backend_{clock_};
  api::ControlApi api_{backend_, {}};
};

TEST_F(HistoryApiTest, FindsByEveryProperty) {
  const DeploymentQuery query = asked(
      "service=backend&version=v%202&phase=failed&phase=rolled_back&kind=trigger.*&limit=7"
      "&before=b-1");
  EXPECT_EQ(query.service, "backend");
  EXPECT_EQ(query.version, "v 2");
  EXPECT_THAT(query.phases, ElementsAre("failed", "rolled_back"));
  EXPECT_EQ(query.kind, "trigger.*");
  EXPECT_EQ(query.limit, 7U);
  EXPECT_EQ(query.before, "b-1");
}

TEST_F(HistoryApiTest, TakesTimesAsPeopleSayThem) {
  EXPECT_EQ(asked("since=90d").since, evening - days(90));
  EXPECT_EQ(asked("until=2h").until, evening - 2h);
  EXPECT_EQ(asked("since=2026-11-22").since, evening - 19h);
  EXPECT_EQ(asked("since=2026-11-22T18:00:00Z").since, evening - 1h);
  EXPECT_EQ(asked("until=2026-11-22T19:30:00%2B01:00").until, evening - 30min);
}

TEST_F(HistoryApiTest, KnowsAllThatIsOpenAndAllThatHasEnded) {
  EXPECT_THAT(asked("phase=open").phases, ElementsAre("gating", "deploying", "shifting", "baking",
                                                      "rolling_back", "verifying"));
  EXPECT_THAT(
      asked("phase=ended").phases,
      ElementsAre("refused", "succeeded", "failed", "rolled_back", "rollback_failed", "aborted"));
}

TEST_F(HistoryApiTest, NamesTheParameterThatIsWrong) {
  EXPECT_EQ(mistake("phase=rolledback"),
            R"(unknown phase "rolledback"; did you mean "rolled_back"?)");
  EXPECT_THAT(mistake("since=yesterday"), HasSubstr(R"(parameter "since" is "yesterday")"));
  EXPECT_THAT(mistake("until="), HasSubstr(R"(parameter "until" is "")"));
  EXPECT_THAT(mistake("since=-5d"), HasSubstr(R"(parameter "since")"));
  EXPECT_THAT(mistake("kind=a?b"), HasSubstr(R"(parameter "kind" is "a?b")"));
  EXPECT_THAT(mistake("kind=*rollback"), HasSubstr(R"(parameter "kind")"));
  EXPECT_THAT(mistake("version="), HasSubstr(R"(parameter "version" is empty)"));
  EXPECT_THAT(mistake("versions=v2"), HasSubstr(R"(did you mean "version"?)"));
}

TEST_F(HistoryApiTest, TellsWhereTheNextPageIs) {
  backend_.list = {test::baking_deployment(), test::rolled_back_deployment()};
  backend_.list->back().id = "older one";
  EXPECT_TRUE(body(get("/api/v1/deployments?limit=3")).at("next").is_null());
  const std::string next =
      test::text(body(get("/api/v1/deployments?before=x&limit=2&version=v%262")).at("next"));
  EXPECT_EQ(next, "/api/v1/deployments?before=older%20one&limit=2&version=v%262");
  const DeploymentQuery query = asked(next.substr(next.find('?') + 1));
  EXPECT_EQ(query.before, "older one");
  EXPECT_EQ(query.version, "v&2");
}

TEST_F(HistoryApiTest, SaysThatADeploymentToBeginBehindIsNotThere) {
  backend_.list = failure(Fault::missing, "there is no deployment \"x\"");
  EXPECT_EQ(get("/api/v1/deployments?before=x").status, 404);
}

TEST_F(HistoryApiTest, ReckonsTheFiguresOfNinetyDaysUnlessTold) {
  EXPECT_EQ(get("/api/v1/dora?service=backend").status, 200);
  EXPECT_EQ(get("/api/v1/dora?since=4d").status, 200);
  EXPECT_EQ(get("/api/v1/dora?since=2026-11-22").status, 200);
  EXPECT_THAT(backend_.asked, ElementsAre("figures of 'backend' over 90d", "figures of '' over 4d",
                                          "figures of '' over 19h"));
}

TEST_F(HistoryApiTest, RefusesAPeriodThatIsNone) {
  EXPECT_THAT(refused("/api/v1/dora?since=0s"), HasSubstr(R"("since" is not in the past)"));
  EXPECT_THAT(refused("/api/v1/dora?since=2027-01-01"), HasSubstr("is not in the past"));
  EXPECT_THAT(refused("/api/v1/dora?since=soon"), HasSubstr(R"(parameter "since" is "soon")"));
  EXPECT_THAT(refused("/api/v1/dora?limit=5"), HasSubstr(R"(unknown parameter "limit")"));
}

TEST_F(HistoryApiTest, HasNoFiguresOfAServiceThatIsMisspelt) {
  EXPECT_EQ(get("/api/v1/dora?service=backedn").status, 404);
}

TEST_F(HistoryApiTest, SaysNullForAFigureThatThereIsNot) {
  backend_.figures->from = evening - 1h;
  backend_.figures->to = evening;
  backend_.figures->lines = {{.name = "lead_time", .target = "< 1d", .unit = "seconds"}};
  const boost::json::value figures = body(get("/api/v1/dora"));
  EXPECT_TRUE(figures.at("service").is_null());
  const boost::json::value& line = figures.at("metrics").at(0);
  EXPECT_TRUE(line.at("current").is_null());
  EXPECT_EQ(test::text(line.at("standing")), "no_data");
  EXPECT_EQ(test::number(line.at("samples")), 0);
}

}  // namespace
}  // namespace ripcord
