#include "tests/tidy/repository.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ripcord::tidy {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<std::string> code_of(std::string text) {
  return file_of("lib/x.cpp", std::move(text)).code;
}

TEST(File, ItsCodeHasNoComments) {
  EXPECT_THAT(code_of("a; // b\nc; /* d\ne */ f;\n"), ElementsAre("a;     ", "c;     ", "     f;"));
}

TEST(File, ItsCodeHasNoContentsOfLiterals) {
  EXPECT_THAT(code_of(R"(f("new \" // x", 'n', 1'000);)"),
              ElementsAre(R"(f("           ", ' ', 1'000);)"));
}

TEST(File, ItsCodeHasNoRawLiterals) {
  EXPECT_THAT(code_of("f(R\"x(new\n)\" still)x\", b);"),
              ElementsAre("f(       ", "           , b);"));
}

TEST(File, KnowsItsIncludes) {
  const File file =
      file_of("lib/x.cpp", "#include <new>\n// #include <a>\n#include \"base/text.hpp\"\n");
  ASSERT_EQ(file.includes.size(), 2U);
  EXPECT_EQ(file.includes[0].path, "new");
  EXPECT_FALSE(file.includes[0].quoted);
  EXPECT_EQ(file.includes[1].path, "base/text.hpp");
  EXPECT_EQ(file.includes[1].line, 3U);
  EXPECT_TRUE(file.includes[1].quoted);
  EXPECT_EQ(file.code[0], "");
}

TEST(Repository, KnowsFoldersToo) {
  EXPECT_THAT(repository_of({file_of("lib/base/x.cpp", "")}).paths,
              UnorderedElementsAre("lib", "lib/base", "lib/base/x.cpp"));
}

TEST(Repository, ReadsTheFloorsOfTheConfigure) {
  const auto floors = parse_floors("base: \nnet: base model\n");
  EXPECT_TRUE(floors.at("base").empty());
  EXPECT_THAT(floors.at("net"), UnorderedElementsAre("base", "model"));
}

TEST(Finding, IsPrintedLikeACompilersMessage) {
  EXPECT_EQ(to_string({"lib/x.cpp", 3, "no"}), "lib/x.cpp:3: no");
  EXPECT_EQ(to_string({"lib/x.cpp", 0, "no"}), "lib/x.cpp: no");
}

}  // namespace
}  // namespace ripcord::tidy
