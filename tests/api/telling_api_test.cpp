#include "api/control_api.hpp"
#include "tests/api/ask.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/api/stories.hpp"
#include "tests/support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

namespace ripcord {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class TellingApiTest : public testing::Test {
 protected:
  TellingApiTest() { backend_.world.services = {test::backend_service()}; }

  net::Reply ask(std::string target) { return send("GET", std::move(target), ""); }
  net::Reply post(std::string target, std::string body) {
    return send("POST", std::move(target), std::move(body));
  }
  net::Reply send(std::string method, std::string target, std::string body) {
    net::IncomingRequest incoming;
    incoming.request.method = std::move(method);
    incoming.request.target = std::move(target);
    incoming.request.headers = {{"Content-Type", "application/json"}};
    incoming.request.body = std::move(body);
    incoming.peer = net::Peer{.uid = 0, .gid = 0, .groups = {}};
    return test::run(api_.handle(std::move(incoming)));
  }
  static std::string error(const net::Reply& reply) {
    return test::text(test::body(reply).at("error"));
  }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{context_};
  test::FakeBackend backend_{clock_};
  api::ControlApi api_{backend_, {.daemon_uid = 999, .group = std::nullopt}};
};

const std::string silences_of_backend = "/api/v1/services/backend/silences";

TEST_F(TellingApiTest, BeginsASilence) {
  const net::Reply reply =
      post(silences_of_backend, R"({"for": "2h", "reason": "the index is rebuilt"})");
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(test::body(reply).at("number").to_number<int>(), 7);
  EXPECT_TRUE(test::body(reply).at("trigger").is_null());
  EXPECT_THAT(backend_.asked, ElementsAre(HasSubstr("silence backend/ for 2h by uid 0")));
}

TEST_F(TellingApiTest, SaysWhatIsWrongWithASilence) {
  for (const std::string body :
       {R"({"reason": "x"})", R"({"for": "2h"})", R"({"for": "0s", "reason": "x"})",
        R"({"for": "8d", "reason": "x"})", R"({"for": "soon", "reason": "x"})",
        R"({"for": 2, "reason": "x"})", R"({"for": "2h", "reason": "x", "triger": "y"})", "[]"}) {
    EXPECT_EQ(post(silences_of_backend, body).status, 400) << body;
  }
  const std::string good = R"({"for": "2h", "reason": "x"})";
  const net::Reply service = post("/api/v1/services/bakend/silences", good);
  EXPECT_EQ(service.status, 404);
  EXPECT_THAT(error(service), HasSubstr("did you mean backend?"));
  const net::Reply trigger =
      post(silences_of_backend, R"({"for": "2h", "reason": "x", "trigger": "nothing"})");
  EXPECT_EQ(trigger.status, 404);
  EXPECT_THAT(error(trigger), HasSubstr("backend has no trigger called"));
  EXPECT_THAT(backend_.asked, IsEmpty());
}

TEST_F(TellingApiTest, SilencesNobodyWhenThatCannotBeRecorded) {
  backend_.journal_works = false;
  const net::Reply reply = post(silences_of_backend, R"({"for": "2h", "reason": "x"})");
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(error(reply), HasSubstr("nobody is silenced"));
}

TEST_F(TellingApiTest, ListsAndEndsSilences) {
  EXPECT_EQ(ask("/api/v1/silences").body, "{\"silences\":[]}\n");
  backend_.silenced = {{.number = 3,
                        .service = "backend",
                        .trigger = "errors",
                        .from = clock_.now(),
                        .until = clock_.now() + 2h,
                        .reason = "x\x1b[31m",
                        .by = "ada"}};
  const auto listed = test::body(ask("/api/v1/silences"));
  EXPECT_EQ(test::text(listed.at("silences").at(0).at("trigger")), "errors");
  EXPECT_EQ(test::text(listed.at("silences").at(0).at("reason")), "x [31m");
  const net::Reply ended = post("/api/v1/silences/3/end", "{}");
  EXPECT_EQ(ended.status, 200);
  EXPECT_TRUE(test::body(ended).at("ended_at").is_string());
  for (const std::string number : {"x", "3x", "99999999999999999999", "-"}) {
    EXPECT_EQ(post("/api/v1/silences/" + number + "/end", "{}").status, 404) << number;
  }
  EXPECT_EQ(post("/api/v1/silences/3/end", R"({"now": true})").status, 400);
  backend_.silenced = {};
  EXPECT_EQ(post("/api/v1/silences/3/end", "").status, 404);
}

TEST_F(TellingApiTest, ListsReceivers) {
  backend_.told = {{.name = "ops",
                    .type = "slack",
                    .delivered = 4,
                    .waiting = 2,
                    .waiting_since = clock_.now(),
                    .trouble = "it answered 503"}};
  const auto listed = test::body(ask("/api/v1/receivers")).at("receivers").at(0);
  EXPECT_EQ(test::text(listed.at("name")), "ops");
  EXPECT_EQ(listed.at("waiting").to_number<int>(), 2);
  EXPECT_EQ(test::text(listed.at("trouble")), "it answered 503");
  EXPECT_TRUE(listed.at("disabled").is_null());
  EXPECT_EQ(ask("/api/v1/receivers?x=1").status, 400);
}

TEST_F(TellingApiTest, TestsAReceiver) {
  backend_.told = {{.name = "ops", .type = "slack"}};
  backend_.tested = test::receiver_test();
  const net::Reply reply = post("/api/v1/receivers/ops/test", "{}");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(test::body(reply).at("delivered").as_bool());
  EXPECT_EQ(test::text(test::body(reply).at("request")), test::receiver_test().request);
  const net::Reply unknown = post("/api/v1/receivers/opps/test", "{}");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(error(unknown), HasSubstr("did you mean ops?"));
  backend_.tested = failure(Fault::missing, "/etc/ripcord/url: no such file");
  const net::Reply missing = post("/api/v1/receivers/ops/test", "{}");
  EXPECT_EQ(missing.status, 503);
  EXPECT_THAT(error(missing), HasSubstr("/etc/ripcord/url"));
  EXPECT_THAT(backend_.asked, testing::Each(Not(HasSubstr("opps"))));
}

}  // namespace
}  // namespace ripcord
