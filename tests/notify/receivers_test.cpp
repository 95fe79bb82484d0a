#include "notify/receiver.hpp"
#include "tests/notify/peers.hpp"
#include "tests/notify/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

// Every kind against a server that takes only what its vendor documents.
namespace ripcord::notify {
namespace {

using testing::HasSubstr;
using testing::Not;

class EveryReceiver : public testing::TestWithParam<test::Peer> {
 protected:
  /// What the server makes of `message`.
  Verdict told(const Message& message, const std::string& thread = "") {
    const Post post = test::posted(settings_, message, thread);
    return judge(settings_, post, GetParam().server(post.request), message.at);
  }
  void expect_taken(const Message& message, const std::string& thread = "") {
    const Verdict verdict = told(message, thread);
    const auto* refused = std::get_if<Refused>(&verdict);
    EXPECT_TRUE(std::holds_alternative<Delivered>(verdict))
        << (refused != nullptr ? refused->reason : "not refused either");
  }

  test::Secrets secrets_;
  ReceiverSettings settings_ = test::receiver(GetParam().kind(secrets_, "https://h.example"));
};

TEST_P(EveryReceiver, TakesAMessageAndItsEnd) {
  expect_taken(test::rollback_started());
  expect_taken(test::resolved(test::rollback_started()));
}

TEST_P(EveryReceiver, TakesAMessageWithNothingButATitle) {
  Message message;
  message.id = "1";
  message.event = "daemon.blind";
  message.incident = "daemon";
  message.title = "ripcord is blind";
  message.by = "ripcord";
  expect_taken(message);
}

TEST_P(EveryReceiver, TakesWhatIsMuchTooLongCutWithAnEllipsis) {
  expect_taken(test::huge());
  EXPECT_THAT(test::posted(settings_, test::huge()).request.body, HasSubstr("€…"));
}

TEST_P(EveryReceiver, TakesHostileTextWithoutHarm) {
  expect_taken(test::hostile());
  const std::string body = test::posted(settings_, test::hostile()).request.body;
  EXPECT_THAT(body, Not(HasSubstr("javascript:")));
  EXPECT_THAT(body, Not(HasSubstr("https://h/<!channel>")));
  EXPECT_THAT(body, Not(HasSubstr("\\u001b"))) << "a control character";
  EXPECT_THAT(body, Not(HasSubstr("\\n\xEF\xBF\xBD")));
}

TEST_P(EveryReceiver, TakesALaterMessageOfTheThread) {
  Message message = test::rollback_started();
  message.severity = Severity::info;
  expect_taken(message, "1234567890123456789");
}

TEST_P(EveryReceiver, ShowsNoSecret) {
  const std::string text = shown(test::posted(settings_, test::rollback_started()));
  EXPECT_THAT(text, Not(HasSubstr("canary")));
  EXPECT_THAT(text, HasSubstr("h.example")) << "but where it goes";
}

TEST_P(EveryReceiver, SaysWhatIsWrongWithAFileWithoutWhatIsInIt) {
  test::Secrets others;
  const std::string empty = others.file("empty", "");
  for (const std::string& file : {empty, std::string("/nowhere/at/all")}) {
    ReceiverSettings broken = settings_;
    std::visit(
        [&](auto& kind) {
          if constexpr (requires { kind.routing_key_file; }) kind.routing_key_file = file;
          if constexpr (requires { kind.token_file; }) kind.token_file = file;
          kind.address.url_file = file;
        },
        broken.kind);
    const auto post = compose(broken, test::rollback_started(), {.now = {}});
    ASSERT_FALSE(post);
    EXPECT_THAT(post.error().message, HasSubstr(file));
  }
  ReceiverSettings broken = settings_;
  const std::string no_url = others.file("no_url", "hooks " + test::canary);
  std::visit([&](auto& kind) { kind.address.url_file = no_url; }, broken.kind);
  const auto post = compose(broken, test::rollback_started(), {.now = {}});
  ASSERT_FALSE(post);
  EXPECT_THAT(post.error().message, HasSubstr("holds no URL"));
  EXPECT_THAT(post.error().message, Not(HasSubstr("canary")));
}

TEST_P(EveryReceiver, JudgesByTheStatus) {
  const auto answered = [&](unsigned status) {
    return judge(settings_, Post(),
                 {.status = status, .headers = {{"Retry-After", "7"}}, .body = "x"}, {});
  };
  for (const unsigned status : {301U, 302U, 408U, 429U, 500U, 502U, 503U, 504U}) {
    EXPECT_TRUE(std::holds_alternative<Retry>(answered(status))) << status;
  }
  EXPECT_EQ(std::get<Retry>(answered(429)).after, std::chrono::seconds(7));
  EXPECT_THAT(std::get<Retry>(answered(301)).reason, HasSubstr("none is followed"));
  EXPECT_TRUE(std::holds_alternative<Disabled>(answered(410)));
  for (const unsigned status : {400U, 401U, 403U, 404U, 413U}) {
    EXPECT_EQ(answered(status), Verdict(Refused{"it answered " + std::to_string(status) + ": x"}));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryReceiver, testing::ValuesIn(test::peers()),
                         [](const auto& peer) { return peer.param.name; });

}  // namespace
}  // namespace ripcord::notify
