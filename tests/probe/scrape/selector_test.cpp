#include "probe/scrape/selector.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

namespace ripcord::probe::scrape {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

using Labels = std::vector<Label>;

const Labels ok{{"code", "200"}, {"method", "GET"}};
const Labels failed{{"code", "503"}, {"method", "GET"}};

bool matches(std::string_view selector, const Labels& labels) {
  const auto parsed = Selector::parse(selector);
  if (!parsed) ADD_FAILURE() << parsed.error().message;
  return parsed && parsed->matches(labels);
}

std::string wrong(std::string_view selector) {
  const auto parsed = Selector::parse(selector);
  return parsed ? "nothing" : parsed.error().message;
}

TEST(Selector, OfANameAlonePicksEverySeries) {
  const auto selector = Selector::parse("http:requests_total");
  EXPECT_EQ(selector->metric(), "http:requests_total");
  EXPECT_EQ(selector->text(), "http:requests_total");
  EXPECT_TRUE(matches("a", ok));
  EXPECT_TRUE(matches(" a {} ", {}));
}

TEST(Selector, ComparesLabels) {
  EXPECT_TRUE(matches("a{code=\"200\"}", ok));
  EXPECT_FALSE(matches("a{code=\"200\"}", failed));
  EXPECT_TRUE(matches("a{code!='200'}", failed));
  EXPECT_FALSE(matches("a{code!=`200`}", ok));
}

TEST(Selector, MatchesWholeValuesWithPatterns) {
  EXPECT_TRUE(matches("a{code=~\"5..\"}", failed));
  EXPECT_FALSE(matches("a{code=~\"5..\"}", ok));
  EXPECT_FALSE(matches("a{code=~\"5\"}", failed));
  EXPECT_FALSE(matches("a{code=~\"0\"}", failed));
  EXPECT_TRUE(matches("a{code=~\"4..|5..\"}", failed));
  EXPECT_FALSE(matches("a{code!~\"5..\"}", failed));
  EXPECT_TRUE(matches("a{code!~\"5..\"}", ok));
  EXPECT_TRUE(matches("a{x=~\"a.b\"}", {{"x", "a\nb"}}));
}

TEST(Selector, NeedsEveryConditionToHold) {
  EXPECT_TRUE(matches(R"(a{ code =~ "5..", method = "GET", })", failed));
  EXPECT_FALSE(matches(R"(a{code=~"5..",method="POST"})", failed));
  EXPECT_FALSE(matches(R"(a{code=~"5..",code!="503"})", failed));
}

TEST(Selector, TakesAMissingLabelForAnEmptyOne) {
  EXPECT_TRUE(matches("a{x=\"\"}", ok));
  EXPECT_TRUE(matches("a{x!=\"y\"}", ok));
  EXPECT_TRUE(matches("a{x=~\".*\"}", ok));
  EXPECT_FALSE(matches("a{x=~\".+\"}", ok));
  EXPECT_FALSE(matches("a{x!=\"\"}", ok));
  EXPECT_FALSE(matches("a{code=\"\"}", ok));
}

TEST(Selector, UndoesEscapes) {
  EXPECT_TRUE(matches(R"(a{x="\"\\\n\t\'"})", {{"x", "\"\\\n\t'"}}));
  EXPECT_TRUE(matches(R"(a{x='it\'s, }'})", {{"x", "it's, }"}}));
  EXPECT_TRUE(matches("a{x=~`\\d+`}", {{"x", "12"}}));
  EXPECT_TRUE(matches(R"(a{x=~"\\d+"})", {{"x", "12"}}));
}

TEST(Selector, KnowsWhetherASeriesCouldHaveBeenMeant) {
  const auto selector = Selector::parse("a{code=~\"5..\",x!=\"y\"}");
  EXPECT_TRUE(selector->knows(ok));
  EXPECT_FALSE(selector->knows(Labels{{"status", "200"}}));
  EXPECT_TRUE(Selector::parse("a")->knows({}));
}

TEST(Selector, SaysWhichLabelsItAsksFor) {
  const auto selector = Selector::parse("a{code=~\"5..\"}");
  EXPECT_TRUE(selector->asks_for("code"));
  EXPECT_FALSE(selector->asks_for("le"));
}

TEST(Selector, IsRefusedWithWhatIsWrong) {
  EXPECT_THAT(wrong("1a"), AllOf(StartsWith("\"1a\" is not a selector such as name{label=\"x\"}"),
                                 HasSubstr("does not begin with a metric's name")));
  EXPECT_THAT(wrong(""), HasSubstr("does not begin"));
  EXPECT_THAT(wrong("{a=\"b\"}"), HasSubstr("does not begin"));
  EXPECT_THAT(wrong("rate(a[5m])"), HasSubstr("does not begin"));
  EXPECT_THAT(wrong("a b"), HasSubstr("there is more after its end"));
  EXPECT_THAT(wrong("a{b=\"c\"}[5m]"), HasSubstr("there is more after its end"));
  EXPECT_THAT(wrong("a{"), HasSubstr("a label's name is missing"));
  EXPECT_THAT(wrong("a{b"), HasSubstr("\"=\", \"!=\", \"=~\" or \"!~\" is missing"));
  EXPECT_THAT(wrong("a{b=c}"), HasSubstr("a value is not in quotes"));
  EXPECT_THAT(wrong("a{b=\"c}"), HasSubstr("a value has no end"));
  EXPECT_THAT(wrong("a{b=\"c\""), HasSubstr("\",\" or \"}\" is missing"));
  EXPECT_THAT(wrong("a{b=\"c\" d=\"e\"}"), HasSubstr("\",\" or \"}\" is missing"));
  EXPECT_THAT(wrong("a{b=\"\\d\"}"), HasSubstr("a backslash is written \"\\\\\""));
  EXPECT_THAT(wrong("a{b=~\"(\"}"), HasSubstr("\"(\" is not a pattern: missing )"));
  EXPECT_THAT(wrong("a{__name__=\"b\"}"), HasSubstr("the name stands before the \"{\""));
  EXPECT_THAT(wrong("a{b=~\"((a{100}){100}){100}\"}"), HasSubstr("is not a pattern"));
}

}  // namespace
}  // namespace ripcord::probe::scrape
