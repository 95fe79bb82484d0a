// What the TCP port has of the resources of the unix socket, and for whom.

#include "api/control_api.hpp"
#include "api/routes.hpp"
#include "tests/api/ask.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using test::body;
using test::header;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* token = "one";
// printf one | sha256sum
constexpr const char* line =
    "ci 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\n";

class TcpResourcesTest : public testing::Test {
 protected:
  TcpResourcesTest() {
    backend_.world.services = {test::backend_service()};
    backend_.view = test::rolled_back_view();
    backend_.list = {test::rolled_back_deployment()};
  }

  void let_tokens_in() { api_.set_tokens(api::Tokens::parse(line, "tokens").value()); }

  net::Reply ask(std::string method, std::string target, const std::string& shown = "") {
    net::IncomingRequest incoming;
    incoming.request = {.method = std::move(method),
                        .target = std::move(target),
                        .headers = {{"Content-Type", "application/json"}},
                        .body = R"({"name":"user_complaints"})"};
    if (!shown.empty()) incoming.request.headers.push_back({"Authorization", "Bearer " + shown});
    return test::run(api_.handle(std::move(incoming)));
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_, test::evening + 1min};
  test::FakeBackend backend_{clock_};
  api::PublicApi api_{backend_};
};

constexpr const char* signals = "/api/v1/services/backend/signals";
constexpr const char* story = "/api/v1/deployments/backend-20261122-190000";

TEST_F(TcpResourcesTest, AreReadByAnybodyWithoutPersonsAndOutput) {
  for (const char* path : {"/api/v1/status", "/api/v1/services/backend", "/api/v1/deployments"}) {
    EXPECT_EQ(ask("GET", path).status, 200) << path;
    EXPECT_EQ(ask("HEAD", path).status, 200) << path;
  }
  const net::Reply reply = ask("GET", story);
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, Not(HasSubstr("ana")));
  EXPECT_THAT(reply.body, HasSubstr(R"("by":"somebody")"));
  EXPECT_EQ(test::text(body(reply).at("runs").at(0).at("output")), "");
  const net::Reply account = ask("GET", std::string(story) + "/explain");
  EXPECT_THAT(account.body, Not(HasSubstr("ana")));
  EXPECT_THAT(account.body, HasSubstr("announced at 2026-11-22T19:00:00Z by somebody"));
}

TEST_F(TcpResourcesTest, HideWhoHoldsADeployment) {
  Deployment& open = *backend_.world.services.front().deployment;
  open.held = Held{.reason = "television", .by = "uid 1000 (ana)", .at = test::evening};
  backend_.list = {open};
  for (const char* path : {"/api/v1/status", "/api/v1/services/backend", "/api/v1/deployments"}) {
    EXPECT_THAT(ask("GET", path).body, Not(HasSubstr("ana"))) << path;
    EXPECT_THAT(ask("GET", path).body, HasSubstr("television")) << path;
  }
}

TEST_F(TcpResourcesTest, TakeNoCommandWithoutTokens) {
  for (const api::Route& route : api::control_routes()) {
    if (route.method == "GET") continue;
    std::string path(route.path);
    if (const std::size_t brace = path.find('{'); brace != std::string::npos) {
      path.replace(brace, path.find('}') - brace + 1, "backend");
    }
    const net::Reply reply = ask("POST", path);
    EXPECT_EQ(reply.status, 403) << route.path;
    EXPECT_THAT(reply.body, HasSubstr("this port only reads"));
  }
  EXPECT_EQ(ask("POST", signals, token).status, 401) << "nobody's token is known";
  EXPECT_THAT(backend_.asked, IsEmpty());
}

TEST_F(TcpResourcesTest, ShowEvidenceToATokensOwnerAlone) {
  backend_.evidence_view = api::EvidenceView{.deployment = "d",
                                             .directory = "/evidence",
                                             .state = "complete",
                                             .summary = "s",
                                             .files = {}};
  backend_.evidence_bytes = "secrets of a log";
  for (const char* path : {"/evidence", "/evidence/logs%2Fa.txt"}) {
    const net::Reply reply = ask("GET", std::string(story) + path);
    EXPECT_EQ(reply.status, 403) << path;
    EXPECT_THAT(reply.body, HasSubstr("this is not for everybody"));
  }
  let_tokens_in();
  EXPECT_EQ(ask("GET", std::string(story) + "/evidence").status, 401);
  EXPECT_EQ(ask("GET", std::string(story) + "/evidence", token).status, 200);
  EXPECT_EQ(ask("GET", std::string(story) + "/evidence/logs%2Fa.txt", token).body,
            "secrets of a log");
}

TEST_F(TcpResourcesTest, WantATokenWhereTokensAreLetIn) {
  let_tokens_in();
  const net::Reply reply = ask("POST", signals);
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(header(reply, "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(ask("POST", signals, "two").status, 401);
  EXPECT_EQ(ask("GET", story, "two").status, 401) << "also for reading: something is wrong";
  EXPECT_THAT(backend_.asked, IsEmpty());
}

TEST_F(TcpResourcesTest, CommandInTheNameOfTheToken) {
  let_tokens_in();
  EXPECT_EQ(ask("POST", signals, token).status, 200);
  EXPECT_THAT(backend_.asked, ElementsAre("backend by token ci: signal user_complaints 1: "));
}

TEST_F(TcpResourcesTest, TellEverythingToATokensOwner) {
  let_tokens_in();
  const net::Reply reply = ask("GET", story, token);
  EXPECT_THAT(reply.body, HasSubstr("uid 1000 (ana)"));
  EXPECT_EQ(test::text(body(reply).at("runs").at(0).at("output")), "stopping v2\nstarting v1\n");
}

TEST_F(TcpResourcesTest, ForgetATokenThatIsGone) {
  let_tokens_in();
  api_.set_tokens(api::Tokens());
  EXPECT_EQ(ask("POST", signals, token).status, 401);
}

TEST_F(TcpResourcesTest, AreTheSameAsThoseOfTheSocket) {
  EXPECT_EQ(ask("GET", "/api/v1/nothing").status, 404);
  EXPECT_EQ(ask("DELETE", "/api/v1/status").status, 405);
  EXPECT_EQ(ask("GET", "/api/v1/status?x=1").status, 400);
}

}  // namespace
}  // namespace ripcord
