#include "probe/http/json_condition.hpp"

#include <gmock/gmock.h>

#include <string>

namespace ripcord {
namespace {

using probe::JsonScalar;
using testing::HasSubstr;
using testing::StartsWith;

const std::string health =
    R"({"database": {"status": "down", "free": 3, "load": 1.5, "replica": null},
        "up": true, "pools": [{"size": 7}], "a/b": {"~": 1}, "big": 18446744073709551615})";

std::string unmet(const std::string& pointer, JsonScalar expected,
                  const std::string& text = health) {
  return probe::unmet({{.pointer = pointer, .expected = std::move(expected)}}, text);
}

TEST(JsonCondition, HoldsForEachKindOfValue) {
  EXPECT_EQ(unmet("/database/status", "down"), "");
  EXPECT_EQ(unmet("/database/free", std::int64_t{3}), "");
  EXPECT_EQ(unmet("/database/free", 3.0), "");
  EXPECT_EQ(unmet("/database/load", 1.5), "");
  EXPECT_EQ(unmet("/database/replica", nullptr), "");
  EXPECT_EQ(unmet("/up", true), "");
}

TEST(JsonCondition, PointsIntoListsAndAtOddKeys) {
  EXPECT_EQ(unmet("/pools/0/size", std::int64_t{7}), "");
  EXPECT_EQ(unmet("/a~1b/~0", std::int64_t{1}), "");
  EXPECT_EQ(unmet("", "plain", R"("plain")"), "");
}

TEST(JsonCondition, ShowsNoSecret) {
  const std::string body = R"({"db": {"password": "hunter2", "name": "shop"}})";
  EXPECT_EQ(unmet("/db/password", "hunter3", body),
            "/db/password is not as expected; it is a secret");
  EXPECT_EQ(unmet("/db/token", "hunter3", body), "/db/token is not there");
  EXPECT_EQ(unmet("/db/name", "crm", body), R"(/db/name is "shop", expected "crm")");
}

TEST(JsonCondition, SaysWhatIsThereAndWhatIsExpected) {
  EXPECT_EQ(unmet("/database/status", "ok"), R"(/database/status is "down", expected "ok")");
  EXPECT_EQ(unmet("/database/free", "3"), R"(/database/free is 3, expected "3")");
  EXPECT_EQ(unmet("/database/free", std::int64_t{4}), "/database/free is 3, expected 4");
  EXPECT_EQ(unmet("/up", false), "/up is true, expected false");
  EXPECT_EQ(unmet("/up", nullptr), "/up is true, expected null");
  EXPECT_EQ(unmet("/database", "ok"), R"(/database is an object, expected "ok")");
  EXPECT_EQ(unmet("/pools", "ok"), R"(/pools is a list, expected "ok")");
  EXPECT_EQ(unmet("/big", std::int64_t{-1}), "/big is 18446744073709551615, expected -1");
}

TEST(JsonCondition, WhatIsNotThereIsNotNull) {
  EXPECT_EQ(unmet("/nothing", nullptr), "/nothing is not there, expected null");
  EXPECT_EQ(unmet("/pools/9/size", 1.0), "/pools/9/size is not there, expected 1");
  EXPECT_EQ(unmet("/up/x", 1.0), "/up/x is not there, expected 1");
}

TEST(JsonCondition, TheFirstThatIsNotMetIsTold) {
  EXPECT_EQ(probe::unmet({{.pointer = "/up", .expected = true},
                          {.pointer = "/database/free", .expected = std::int64_t{9}},
                          {.pointer = "/x", .expected = nullptr}},
                         health),
            "/database/free is 3, expected 9");
}

TEST(JsonCondition, WhatIsNoJsonMeetsNothing) {
  EXPECT_THAT(unmet("/up", true, "<html>"), StartsWith("body is not JSON ("));
  EXPECT_THAT(unmet("/up", true, "<html>"), HasSubstr("got \"<html>\""));
  EXPECT_THAT(unmet("/up", true, ""), StartsWith("body is not JSON"));
  EXPECT_THAT(unmet("/up", true, std::string(1000, '[')), StartsWith("body is not JSON"));
}

TEST(JsonPointer, IsWrittenByRfc6901) {
  for (const char* good : {"", "/", "/a/b", "/a~0b~1c", "/0"}) {
    EXPECT_TRUE(probe::check_pointer(good)) << good;
  }
  for (const char* bad : {"a", "a/b", "/a~", "/a~2"}) {
    EXPECT_FALSE(probe::check_pointer(bad)) << bad;
  }
}

}  // namespace
}  // namespace ripcord
