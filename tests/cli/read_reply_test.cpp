#include "ripcord/read_reply.hpp"

#include "api/json.hpp"
#include "tests/api/stories.hpp"

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::evening;

/// `service` as it looks after the way through JSON and back, in JSON.
std::string there_and_back(const engine::ServiceSnapshot& service) {
  const std::string body = api::to_text(
      json::object{{"at", "2026-11-22T19:00:00.000Z"}, {"service", api::to_json(service)}});
  return api::to_text(api::to_json(read_service(body).value().service));
}

std::string there_and_back(const api::DeploymentView& view) {
  return api::to_text(api::to_json(read_deployment(api::to_text(api::to_json(view))).value()));
}

TEST(ReadReply, GetsAServiceBackAsItWas) {
  const engine::ServiceSnapshot service = test::backend_service();
  EXPECT_EQ(there_and_back(service), api::to_text(api::to_json(service)));
  EXPECT_EQ(there_and_back(engine::ServiceSnapshot{}),
            api::to_text(api::to_json(engine::ServiceSnapshot{})));
}

TEST(ReadReply, GetsADeploymentBackAsItWas) {
  for (const auto& view : {test::rolled_back_view(), test::rolling_back_view()}) {
    EXPECT_EQ(there_and_back(view), api::to_text(api::to_json(view)));
  }
}

TEST(ReadReply, GetsEveryPhaseBackAsItWas) {
  const std::vector<Phase> phases{Gating{},
                                  Deploying{},
                                  Shifting{.stage = 1},
                                  Refused{},
                                  Baking{.settled_at = evening,
                                         .until = evening + 1s,
                                         .overdue = true,
                                         .stage = 2,
                                         .awaiting = true},
                                  RollingBack{.step = 2, .attempt = 1},
                                  Verifying{.settled_at = evening,
                                            .until = evening + 1s,
                                            .script = VerifyScript::running,
                                            .attempt = 1},
                                  Succeeded{},
                                  Failed{},
                                  RolledBack{},
                                  RollbackFailed{},
                                  Aborted{}};
  ASSERT_EQ(phases.size(), phase_names().size());
  for (const Phase& phase : phases) {
    api::DeploymentView view = test::rolled_back_view();
    view.deployment.phase = phase;
    EXPECT_EQ(there_and_back(view), api::to_text(api::to_json(view)));
  }
}

TEST(ReadReply, GetsADrivenDeploymentBackWithWhatPeopleSaid) {
  api::DeploymentView view = test::rolled_back_view();
  Deployment& driven = view.deployment;
  driven.phase = Deploying{.step = 1, .attempt = 1};
  driven.way = Way::driven;
  driven.held = Held{.reason = "television", .by = "uid 1000 (ana)", .at = evening};
  driven.irreversible = "a column is dropped";
  driven.rework = true;
  driven.drill = true;
  driven.confirmations = {{.item = "notes read", .by = "uid 1000 (ana)"}};
  driven.overrides = {{.gate = "hours", .by = "uid 0 (root)", .reason = "an outage"}};
  EXPECT_EQ(there_and_back(view), api::to_text(api::to_json(view)));
  driven.way = Way::noticed;
  EXPECT_EQ(there_and_back(view), api::to_text(api::to_json(view)));
}

TEST(ReadReply, GetsTheStageBack) {
  engine::ServiceSnapshot service = test::backend_service();
  service.stage =
      engine::StageSnapshot{.number = 2, .count = 3, .traffic = 0.25, .needs_approval = true};
  service.steps = 4;
  service.triggers.front().time_to_trip = 10s;
  EXPECT_EQ(there_and_back(service), api::to_text(api::to_json(service)));
}

TEST(ReadReply, GetsTheStatusBack) {
  engine::Snapshot snapshot{
      .at = evening, .services = {test::backend_service()}, .blind_since = evening - 1min};
  api::DaemonView daemon{.version = "0.1.0",
                         .started_at = evening - 1h,
                         .configuration = "abc",
                         .last_reload_succeeded = false,
                         .journal_trouble = "full",
                         .ready = true};
  const std::string body = api::to_text(api::to_json(snapshot, daemon));
  const Result<StatusReply> reply = read_status(body);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->at, evening);
  EXPECT_EQ(api::to_text(api::to_json(reply->daemon)), api::to_text(api::to_json(daemon)));
  EXPECT_EQ(reply->services.size(), 1U);
  EXPECT_EQ(reply->blind_since, evening - 1min);
}

TEST(ReadReply, ToleratesWhatItDoesNotKnowAndWhatIsNotThere) {
  const auto reply = read_status(R"({"daemon":{"version":5,"new":[]},"services":[{"probes":{}}]})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->daemon.version, "");
  EXPECT_EQ(reply->services.size(), 1U);
  EXPECT_EQ(read_done(R"({"message":"x"})").value().deployment, "");
}

TEST(ReadReply, RefusesWhatIsNoAnswerOfTheDaemon) {
  EXPECT_FALSE(read_status("<html>"));
  EXPECT_FALSE(read_service("[]"));
  EXPECT_FALSE(read_deployments(""));
  const auto strange = read_deployment(R"({"deployment":{"phase":"levitating"}})");
  ASSERT_FALSE(strange);
  EXPECT_THAT(strange.error().message, testing::HasSubstr("\"levitating\""));
}

TEST(ReadReply, SurvivesNumbersFromNowhere) {
  const auto view = read_service(
      R"({"service":{"revision":-1,"probes":[{"last":{"latency_seconds":1e300}}],
          "triggers":[{"trips":1e99}]}})");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->service.revision, 0U);
  EXPECT_EQ(view->service.probes.front().last->latency, Duration{});
}

TEST(ReadReply, FindsTheMessageOfAnError) {
  EXPECT_EQ(read_error(R"({"error":"no such service"})"), "no such service");
  EXPECT_EQ(read_error("busy\n"), "busy\n");
  EXPECT_EQ(read_error("{}"), "{}");
}

}  // namespace
}  // namespace ripcord::cli
