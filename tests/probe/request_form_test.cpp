#include "probe/request_form.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace ripcord {
namespace {

using probe::HttpTarget;
using probe::RequestForm;
using testing::HasSubstr;

class RequestFormTest : public testing::Test {
 protected:
  std::string file(const std::string& text, int mode = 0600) {
    const auto path = dir_.path() / "secret";
    std::filesystem::remove(path);
    std::ofstream(path) << text;
    std::filesystem::permissions(path, std::filesystem::perms(mode));
    return path;
  }

  /// The Authorization that is sent, or why there is none.
  static std::string authorization(RequestForm& form) {
    const auto request = form.fill();
    if (!request) return request.error().message;
    return std::string(net::find_header(request->headers, "Authorization").value_or("none"));
  }

  std::string authorization() {
    RequestForm form(target_);
    return authorization(form);
  }

  test::TempDir dir_;
  HttpTarget target_;
};

TEST_F(RequestFormTest, SendsNothingUnlessTold) {
  EXPECT_EQ(authorization(), "none");
}

TEST_F(RequestFormTest, SendsAPasswordWithoutItsLineEnd) {
  target_.credentials = {
      .username = "ana", .password_file = file("s3cret \n"), .bearer_token_file = {}};
  EXPECT_EQ(authorization(), "Basic YW5hOnMzY3JldCA=");
}

TEST_F(RequestFormTest, SendsATokenAndReadsItAgainWhenItHasChanged) {
  target_.credentials.bearer_token_file = file("one\n");
  RequestForm form(target_);
  EXPECT_EQ(authorization(form), "Bearer one");
  file("second");
  EXPECT_EQ(authorization(form), "Bearer second");
  std::filesystem::remove(dir_.path() / "secret");
  EXPECT_THAT(authorization(form), HasSubstr("No such file"));
  file("third");
  EXPECT_EQ(authorization(form), "Bearer third");
}

TEST_F(RequestFormTest, ASecretThatEveryoneCanReadIsNotUsed) {
  target_.credentials.bearer_token_file = file("one", 0644);
  EXPECT_THAT(authorization(), HasSubstr("a secret that everyone on this host can read"));
  target_.credentials.bearer_token_file = file("one", 0640);
  EXPECT_EQ(authorization(), "Bearer one");
}

TEST_F(RequestFormTest, ATokenThatCannotBeSentIsNot) {
  for (const char* token : {"", "\n", "two words", "a\r\nX: y"}) {
    target_.credentials.bearer_token_file = file(token);
    EXPECT_THAT(authorization(), HasSubstr("holds no token that could be sent")) << token;
  }
}

TEST_F(RequestFormTest, ABodyComesFromItsFileAsItIsNow) {
  RequestForm form(target_, "POST", {.text = {}, .file = file("first")});
  EXPECT_EQ(form.fill()->body, "first");
  file("another", 0644);
  EXPECT_EQ(form.fill()->body, "another");
}

TEST_F(RequestFormTest, AVariableThatIsNotSetIsSaidSo) {
  target_.credentials.bearer_token_file = "${CREDENTIALS_DIRECTORY}/token";
  EXPECT_THAT(authorization(), HasSubstr("that variable is not set for this process"));
}

}  // namespace
}  // namespace ripcord
