#include "tests/metrics/exposition_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

// The parser is what the other tests lean on: it has to refuse what Prometheus refuses.
namespace ripcord::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* head = "# HELP a_total What it is.\n# TYPE a_total counter\n";

auto mistakes_in(const std::string& text) {
  return parse_exposition(text).mistakes;
}

TEST(ExpositionText, ReadsNamesLabelsEscapesAndValues) {
  const auto text =
      parse_exposition(std::string(head) + "a_total{x=\"1\",y=\"q\\\"b\\\\n\\n\"} 2.5\n");
  EXPECT_THAT(text.mistakes, IsEmpty());
  EXPECT_EQ(text.value("a_total", {{"x", "1"}, {"y", "q\"b\\n\n"}}), 2.5);
  EXPECT_EQ(text.families.at("a_total").help, "What it is.");
}

TEST(ExpositionText, RefusesASeriesTwice) {
  EXPECT_THAT(mistakes_in(std::string(head) + "a_total{x=\"1\"} 2\na_total{x=\"1\"} 2\n"),
              ElementsAre("4: a second \"a_total{x=\\\"1\\\"} 2\""));
}

TEST(ExpositionText, RefusesASeriesWithoutItsFamily) {
  EXPECT_THAT(mistakes_in("b 1\n"), ElementsAre("1: b is out of its family"));
  EXPECT_THAT(mistakes_in(std::string(head) + "b 1\n"), ElementsAre("3: b is out of its family"));
}

TEST(ExpositionText, RefusesAFamilyTwice) {
  EXPECT_THAT(mistakes_in(std::string(head) + head),
              ElementsAre("3: a second family of this name"));
}

TEST(ExpositionText, RefusesABrokenLine) {
  for (const char* line :
       {"a_total", "a_total x", "a_total{x=1} 1", R"(a_total{x="\t"} 1)", R"(a_total{x="1")",
        "a-b 1", "a_total  1", "", R"(a_total{x="",x=""} 1)"}) {
    EXPECT_THAT(mistakes_in(std::string(head) + line + "\n"), SizeIs(1)) << line;
  }
}

TEST(ExpositionText, RefusesATextWithoutItsLastLineEnd) {
  EXPECT_THAT(mistakes_in(std::string(head) + "a_total 1"), SizeIs(1));
}

}  // namespace
}  // namespace ripcord::test
