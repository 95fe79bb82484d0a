// Alertmanager's webhook.

#include "api/alerts.hpp"

#include "api/control_api.hpp"
#include "tests/api/ask.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/support/manual_clock.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::body;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// One alert, as Alertmanager 0.25 sends it.
std::string alert(std::string_view labels, std::string_view status = "firing",
                  std::string_view fingerprint = "0123456789abcdef",
                  std::string_view starts_at = "2026-11-22T18:59:00.123456789Z") {
  return fmt::format(R"({{"status":"{}","labels":{{{}}},"annotations":{{"summary":"12 % fail"}},)"
                     R"("startsAt":"{}","endsAt":"0001-01-01T00:00:00Z",)"
                     R"("generatorURL":"http://p/","fingerprint":"{}"}})",
                     status, labels, starts_at, fingerprint);
}

/// A notification of them.
std::string group(const std::string& alerts, int truncated = 0) {
  return fmt::format(
      R"({{"receiver":"ripcord","status":"firing","alerts":[{}],"groupLabels":{{}},)"
      R"("commonLabels":{{}},"commonAnnotations":{{}},"externalURL":"http://a/","version":"4",)"
      R"("groupKey":"{{}}","truncatedAlerts":{},"notification_reason":"new"}})",
      alerts, truncated);
}

constexpr const char* errors = R"("alertname":"HighErrorRate","ripcord_service":"backend")";

class AlertsTest : public testing::Test {
 protected:
  AlertsTest() {
    backend_.world.services = {test::backend_service()};
    backend_.answer.message = "HighErrorRate reported";
  }

  net::Reply post(const std::string& json, const std::string& query = "") {
    net::IncomingRequest incoming;
    incoming.request = {.method = "POST",
                        .target = "/api/v1/alerts" + query,
                        .headers = {{"Content-Type", "application/json"}},
                        .body = json};
    incoming.peer = net::Peer{};
    return test::run(api_.handle(std::move(incoming)));
  }
  /// What became of the only alert.
  static std::string result(const net::Reply& reply) {
    return test::text(body(reply).at("alerts").at(0).at("result"));
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_, test::evening};
  test::FakeBackend backend_{clock_};
  api::ControlApi api_{backend_, {}};
};

constexpr const char* counted =
    "backend by uid 0 (root): signal HighErrorRate 1: alert 0123456789abcdef since "
    "2026-11-22T18:59:00.123456789Z: 12 % fail";

TEST_F(AlertsTest, AreSignalsOfTheServiceThatTheyName) {
  const net::Reply reply = post(group(alert(errors)));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(result(reply), "counted");
  EXPECT_THAT(backend_.asked, ElementsAre(counted));
  EXPECT_THAT(backend_.complaints, IsEmpty());
}

TEST_F(AlertsTest, CountOnceHoweverOftenTheyAreSent) {
  EXPECT_EQ(result(post(group(alert(errors)))), "counted");
  EXPECT_EQ(result(post(group(alert(errors)))), "repeated");
  EXPECT_EQ(post(group(alert(errors))).status, 200);
  EXPECT_THAT(backend_.asked, ElementsAre(counted));
}

TEST_F(AlertsTest, CountAgainWhenTheyFireAgain) {
  (void)post(group(alert(errors)));
  EXPECT_EQ(
      result(post(group(alert(errors, "firing", "0123456789abcdef", "2026-11-22T19:30:00Z")))),
      "counted");
  EXPECT_EQ(result(post(group(alert(errors, "firing", "fedcba9876543210")))), "counted");
  EXPECT_EQ(backend_.asked.size(), 3U);
}

TEST_F(AlertsTest, CountForNothingOnceResolved) {
  EXPECT_EQ(result(post(group(alert(errors, "resolved")))), "resolved");
  EXPECT_THAT(backend_.asked, IsEmpty());
}

TEST_F(AlertsTest, AreOfTheReceiversServiceWhereTheyNameNone) {
  const net::Reply reply = post(group(alert(R"("alertname":"HighErrorRate")")), "?service=backend");
  EXPECT_EQ(result(reply), "counted");
  EXPECT_THAT(backend_.asked, ElementsAre(counted));
}

TEST_F(AlertsTest, AreRefusedWithoutAService) {
  const net::Reply reply = post(group(alert(R"("alertname":"X")")));
  EXPECT_EQ(reply.status, 404);
  EXPECT_THAT(reply.body, HasSubstr("give the alert a label ripcord_service"));
  EXPECT_THAT(backend_.complaints, ElementsAre(HasSubstr("X: no service is named")));
}

TEST_F(AlertsTest, OfAnUnknownServiceHideNoOthers) {
  const net::Reply reply =
      post(group(alert(R"("alertname":"X","ripcord_service":"backedn")") + "," + alert(errors)));
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(test::text(body(reply).at("error")), "X: no service is called \"backedn\"");
  EXPECT_EQ(test::text(body(reply).at("alerts").at(1).at("result")), "counted");
  EXPECT_EQ(backend_.complaints.size(), 1U);
}

TEST_F(AlertsTest, SayWhenTheyAreOlderThanWhatRuns) {
  backend_.answer = {.kind = AnswerKind::preexisting,
                     .deployment = "",
                     .message = "HighErrorRate reported; it began before what runs now did"};
  const net::Reply reply = post(group(alert(errors)));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(result(reply), "preexisting");
  EXPECT_THAT(backend_.complaints, IsEmpty());
}

TEST_F(AlertsTest, SayThatNobodyCountsThem) {
  backend_.answer = {.kind = AnswerKind::unknown_signal,
                     .deployment = "",
                     .message = "no trigger of backend counts a signal called \"HighErrorRate\""};
  const net::Reply reply = post(group(alert(errors)));
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(result(reply), "unknown_signal");
  EXPECT_THAT(backend_.complaints, ElementsAre(HasSubstr("no trigger of backend counts")));
}

TEST_F(AlertsTest, AreSentAgainWhenTheyCouldNotBeRecorded) {
  backend_.answer = {.kind = AnswerKind::unrecorded, .deployment = "", .message = "disk full"};
  const net::Reply reply = post(group(alert(errors)));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(test::header(reply, "Retry-After"), "5");
  EXPECT_EQ(result(reply), "unrecorded");
}

TEST_F(AlertsTest, TellOfThoseThatWereLeftOut) {
  const net::Reply reply = post(group(alert(errors), 3));
  EXPECT_EQ(test::number(body(reply).at("truncated")), 3);
  EXPECT_THAT(backend_.complaints, ElementsAre(HasSubstr("left out 3 of its alerts")));
}

TEST_F(AlertsTest, AreUnderstoodAsAWholeOrNotAtAll) {
  const auto mistake = [this](const std::string& json) {
    const net::Reply reply = post(json);
    EXPECT_EQ(reply.status, 400) << json;
    EXPECT_THAT(backend_.asked, IsEmpty());
    return test::text(body(reply).at("error"));
  };
  EXPECT_THAT(mistake("["), HasSubstr("must be a JSON object"));
  EXPECT_THAT(mistake("{}"), HasSubstr("\"version\" must be \"4\""));
  EXPECT_THAT(mistake(R"({"version":"4"})"), HasSubstr("\"alerts\" must be a list"));
  EXPECT_THAT(mistake(group(alert(errors) + ",5")), HasSubstr("alerts[1]: it is no object"));
  EXPECT_THAT(mistake(group(alert(errors, "odd"))), HasSubstr("alerts[0]: member \"status\""));
  EXPECT_THAT(mistake(group(alert(errors, "firing", "xyz"))), HasSubstr("\"fingerprint\""));
  EXPECT_THAT(mistake(group(alert(errors, "firing", "12", "soon"))), HasSubstr("\"startsAt\""));
  EXPECT_THAT(mistake(group(alert(R"("x":"y")"))), HasSubstr("\"alertname\" is missing"));
  EXPECT_EQ(post(group(alert(errors)), "?servcie=x").status, 400);
}

}  // namespace
}  // namespace ripcord
