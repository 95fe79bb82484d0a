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

TEST(WithoutCredentials, MasksWhatPeopleAndProgramsWriteIntoLogs) {
  for (const char* text :
       {"connecting with password=hunter22", "PGPASSWORD='hunter22 hunter22' psql",
        "DB_PASSWORD = \"hunter22\"", "db.password: hunter22, host: h", "api_key=>hunter22",
        "Authorization: Bearer hunter22hunter22", "authorization: basic aHVudGVyMjI=hunter22",
        "postgresql://app:hunter22@db/app", "redis://:hunter22@cache:6379/0",
        "https://hunter22@github.invalid/x.git", "amqp://u:p/hunter22@mq", "--token=hunter22",
        "{\"password\": \"hunter22\"}", "password='hunter22 cut o", "?secret=hunter22&a=b"}) {
    EXPECT_EQ(without_credentials(text).find("hunter22"), std::string::npos)
        << text << " becomes " << without_credentials(text);
  }
}

TEST(WithoutCredentials, KeepsWhatElseStandsThere) {
  EXPECT_EQ(without_credentials("postgresql://app:pw@db:5432/app?x=1"),
            "postgresql://***@db:5432/app?x=1");
  EXPECT_EQ(without_credentials("user=app password=pw host=db"), "user=app password=*** host=db");
  for (const char* text :
       {"", "GET /health 200 in 3ms", "ERROR: relation \"orders\" does not exist",
        "mail to ana@example.com failed", "see http://h/a/b?c=d", "basic check", "12:30:00 a: b"}) {
    EXPECT_EQ(without_credentials(text), text);
  }
}

TEST(PasswordInUrl, IsFoundWhereThereIsOne) {
  EXPECT_EQ(password_in_url("postgresql://app:hunter22@db/app"), "hunter22");
  EXPECT_EQ(password_in_url("postgresql://app:a@b@db/app"), "a@b");
  EXPECT_EQ(password_in_url("postgresql://app@db/app"), "");
  EXPECT_EQ(password_in_url("http://host:8080/path"), "");
}

}  // namespace
}  // namespace ripcord::probe
