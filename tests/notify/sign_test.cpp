#include "notify/sign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace ripcord::notify {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Instant attempted{std::chrono::seconds(1'614'265'330)};

TEST(StandardWebhooks, SignsAsItsPublishedVector) {
  // From the tests of the reference libraries (standard-webhooks/standard-webhooks).
  const auto key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(webhook_signature({*key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", attempted,
                              R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(StandardWebhooks, SignsWithEveryKeyWhileOneIsReplaced) {
  const std::string one = webhook_signature({"a"}, "id", attempted, "x");
  const std::string other = webhook_signature({"b"}, "id", attempted, "x");
  EXPECT_NE(one, other);
  EXPECT_EQ(webhook_signature({"a", "b"}, "id", attempted, "x"), one + " " + other);
}

TEST(SigningKey, RefusesWhatIsNoKeyWithoutRepeatingIt) {
  for (const std::string secret :
       {"whsec_", "whsec_c2hvcnQ=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_????????????????????????????????"}) {
    const auto key = signing_key(secret);
    ASSERT_FALSE(key) << secret;
    EXPECT_THAT(key.error().message, HasSubstr("not the base64 of 24 to 64 bytes"));
    if (secret.size() > 6) {
      EXPECT_THAT(key.error().message, Not(HasSubstr(secret.substr(6))));
    }
  }
  EXPECT_EQ(signing_key("a plain text").value(), "a plain text");
}

TEST(HubSignature, IsThatOfGitHubsDocumentation) {
  EXPECT_EQ(hub_signature("It's a Secret to Everybody", "Hello, World!"),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
}

}  // namespace
}  // namespace ripcord::notify
