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

using test::body;
using testing::HasSubstr;
using testing::IsEmpty;

class ControlErrorsTest : public testing::Test {
 protected:
  ControlErrorsTest() { backend_.world.services = {test::backend_service()}; }

  net::Reply ask(std::string method, std::string target, std::string json,
                 std::string type = "application/json") {
    net::IncomingRequest incoming;
    incoming.request = {.method = std::move(method),
                        .target = std::move(target),
                        .headers = {{"Content-Type", std::move(type)}},
                        .body = std::move(json)};
    incoming.peer = net::Peer{.uid = 0, .gid = 0, .groups = {}};
    return test::run(api_.handle(std::move(incoming)));
  }
  net::Reply get(std::string target) { return ask("GET", std::move(target), ""); }
  net::Reply start(std::string json) {
    return ask("POST", "/api/v1/services/backend/deployments", std::move(json));
  }
  net::Reply abort(std::string json) {
    return ask("POST", "/api/v1/services/backend/abort", std::move(json));
  }
  /// The message of a reply that must be a 400 which the backend never heard of.
  std::string refused(const net::Reply& reply) {
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(backend_.asked, IsEmpty());
    return test::text(body(reply).at("error"));
  }
  net::Reply answered(AnswerKind kind) {
    backend_.answer.kind = kind;
    backend_.answer.message = "because";
    return start(R"({"version":"v2"})");
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_, test::evening};
  test::FakeBackend backend_{clock_};
  api::ControlApi api_{backend_, {.daemon_uid = 999, .group = std::nullopt}};
};

TEST_F(ControlErrorsTest, RefusesABodyThatIsNoJsonObject) {
  EXPECT_THAT(refused(start("{")), HasSubstr("the body is not JSON"));
  EXPECT_THAT(refused(start("")), HasSubstr("the body is not JSON"));
  EXPECT_THAT(refused(start("{\"version\":\"\xff\"}")), HasSubstr("the body is not JSON"));
  EXPECT_EQ(refused(start("[]")), "the body must be a JSON object");
  EXPECT_THAT(refused(start(std::string(100'000, '['))), HasSubstr("the body is not JSON"));
}

TEST_F(ControlErrorsTest, NamesTheMemberThatIsWrong) {
  EXPECT_EQ(refused(start("{}")), "member \"version\" is missing");
  EXPECT_EQ(refused(start(R"({"version":2})")), "member \"version\" must be a text");
  EXPECT_EQ(refused(start(R"({"versoin":"v2"})")),
            "unknown member \"versoin\"; did you mean \"version\"?");
  EXPECT_EQ(refused(abort("{}")), "member \"reason\" is missing");
  EXPECT_EQ(refused(abort(R"({"reason":null})")), "member \"reason\" must be a text");
  EXPECT_THAT(refused(ask("POST", "/api/v1/services/backend/finish", R"({"reason":"x"})")),
              HasSubstr("unknown member \"reason\""));
}

TEST_F(ControlErrorsTest, BoundsTheVersion) {
  const auto version = [](const std::string& text) { return "{\"version\":\"" + text + "\"}"; };
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ü";
  EXPECT_EQ(start(version(umlauts)).status, 201);
  backend_.asked.clear();
  EXPECT_THAT(refused(start(version(umlauts + "x"))), HasSubstr("1 to 200 printable characters"));
  EXPECT_THAT(refused(start(version(""))), HasSubstr("1 to 200"));
  EXPECT_THAT(refused(start(version("  "))), HasSubstr("1 to 200"));
  EXPECT_THAT(refused(start(version("a\\nb"))), HasSubstr("no control characters"));
  EXPECT_THAT(refused(start(version("a\\u0000"))), HasSubstr("no control characters"));
  EXPECT_THAT(refused(start(version("\\u0085"))), HasSubstr("no control characters"));
}

TEST_F(ControlErrorsTest, BoundsTheReason) {
  const auto reason = [](const std::string& text) { return "{\"reason\":\"" + text + "\"}"; };
  EXPECT_EQ(abort(reason(std::string(1000, 'x'))).status, 200);
  backend_.asked.clear();
  EXPECT_THAT(refused(abort(reason(std::string(1001, 'x')))), HasSubstr("1001 bytes"));
  EXPECT_THAT(refused(abort(reason(""))), HasSubstr("must say something"));
  EXPECT_THAT(refused(abort(reason(" \\n\\t"))), HasSubstr("must say something"));
}

TEST_F(ControlErrorsTest, RefusesACommitTimeThatIsNone) {
  EXPECT_THAT(refused(start(R"({"version":"v2","commit_time":"yesterday"})")),
              HasSubstr("member \"commit_time\": \"yesterday\" is not a time"));
  EXPECT_EQ(refused(start(R"({"version":"v2","commit_time":5})")),
            "member \"commit_time\" must be a text");
}

TEST_F(ControlErrorsTest, RefusesParametersThatItDoesNotKnow) {
  EXPECT_THAT(refused(get("/api/v1/status?x=1")), HasSubstr("unknown parameter \"x\""));
  EXPECT_THAT(refused(get("/api/v1/deployments?limits=1")), HasSubstr("did you mean \"limit\"?"));
  EXPECT_THAT(refused(get("/api/v1/deployments/x?y")), HasSubstr("unknown parameter \"y\""));
  EXPECT_THAT(refused(ask("POST", "/api/v1/reload?now=1", "")), HasSubstr("unknown parameter"));
  EXPECT_THAT(refused(get("/api/v1/services/backend?wait=5")), HasSubstr("needs \"after\""));
}

TEST_F(ControlErrorsTest, BoundsTheNumbersInAQuery) {
  for (const char* limit : {"0", "1001", "-1", "1.5", "", "0x10", "99999999999999999999"}) {
    EXPECT_THAT(refused(get(std::string("/api/v1/deployments?limit=") + limit)),
                HasSubstr("whole number from 1 to 1000"));
  }
  EXPECT_THAT(refused(get("/api/v1/services/backend?after=1&wait=61")),
              HasSubstr("whole number from 0 to 60"));
}

TEST_F(ControlErrorsTest, RefusesATargetThatIsNoPath) {
  for (const char* target : {"", "*", "http://x/api/v1/status", "/api/v1/%zz", "/a b", "/\xff"}) {
    EXPECT_THAT(refused(get(target)), HasSubstr("is not a path"));
  }
}

TEST_F(ControlErrorsTest, KnowsNothingElse) {
  for (const char* target : {"/", "/api", "/api/v1/status/", "//api/v1/status", "/api/v1/services",
                             "/api/v1/services/", "/api/v1/services/a/b", "/api/v1/STATUS",
                             "/api/v1/services/../status", "/api/v1%2Fstatus"}) {
    EXPECT_EQ(get(target).status, 404) << target;
  }
}

TEST_F(ControlErrorsTest, SuggestsTheServiceThatWasMeant) {
  const std::string message = R"(no service is called "backedn"; did you mean backend?)";
  EXPECT_EQ(test::text(body(get("/api/v1/services/backedn")).at("error")), message);
  EXPECT_EQ(test::text(body(get("/api/v1/deployments?service=backedn")).at("error")), message);
  const net::Reply reply = ask("POST", "/api/v1/services/backedn/finish", "{}");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(test::text(body(reply).at("error")), message);
}

TEST_F(ControlErrorsTest, TellsWhichMethodsThereAre) {
  const net::Reply reply = ask("DELETE", "/api/v1/services/backend", "");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(test::header(reply, "Allow"), "GET, HEAD");
  EXPECT_EQ(test::header(ask("GET", "/api/v1/reload", ""), "Allow"), "POST");
  EXPECT_EQ(ask("get", "/api/v1/status", "").status, 405);
}

TEST_F(ControlErrorsTest, TakesCommandsAsJsonOnly) {
  const std::string target = "/api/v1/services/backend/finish";
  for (const char* type :
       {"", "text/plain", "application/jsonp", "application/x-www-form-urlencoded"}) {
    EXPECT_EQ(ask("POST", target, "{}", type).status, 415) << type;
  }
  EXPECT_THAT(backend_.asked, IsEmpty());
}

TEST_F(ControlErrorsTest, MapsTheEnginesAnswers) {
  EXPECT_EQ(answered(AnswerKind::conflict).status, 409);
  EXPECT_EQ(answered(AnswerKind::unknown_service).status, 404);
  const net::Reply unrecorded = answered(AnswerKind::unrecorded);
  EXPECT_EQ(unrecorded.status, 503);
  EXPECT_EQ(test::header(unrecorded, "Retry-After"), "5");
  EXPECT_EQ(test::text(body(unrecorded).at("error")), "because");
}

TEST_F(ControlErrorsTest, MapsTheJournalsFaults) {
  EXPECT_EQ(get("/api/v1/deployments/none").status, 404);
  const auto status_for = [&](Fault fault) {
    backend_.view = failure(fault, "disk\nfull");
    return get("/api/v1/deployments/none").status;
  };
  EXPECT_EQ(status_for(Fault::full), 503);
  EXPECT_EQ(status_for(Fault::busy), 503);
  EXPECT_EQ(status_for(Fault::internal), 500);
}

TEST_F(ControlErrorsTest, NeverEchoesHostileBytes) {
  const net::Reply reply = get("/api/v1/services/%1b%5b2J%ff%0d%0aX");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(test::text(body(reply).at("error")), "no service is called \" [2J\xEF\xBF\xBD  X\"");
}

}  // namespace
}  // namespace ripcord
