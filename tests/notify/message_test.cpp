#include "notify/message.hpp"

#include "tests/notify/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::notify {
namespace {

using testing::HasSubstr;

TEST(Message, SurvivesItsJson) {
  for (const Message& message : {test::rollback_started(), test::resolved(test::rollback_started()),
                                 test::hostile(), test::huge(), Message()}) {
    const Result<Message> read = parse_message(to_json(message));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, message);
  }
}

TEST(Message, KeepsItsTimesToTheMicrosecond) {
  Message message = test::rollback_started();
  message.at = Instant(Duration(1'764'000'000'123'456));
  EXPECT_THAT(to_json(message), HasSubstr(R"("at":"2025-11-24T16:00:00.123456Z")"));
  EXPECT_EQ(parse_message(to_json(message)).value().at, message.at);
}

std::string mistake_in(const std::string& text) {
  const Result<Message> read = parse_message(text);
  EXPECT_FALSE(read);
  return read ? "" : read.error().message;
}

TEST(Message, SaysWhatIsWrongWithItsJson) {
  EXPECT_THAT(mistake_in("["), HasSubstr("a JSON object"));
  EXPECT_THAT(mistake_in("{}"), HasSubstr("it has no text \"id\""));
  std::string text = to_json(test::rollback_started());
  text.replace(text.find("critical"), 8, "horrible");
  EXPECT_THAT(mistake_in(text), HasSubstr("\"horrible\" is no severity"));
}

TEST(Message, LetsUnknownMembersPass) {
  std::string text = to_json(test::rollback_started());
  text.insert(1, "\"later\":1,");
  EXPECT_EQ(parse_message(text).value(), test::rollback_started());
}

}  // namespace
}  // namespace ripcord::notify
