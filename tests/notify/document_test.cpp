#include "base/text.hpp"
#include "notify/receiver.hpp"
#include "tests/notify/peers.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

// docs/notifications.md is what people write receivers from: its examples are what is sent.
namespace ripcord::notify {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::SizeIs;

std::string document() {
  std::ifstream file(RIPCORD_SOURCE_DIR "/docs/notifications.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The blocks of JSON, each by what stands in back-ticks in the heading before it; of a second one
/// under the same heading with a 2 behind it.
std::map<std::string, std::string> examples() {
  std::map<std::string, std::string> blocks;
  std::string heading;
  std::string* block = nullptr;
  const std::string text = document();
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with("## ")) heading = line.substr(3);
    if (line == "```json") {
      std::erase(heading, '`');
      if (blocks.contains(heading)) heading += " 2";
      block = &blocks[heading];
    } else if (line.starts_with("```")) {
      block = nullptr;
    } else if (block != nullptr) {
      *block += std::string(line) + "\n";
    }
  }
  return blocks;
}

/// What is sent to the peer of this name, with its secrets masked.
std::string sent(const std::string& peer, const Message& message, const std::string& thread = "") {
  test::Secrets secrets;
  for (const test::Peer& one : test::peers()) {
    if (one.name != peer) continue;
    const ReceiverSettings settings = test::receiver(one.kind(secrets, "https://h.example"));
    const Post post = test::posted(settings, message, thread);
    return without_secrets(post.request.body, post);
  }
  ADD_FAILURE() << "there is no " << peer;
  return "";
}

void expect_shown(const std::string& heading, const std::string& body) {
  const auto blocks = examples();
  const auto block = blocks.find(heading);
  if (block == blocks.end()) {
    ADD_FAILURE() << "docs/notifications.md lacks an example of " << heading << ": " << body;
    return;
  }
  boost::system::error_code error;
  const json::value shown = json::parse(block->second, error);
  EXPECT_FALSE(error) << heading;
  EXPECT_EQ(shown, json::parse(body)) << heading << " is " << body;
}

TEST(NotificationsDocument, ShowsWhatIsSent) {
  const Message message = test::rollback_started();
  expect_shown("webhook", sent("webhook", message));
  expect_shown("webhook 2", sent("webhook_ripcord", message));
  expect_shown("alertmanager", sent("alertmanager", message));
  expect_shown("slack", sent("slack_api", message));
  expect_shown("discord", sent("discord", message));
  expect_shown("teams", sent("teams", message));
  expect_shown("pagerduty", sent("pagerduty", message));
  expect_shown("ntfy", sent("ntfy", message));
  expect_shown("grafana", sent("grafana", message));
  expect_shown("grafana 2", sent("grafana", test::resolved(message), "1145"));
  EXPECT_THAT(examples(), SizeIs(10)) << "there are others";
}

TEST(NotificationsDocument, ShowsTheSignaturesOfAWebhook) {
  test::Secrets secrets;
  const Post post = test::posted(
      test::receiver(WebhookSettings{
          .address = test::at("https://h.example/hook"),
          .secret_file = secrets.file("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")}),
      test::rollback_started());
  const std::string text = document();
  for (const std::string_view name :
       {"webhook-id", "webhook-timestamp", "webhook-signature", "X-Hub-Signature-256"}) {
    EXPECT_THAT(text, HasSubstr(std::string(name) + ": " + test::header(post, name) + "\n"));
  }
}

}  // namespace
}  // namespace ripcord::notify
