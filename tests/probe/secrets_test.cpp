#include "probe/secrets.hpp"

#include <gtest/gtest.h>

namespace ripcord::probe {
namespace {

TEST(NamesSecret, GoesByTheNameOrByWhatItSays) {
  for (const char* name : {"Set-Cookie", "authorization", "Proxy-Authorization", "X-API-Key",
                           "apikey", "access_token", "DB_PASSWORD", "Client-Secret"}) {
    EXPECT_TRUE(names_secret(name)) << name;
  }
  for (const char* name : {"Content-Type", "WWW-Authenticate", "Cookie-Policy", "key", ""}) {
    EXPECT_FALSE(names_secret(name)) << name;
  }
}

TEST(WithoutSecrets, MasksParametersOfUrlsAndForms) {
  EXPECT_EQ(without_secrets("http://h/health?deep=1&access_token=abc.DEF-1&x=2"),
            "http://h/health?deep=1&access_token=***&x=2");
  EXPECT_EQ(without_secrets("https://h/?api_key=k"), "https://h/?api_key=***");
  EXPECT_EQ(without_secrets("user=me&Password=p%20q"), "user=me&Password=***");
  EXPECT_EQ(without_secrets("http://h/token/reset?a=b"), "http://h/token/reset?a=b");
}

TEST(WithoutSecrets, MasksMembersOfJson) {
  EXPECT_EQ(without_secrets(R"({"status":"ok","db":{"password":"p\"q","host":"h"}})"),
            R"({"status":"ok","db":{"password":"***","host":"h"}})");
  EXPECT_EQ(without_secrets(R"({"sessionToken" : 12345, "n": 1})"),
            R"({"sessionToken" : "***", "n": 1})");
  EXPECT_EQ(without_secrets(R"({"token": "cut o)"), R"({"token": "***")");
  EXPECT_EQ(without_secrets(R"({"tokens": 3, "token_count": [1, 2]})"),
            R"({"tokens": "***", "token_count": [1, 2]})");
}

TEST(WithoutSecrets, LeavesEverythingElseAlone) {
  for (const char* text : {"", "plain words = none", R"({"a": "b=c"})", "?&=", "<p>password</p>"}) {
    EXPECT_EQ(without_secrets(text), text);
  }
}

}  // namespace
}  // namespace ripcord::probe
