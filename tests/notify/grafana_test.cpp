#include "notify/receiver.hpp"
#include "tests/notify/vendors.hpp"
#include "tests/notify/vocabulary.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ripcord::notify {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t start_ms = 1'795'374'192'000;  // 2026-11-22T19:03:12Z

/// What is told at 19:13:02.5 of a deployment that began at 19:03:12.
Message told(std::string event) {
  Message message = test::rollback_started();
  message.event = std::move(event);
  message.standing = Standing::notice;
  message.at = parse_instant("2026-11-22T19:13:02.5Z").value();
  return message;
}

class Grafana : public testing::Test {
 protected:
  Post posted(const Message& message, const std::string& thread = "") {
    return test::posted(settings_, message, thread);
  }
  json::object sent(const Message& message, const std::string& thread = "") {
    return test::body_of(posted(message, thread)).as_object();
  }
  std::vector<std::string> tags(const Message& message, const std::string& thread = "") {
    const json::object body = sent(message, thread);
    std::vector<std::string> tags;
    for (const json::value& tag : body.at("tags").as_array()) {
      tags.emplace_back(std::string_view(tag.as_string()));
    }
    return tags;
  }
  Verdict answered(const Post& post, unsigned status, const std::string& body) {
    return judge(settings_, post, {.status = status, .headers = {}, .body = body}, {});
  }

  test::Secrets secrets_;
  GrafanaSettings kind_{.address = test::at("https://g.example/sub/"),
                        .token_file = secrets_.file("token", "glsa_1"),
                        .tags = {},
                        .dashboard_uid = {}};
  ReceiverSettings settings_ = test::receiver(kind_);
};

TEST_F(Grafana, MarksWhereADeploymentBegins) {
  Message message = told("deployment.started");
  message.at = message.started_at;
  const Post post = posted(message);
  EXPECT_EQ(post.request.method, "POST");
  EXPECT_EQ(post.request.target, "/sub/api/annotations");
  EXPECT_EQ(test::header(post, "Authorization"), "Bearer glsa_1");
  const json::object body = sent(message);
  EXPECT_EQ(body.at("time"), start_ms);
  EXPECT_FALSE(body.contains("timeEnd"));
  EXPECT_FALSE(body.contains("dashboardUID"));
  EXPECT_THAT(tags(message), ElementsAre("ripcord", "backend"));
}

TEST_F(Grafana, MakesARegionOfItAtEveryKindOfEnd) {
  for (const std::string event : {"deployment.succeeded", "deployment.failed", "deployment.aborted",
                                  "gate.refused", "rollback.succeeded", "rollback.failed"}) {
    const Post post = posted(told(event), "1145");
    EXPECT_EQ(post.request.method, "PATCH") << event;
    EXPECT_EQ(post.request.target, "/sub/api/annotations/1145") << event;
    const json::object body = sent(told(event), "1145");
    EXPECT_EQ(body.at("timeEnd"), start_ms + 590'500) << event;
    EXPECT_FALSE(body.contains("time")) << event << ": it began when it began";
  }
}

TEST_F(Grafana, MakesTheWholeRegionAtTheEndOfWhatItWasNotToldOf) {
  const json::object body = sent(told("deployment.succeeded"));
  EXPECT_EQ(body.at("time"), start_ms);
  EXPECT_EQ(body.at("timeEnd"), start_ms + 590'500);
}

TEST_F(Grafana, ChangesOnlyTheTextMeanwhile) {
  const json::object body = sent(told("deployment.deployed"), "1145");
  EXPECT_EQ(body.size(), 1U) << json::serialize(body);
  EXPECT_TRUE(body.contains("text"));
}

TEST_F(Grafana, TagsARollbackAndLeavesTheTagsAloneOtherwise) {
  EXPECT_THAT(tags(told("rollback.started"), "1145"),
              ElementsAre("ripcord", "backend", "rollback"));
  EXPECT_FALSE(sent(told("rollback.started"), "1145").contains("timeEnd"));
  EXPECT_THAT(tags(told("rollback.failed"), "1145"), ElementsAre("ripcord", "backend", "rollback"));
  EXPECT_FALSE(sent(told("deployment.succeeded"), "1145").contains("tags"));
}

TEST_F(Grafana, MakesAnAnnotationOfItsOwnOfWhatConcernsNoDeployment) {
  Message message = told("trigger.tripped");
  message.incident = "backend/triggers";
  message.standing = Standing::firing;
  EXPECT_EQ(posted(message, "1145").request.method, "POST");
  EXPECT_FALSE(sent(message, "1145").contains("timeEnd"));
  message.event = "trigger.cleared";
  message.standing = Standing::resolved;
  EXPECT_EQ(posted(message, "1145").request.method, "POST");
  EXPECT_EQ(sent(message, "1145").at("timeEnd"), start_ms + 590'500);
}

TEST_F(Grafana, PutsNothingButANumberIntoAPath) {
  for (const std::string thread :
       {"1/../../users", "1145?x", "-1", "1503435956.000247", " 1", "12345678901234567890"}) {
    EXPECT_EQ(posted(told("rollback.failed"), thread).request.target, "/sub/api/annotations")
        << thread;
  }
}

TEST_F(Grafana, LearnsTheNumberOfWhatItHasMade) {
  const Post made = posted(told("deployment.started"));
  EXPECT_EQ(answered(made, 200, R"({"id":77,"message":"Annotation added"})"),
            Verdict(Delivered{.thread = "77"}));
  for (const std::string body : {"", "[]", "{}", R"({"id":"../x"})", R"({"id":-1})"}) {
    EXPECT_EQ(answered(made, 200, body), Verdict(Delivered{})) << body;
  }
}

TEST_F(Grafana, LosesTheThreadOfAnAnnotationThatWasDeleted) {
  const Post changed = posted(told("deployment.succeeded"), "7");
  const Verdict verdict = judge(settings_, changed, test::grafana_server(changed.request), {});
  ASSERT_TRUE(std::holds_alternative<Retry>(verdict));
  EXPECT_TRUE(std::get<Retry>(verdict).thread_is_lost);
  EXPECT_THAT(std::get<Retry>(verdict).reason, HasSubstr("Annotation not found"));
  const Post made = posted(told("deployment.succeeded"));
  EXPECT_TRUE(std::holds_alternative<Refused>(answered(made, 404, "Not found")))
      << "there is no such API";
}

TEST_F(Grafana, RefusesWhatTheTokenDoesNotAllow) {
  for (const unsigned status : {401U, 403U}) {
    const Post post = posted(told("deployment.failed"), "");
    EXPECT_TRUE(std::holds_alternative<Refused>(answered(post, status, "no"))) << status;
  }
  const Post change = posted(told("deployment.failed"), "1145");
  EXPECT_TRUE(std::holds_alternative<Refused>(answered(change, 401, "no")));
  // By its source it says so of an annotation that is no more, to a token without every right.
  const Verdict gone = answered(change, 403, "no");
  ASSERT_TRUE(std::holds_alternative<Retry>(gone));
  EXPECT_TRUE(std::get<Retry>(gone).thread_is_lost);
}

TEST_F(Grafana, WritesHtmlInWhichNothingButItsLinksIsMarkup) {
  const json::object body = sent(test::hostile());
  const std::string text(body.at("text").as_string());
  EXPECT_THAT(text, StartsWith("@everyone &lt;!channel&gt; &lt;@U1&gt; &lt;b&gt;x&lt;/b&gt;"));
  EXPECT_THAT(text, Not(HasSubstr("<b>")));
  EXPECT_THAT(text, HasSubstr(R"(<br><a href="https://h/good">@everyone &lt;)"));
}

TEST_F(Grafana, StaysBelowTheLengthOfTagsThatGrafanaTakes) {
  kind_.tags.assign(8, std::string(48, 'x'));
  settings_.kind = kind_;
  Message message = test::huge();
  message.service = std::string(200, 's');
  const Post post = posted(message);
  const net::Reply reply = test::grafana_server(post.request);
  EXPECT_EQ(reply.status, 200U) << reply.body;
  EXPECT_LT(post.request.body.size(), 6'000U);
}

TEST_F(Grafana, MarksAPointForATest) {
  Message message;
  message.event = "notify.test";
  message.incident = "test";
  message.started_at = told("").at;
  message.at = message.started_at;
  message.title = "ripcord: this is a test";
  const json::object body = sent(message);
  EXPECT_EQ(body.at("time"), start_ms + 590'500);
  EXPECT_FALSE(body.contains("timeEnd"));
  EXPECT_THAT(tags(message), ElementsAre("ripcord"));
  EXPECT_EQ(body.at("text"), "ripcord: this is a test");
}

}  // namespace
}  // namespace ripcord::notify
