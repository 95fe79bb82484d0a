#include "api/control_api.hpp"
#include "tests/api/ask.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace ripcord {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class EvidenceApiTest : public testing::Test {
 protected:
  net::Reply ask(std::string target, std::uint32_t uid = 0) {
    net::IncomingRequest incoming;
    incoming.request.method = "GET";
    incoming.request.target = std::move(target);
    incoming.peer = net::Peer{.uid = uid, .gid = uid, .groups = {}};
    return test::run(api_.handle(std::move(incoming)));
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_};
  test::FakeBackend backend_{clock_};
  api::ControlApi api_{backend_, {.daemon_uid = 999, .group = std::nullopt}};
};

TEST_F(EvidenceApiTest, TellsWhereItIsAndItsFiles) {
  backend_.evidence_view = api::EvidenceView{.deployment = "d-1",
                                             .directory = "/evidence/d-1",
                                             .state = "partial",
                                             .summary = "one\ntwo\x1b[31m\n",
                                             .files = {{.name = "host.json", .bytes = 7}}};
  const net::Reply reply = ask("/api/v1/deployments/d-1/evidence");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(test::text(test::body(reply).at("summary")), "one\ntwo [31m\n");
  EXPECT_EQ(test::text(test::body(reply).at("state")), "partial");
  EXPECT_EQ(test::text(test::body(reply).at("files").at(0).at("name")), "host.json");
  EXPECT_THAT(backend_.asked, ElementsAre("evidence of d-1"));
}

TEST_F(EvidenceApiTest, GivesAFileWithItsTypeAndNoPowers) {
  backend_.evidence_bytes = "<!doctype html>";
  const net::Reply page = ask("/api/v1/deployments/d-1/evidence/index.html");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, "<!doctype html>");
  EXPECT_EQ(test::header(page, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(test::header(page, "X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(test::header(page, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_EQ(test::header(ask("/api/v1/deployments/d-1/evidence/logs%2Fa.txt"), "Content-Type"),
            "text/plain; charset=utf-8");
  EXPECT_EQ(test::header(ask("/api/v1/deployments/d-1/evidence/host.json"), "Content-Type"),
            "application/json; charset=utf-8");
  EXPECT_THAT(backend_.asked,
              ElementsAre("evidence of d-1: index.html", "evidence of d-1: logs/a.txt",
                          "evidence of d-1: host.json"));
}

TEST_F(EvidenceApiTest, SaysWhenThereIsNone) {
  EXPECT_EQ(ask("/api/v1/deployments/d-1/evidence").status, 404);
  EXPECT_EQ(ask("/api/v1/deployments/d-1/evidence/..%2F..%2Fjournal.db").status, 404);
  EXPECT_EQ(ask("/api/v1/deployments/d-1/evidence/logs/a.txt").status, 404);
  EXPECT_EQ(ask("/api/v1/deployments/d-1/evidence/").status, 404);
  EXPECT_EQ(ask("/api/v1/deployments/d-1/evidence?x=1").status, 400);
}

TEST_F(EvidenceApiTest, IsForThoseWhoMayCommandAlone) {
  EXPECT_EQ(ask("/api/v1/deployments/d-1/evidence", 4711).status, 403);
  EXPECT_EQ(ask("/api/v1/deployments/d-1/evidence/index.html", 4711).status, 403);
  EXPECT_TRUE(backend_.asked.empty());
}

}  // namespace
}  // namespace ripcord
