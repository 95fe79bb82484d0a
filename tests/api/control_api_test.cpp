#include "api/control_api.hpp"

#include "tests/api/ask.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::body;
using test::evening;
using testing::ElementsAre;
using testing::HasSubstr;

class ControlApiTest : public testing::Test {
 protected:
  ControlApiTest() { backend_.world.services = {test::backend_service()}; }

  net::Reply ask(std::string method, std::string target, std::string json = "") {
    net::IncomingRequest incoming;
    incoming.request = {.method = std::move(method),
                        .target = std::move(target),
                        .headers = {{"content-type", "Application/JSON; charset=utf-8"}},
                        .body = std::move(json)};
    incoming.peer = net::Peer{.uid = 0, .gid = 0, .groups = {}};
    return test::run(api_.handle(std::move(incoming)));
  }
  net::Reply get(std::string target) { return ask("GET", std::move(target)); }
  net::Reply post(std::string target, std::string json) {
    return ask("POST", std::move(target), std::move(json));
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_, evening + 1min};
  test::FakeBackend backend_{clock_};
  api::ControlApi api_{backend_, {.daemon_uid = 999, .group = std::nullopt}};
};

TEST_F(ControlApiTest, TellsTheStatusOfTheDaemonAndItsServices) {
  backend_.self.started_at = evening;
  const net::Reply reply = get("/api/v1/status");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(test::header(reply, "Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(test::header(reply, "Cache-Control"), "no-store");
  EXPECT_EQ(test::text(body(reply).at("at")), "2026-11-22T19:01:00.000Z");
  EXPECT_EQ(test::text(body(reply).at("daemon").at("started_at")), "2026-11-22T19:00:00.000Z");
  EXPECT_EQ(test::text(body(reply).at("services").at(0).at("name")), "backend");
}

TEST_F(ControlApiTest, TellsOfOneServiceWithItsRevision) {
  const net::Reply reply = get("/api/v1/services/backend");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(test::number(body(reply).at("revision")), 17);
  EXPECT_EQ(test::text(body(reply).at("service").at("deployment").at("phase")), "baking");
}

TEST_F(ControlApiTest, TakesAPercentEncodedNameAndAHead) {
  EXPECT_EQ(get("/api/v1/services/back%65nd").status, 200);
  EXPECT_EQ(ask("HEAD", "/api/v1/status").status, 200);
}

TEST_F(ControlApiTest, StartsADeploymentInThePersonsName) {
  backend_.answer.deployment = "backend-20261122-190000";
  backend_.answer.message = "deploying v2 to backend";
  const net::Reply reply = post("/api/v1/services/backend/deployments",
                                R"({"version":"v2","commit_time":"2026-11-22T18:00:00+01:00"})");
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body,
            R"({"deployment":"backend-20261122-190000","message":"deploying v2 to backend"})"
            "\n");
  EXPECT_THAT(backend_.asked, ElementsAre("backend by uid 0 (root): start v2"));
  EXPECT_EQ(std::get<StartDeployment>(backend_.last_request).commit_time, evening - 2h);
}

TEST_F(ControlApiTest, DrivesADeploymentWithTheWordsOfWhoeverAsks) {
  EXPECT_EQ(post("/api/v1/services/backend/deployments",
                 R"({"version":"v2","driven":true,"confirmations":["notes read"],)"
                 R"("overrides":[{"gate":"hours","reason":"an outage"}]})")
                .status,
            201);
  EXPECT_THAT(backend_.asked, ElementsAre("backend by uid 0 (root): drive v2"));
  const auto& start = std::get<StartDeployment>(backend_.last_request);
  EXPECT_THAT(start.confirmations,
              ElementsAre(Confirmation{.item = "notes read", .by = "uid 0 (root)"}));
  EXPECT_THAT(start.overrides, ElementsAre(GateOverride{
                                   .gate = "hours", .by = "uid 0 (root)", .reason = "an outage"}));
}

TEST_F(ControlApiTest, NeedsNoCommitTime) {
  EXPECT_EQ(post("/api/v1/services/backend/deployments", R"({"version":"v2"})").status, 201);
  EXPECT_EQ(std::get<StartDeployment>(backend_.last_request).commit_time, std::nullopt);
}

TEST_F(ControlApiTest, CarriesEveryOtherCommand) {
  EXPECT_EQ(post("/api/v1/services/backend/finish", "{}").status, 200);
  EXPECT_EQ(post("/api/v1/services/backend/finish", "").status, 200);
  EXPECT_EQ(post("/api/v1/services/backend/fail", R"({"reason":"no disk"})").status, 200);
  EXPECT_EQ(post("/api/v1/services/backend/promote", "{}").status, 200);
  EXPECT_EQ(post("/api/v1/services/backend/hold", R"({"reason":"television"})").status, 200);
  EXPECT_EQ(post("/api/v1/services/backend/resume", "").status, 200);
  EXPECT_EQ(post("/api/v1/services/backend/rollback", R"({"reason":"bad data"})").status, 200);
  EXPECT_EQ(post("/api/v1/services/backend/abort", R"({"reason":"mine"})").status, 200);
  EXPECT_THAT(
      backend_.asked,
      ElementsAre("backend by uid 0 (root): finish", "backend by uid 0 (root): finish",
                  "backend by uid 0 (root): fail: no disk", "backend by uid 0 (root): promote",
                  "backend by uid 0 (root): hold: television", "backend by uid 0 (root): resume",
                  "backend by uid 0 (root): roll back: bad data",
                  "backend by uid 0 (root): abort: mine"));
}

TEST_F(ControlApiTest, AsksTheGate) {
  backend_.verdict = test::gate_verdict();
  const net::Reply reply = post("/api/v1/services/backend/gate",
                                R"({"version":"v2","confirmations":["release notes read"]})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(backend_.asked, ElementsAre("gate of backend for 'v2'"));
  EXPECT_THAT(backend_.last_gate.confirmations,
              ElementsAre(Confirmation{.item = "release notes read", .by = "uid 0 (root)"}));
  EXPECT_FALSE(body(reply).at("open").as_bool());
  EXPECT_EQ(body(reply).at("gates").as_array().size(), 3);
}

TEST_F(ControlApiTest, SaysWhatIsWrongWithTheWordsToTheGate) {
  backend_.verdict = failure(Fault::malformed, "override of \"x\": there is no such gate");
  EXPECT_EQ(post("/api/v1/services/backend/gate", "{}").status, 400);
  backend_.verdict = failure(Fault::busy, "4 are asked already");
  EXPECT_EQ(post("/api/v1/services/backend/gate", "").status, 503);
  EXPECT_EQ(post("/api/v1/services/backend/gate", "[]").status, 400);
  EXPECT_EQ(post("/api/v1/services/backedn/gate", "{}").status, 404);
}

TEST_F(ControlApiTest, TellsWhetherARollbackWouldBePossible) {
  EXPECT_TRUE(body(get("/api/v1/services/backend")).at("service").at("readiness").is_null());
  backend_.way_back["backend"] = {.at = evening, .ready = false, .text = "v1's image is gone"};
  for (const boost::json::value& service : {body(get("/api/v1/services/backend")).at("service"),
                                            body(get("/api/v1/status")).at("services").at(0)}) {
    EXPECT_FALSE(service.at("readiness").at("ready").as_bool());
    EXPECT_EQ(test::text(service.at("readiness").at("text")), "v1's image is gone");
    EXPECT_EQ(test::text(service.at("readiness").at("at")), "2026-11-22T19:00:00.000Z");
  }
}

TEST_F(ControlApiTest, ReportsSignals) {
  EXPECT_EQ(
      post("/api/v1/services/backend/signals", R"({"name":"user_complaints","count":3})").status,
      200);
  EXPECT_THAT(backend_.asked, ElementsAre("backend by uid 0 (root): signal user_complaints 3: "));
  backend_.answer.kind = AnswerKind::unknown_signal;
  EXPECT_EQ(post("/api/v1/services/backend/signals", R"({"name":"x"})").status, 404);
}

TEST_F(ControlApiTest, MakesAReasonOneHarmlessLine) {
  EXPECT_EQ(post("/api/v1/services/backend/abort", R"({"reason":" a\u001b[2J\nb "})").status, 200);
  EXPECT_THAT(backend_.asked, ElementsAre("backend by uid 0 (root): abort: a [2J b"));
}

TEST_F(ControlApiTest, ListsDeployments) {
  backend_.list = {test::rolled_back_deployment(), test::baking_deployment()};
  const net::Reply reply = get("/api/v1/deployments?service=backend&limit=1000");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(body(reply).at("deployments").as_array().size(), 2);
  EXPECT_THAT(backend_.asked, ElementsAre("deployments of 'backend' up to 1000"));
}

TEST_F(ControlApiTest, ListsFiftyDeploymentsOfEverythingUnlessTold) {
  EXPECT_EQ(get("/api/v1/deployments").status, 200);
  EXPECT_THAT(backend_.asked, ElementsAre("deployments of '' up to 50"));
}

TEST_F(ControlApiTest, KeepsTheHistoryOfAServiceThatIsNoLongerConfigured) {
  backend_.list = {test::baking_deployment()};
  EXPECT_EQ(get("/api/v1/deployments?service=gone").status, 200);
}

TEST_F(ControlApiTest, TellsTheStoryOfOneDeployment) {
  backend_.view = test::rolled_back_view();
  const net::Reply reply = get("/api/v1/deployments/backend-20261122-190000");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(body(reply).at("history").as_array().size(), 4);
  EXPECT_EQ(test::text(body(reply).at("runs").at(0).at("output")), "stopping v2\nstarting v1\n");
}

TEST_F(ControlApiTest, TakesAProbe) {
  backend_.report = test::probe_report();
  const net::Reply reply = post("/api/v1/services/backend/probe", R"({"probe": "ready"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(backend_.asked, ElementsAre("probe backend/ready"));
  EXPECT_EQ(test::text(body(reply).at("details").at(0).at("name")), "status");
}

TEST_F(ControlApiTest, SaysWhichProbeThereIsNot) {
  EXPECT_EQ(post("/api/v1/services/backend/probe", R"({"probe": "x"})").status, 404);
  EXPECT_EQ(post("/api/v1/services/backend/probe", "{}").status, 400);
  EXPECT_EQ(post("/api/v1/services/backend/probe", R"({"probe": 5})").status, 400);
  backend_.report = failure(Fault::busy, "4 probes are under way already");
  EXPECT_EQ(post("/api/v1/services/backend/probe", R"({"probe": "x"})").status, 503);
}

TEST_F(ControlApiTest, ReloadsTheConfiguration) {
  const net::Reply reply = post("/api/v1/reload", "");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "{\"message\":\"nothing has changed\"}\n");
  EXPECT_THAT(backend_.asked, ElementsAre("reload by uid 0 (root)"));
}

TEST_F(ControlApiTest, PassesOnEveryMistakeOfAConfiguration) {
  backend_.reloaded = failure(Fault::malformed, "ripcord.toml:1:2: a\nripcord.toml:3:4: b");
  const net::Reply reply = post("/api/v1/reload", "{}");
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(test::text(body(reply).at("error")), "ripcord.toml:1:2: a\nripcord.toml:3:4: b");
}

TEST_F(ControlApiTest, ToleratesADuplicateMemberByTakingTheLast) {
  const std::string twice = R"({"version":"v2","version":"v3"})";
  EXPECT_EQ(post("/api/v1/services/backend/deployments", twice).status, 201);
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("start v3")));
}

}  // namespace
}  // namespace ripcord
