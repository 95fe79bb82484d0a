#include "api/control_api.hpp"
#include "api/routes.hpp"
#include "tests/api/ask.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string api_page() {
  std::ifstream file(std::string(RIPCORD_DOCS) + "/api.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The last block of JSON under the heading of a route, which is its answer.
std::string example_of(const std::string& page, const std::string& heading) {
  const std::size_t from = page.find("### " + heading + "\n");
  if (from == std::string::npos) return "";
  const std::string section = page.substr(from, page.find("\n##", from) - from);
  constexpr std::string_view fence = "```json\n";
  const std::size_t begin = section.rfind(fence);
  if (begin == std::string::npos) return "";
  const std::size_t first = begin + fence.size();
  return section.substr(first, section.find("```", first) - first);
}

TEST(ApiDocs, NameEveryRoute) {
  const std::string page = api_page();
  for (const api::Route& route : api::control_routes()) {
    EXPECT_THAT(
        page, HasSubstr("### " + std::string(route.method) + " " + std::string(route.path) + "\n"));
  }
  for (const std::string_view path : api::public_paths()) {
    EXPECT_THAT(page, HasSubstr("### GET " + std::string(path) + "\n"));
  }
}

/// Answers as the pages tell it.
class ApiExamplesTest : public testing::Test {
 protected:
  ApiExamplesTest() {
    backend_.world.services = {test::backend_service()};
    backend_.self.started_at = test::evening - 24h;
    backend_.list = {test::rolled_back_deployment()};
    backend_.view = test::rolled_back_view();
    backend_.answer.deployment = "backend-20261122-190000";
    backend_.report = test::probe_report();
    backend_.verdict = test::gate_verdict();
    backend_.reloaded = "nothing has changed";
    backend_.figures = test::figures();
    backend_.silenced = {{.number = 3,
                          .service = "backend",
                          .trigger = "errors",
                          .from = test::evening,
                          .until = test::evening + 2h,
                          .reason = "the index is rebuilt",
                          .by = "uid 1000 (ana)"}};
    backend_.told = {{.name = "ops",
                      .type = "slack",
                      .delivered = 12,
                      .retried = 3,
                      .waiting = 2,
                      .waiting_since = test::evening,
                      .trouble = "it answered 503",
                      .lost = 1,
                      .last_loss = "backend: rolling back from v2 to v1: it answered 401"}};
    backend_.tested = test::receiver_test();
    backend_.evidence_view = api::EvidenceView{
        .deployment = "backend-20261122-190000",
        .directory = "/var/lib/ripcord/evidence/backend-20261122-190000",
        .state = "complete",
        .summary = "Evidence of backend-20261122-190000: v2 of backend, rolled back to v1\n",
        .files = {{.name = "findings.json", .bytes = 812},
                  {.name = "logs/backend-1.txt", .bytes = 5120}}};
  }

  /// Expects the example under `route` to be what is really answered.
  void check(const std::string& route, std::string target, std::string json, std::string message) {
    net::IncomingRequest incoming;
    incoming.request.method = route.substr(0, route.find(' '));
    incoming.request.target = std::move(target);
    incoming.request.headers = {{"Content-Type", "application/json"}};
    incoming.request.body = std::move(json);
    incoming.peer = net::Peer{};
    backend_.answer.message = std::move(message);
    const net::Reply reply = test::run(api_.handle(std::move(incoming)));
    boost::system::error_code error;
    const auto example = boost::json::parse(example_of(api_page(), route), error);
    EXPECT_TRUE(example == test::body(reply)) << route << " is answered\n" << reply.body;
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_, test::evening + 1min};
  test::FakeBackend backend_{clock_};
  api::ControlApi api_{backend_, {}};
};

TEST_F(ApiExamplesTest, AreWhatIsReallyAnswered) {
  const std::string reason = R"({"reason": "orders are lost"})";
  const std::string path = "/api/v1/services/backend";
  check("GET /api/v1/status", "/api/v1/status", "", "");
  check("GET /api/v1/services/{service}", path, "", "");
  check("GET /api/v1/deployments", "/api/v1/deployments", "", "");
  check("GET /api/v1/dora", "/api/v1/dora", "", "");
  check("GET /api/v1/deployments/{deployment}", "/api/v1/deployments/backend-20261122-190000", "",
        "");
  check("GET /api/v1/deployments/{deployment}/explain",
        "/api/v1/deployments/backend-20261122-190000/explain", "", "");
  check("GET /api/v1/deployments/{deployment}/evidence",
        "/api/v1/deployments/backend-20261122-190000/evidence", "", "");
  check("POST /api/v1/services/{service}/deployments", path + "/deployments",
        R"({"version": "v2"})", "deploying v2 to backend; a rollback would lead to v1");
  check("POST /api/v1/services/{service}/finish", path + "/finish", "{}",
        "deployment backend-20261122-190000: baking");
  check("POST /api/v1/services/{service}/fail", path + "/fail", reason,
        "deployment backend-20261122-190000: failed");
  check("POST /api/v1/services/{service}/promote", path + "/promote", "{}",
        "deployment backend-20261122-190000: promoted");
  check("POST /api/v1/services/{service}/hold", path + "/hold", reason,
        "deployment backend-20261122-190000: held");
  check("POST /api/v1/services/{service}/resume", path + "/resume", "{}",
        "deployment backend-20261122-190000: resumed");
  check("POST /api/v1/services/{service}/rollback", path + "/rollback", reason,
        "deployment backend-20261122-190000: rolling back");
  check("POST /api/v1/services/{service}/abort", path + "/abort", reason,
        "deployment backend-20261122-190000: aborted");
  check("POST /api/v1/services/{service}/gate", path + "/gate", "", "");
  check("POST /api/v1/services/{service}/signals", path + "/signals",
        R"({"name": "user_complaints", "count": 3, "note": "the basket is empty"})",
        "user_complaints reported, 3 at once: the basket is empty");
  check("POST /api/v1/services/{service}/probe", path + "/probe", R"({"probe": "ready"})", "");
  check("GET /api/v1/silences", "/api/v1/silences", "", "");
  check("GET /api/v1/receivers", "/api/v1/receivers", "", "");
  check("POST /api/v1/receivers/{receiver}/test", "/api/v1/receivers/ops/test", "{}", "");
  check("POST /api/v1/alerts", "/api/v1/alerts",
        R"({"version":"4","alerts":[{"status":"firing","fingerprint":"0123456789abcdef",)"
        R"("labels":{"alertname":"HighErrorRate","ripcord_service":"backend"},)"
        R"("startsAt":"2026-11-22T19:00:30.000Z"}]})",
        "HighErrorRate reported: alert 0123456789abcdef since 2026-11-22T19:00:30.000Z: "
        "12 % of the requests fail");
  check("POST /api/v1/reload", "/api/v1/reload", "{}", "");
}

}  // namespace
}  // namespace ripcord
