#include "evidence/exhibit.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ripcord::evidence {
namespace {

TEST(FileName, IsOneOrTwoPlainComponents) {
  for (const char* name : {"host.json", "logs/shop-backend-1.txt", "runs/rollback.1.txt", "A_b"}) {
    EXPECT_TRUE(is_file_name(name)) << name;
  }
  for (const char* name : {"", "/", "a/", "/a", "..", "a/..", "../a", "a/b/c", ".a", "a/.b", "a b",
                           "a\\b", "a\n", "ä"}) {
    EXPECT_FALSE(is_file_name(name)) << name;
  }
  EXPECT_FALSE(is_file_name(std::string(201, 'a')));
}

TEST(FileName, IsMadeOfAnything) {
  EXPECT_EQ(file_name_of("shop-1"), "shop-1");
  EXPECT_EQ(file_name_of("../etc/passwd"), "_.._etc_passwd");
  EXPECT_EQ(file_name_of(""), "_");
  EXPECT_EQ(file_name_of("rollback.1+1"), "rollback.1_1");
  EXPECT_TRUE(is_file_name(file_name_of(std::string(500, '\xff'))));
}

TEST(Bytes, AreLinesThatPeopleCanRead) {
  const Exhibit exhibit{.file = "a.json",
                        .content = {{"list", {1, 2}},
                                    {"share", 0.25},
                                    {"rows", {{{"a", "x\"y"}}, {{"a", nullptr}}}},
                                    {"none", boost::json::object()}}};
  EXPECT_EQ(to_bytes(exhibit), R"({
  "list": [1, 2],
  "share": 0.25,
  "rows": [
    {
      "a": "x\"y"
    },
    {
      "a": null
    }
  ],
  "none": {}
}
)");
  EXPECT_EQ(to_bytes({.file = "a.txt", .content = "one\ntwo\n"}), "one\ntwo\n");
}

TEST(Hide, MasksEverySecretInEveryText) {
  boost::json::value content{{"log", "logged in with hunter22, hunter22!"},
                             {"list", {{{"deep", "xhunter22x"}}, 7}},
                             {"other", "pa55"}};
  hide(content, {"hunter22", "", "abc"});
  EXPECT_EQ(content, (boost::json::value{{"log", "logged in with ***, ***!"},
                                         {"list", {{{"deep", "x***x"}}, 7}},
                                         {"other", "pa55"}}));
}

TEST(Hide, LeavesNothingOfASecretThatHasAnotherInIt) {
  boost::json::value content("login with shop-7f3a9c and shop");
  hide(content, {"shop", "shop-7f3a9c"});
  EXPECT_EQ(content, boost::json::value("login with *** and ***"));
}

TEST(Hide, LeavesWhatIsTooShortToBeOne) {
  boost::json::value content("a cab on the tab");
  hide(content, {"a", "ab"});
  EXPECT_EQ(content, boost::json::value("a cab on the tab"));
}

}  // namespace
}  // namespace ripcord::evidence
