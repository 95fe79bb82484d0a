#include "config/document.hpp"

#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ripcord::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What is noted about files called a, b, … with these texts.
std::vector<std::string> mistakes_in_files(const std::vector<std::string>& texts) {
  std::vector<SourceFile> files;
  for (const std::string& text : texts) {
    const std::string name(1, static_cast<char>('a' + files.size()));
    files.push_back({.name = name, .path = name, .text = text});
  }
  Mistakes mistakes;
  static_cast<void>(parse_files(files, mistakes));
  return in_words(mistakes.in_order(files));
}

std::string repeated(const std::string& part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

TEST(Diagnostic, IsPrintedWithItsPlaceAndKeyAsFarAsItHasThem) {
  EXPECT_EQ(to_string(Diagnostic{"f", 3, 4, "a.b", "is wrong"}), "f:3:4: a.b: is wrong");
  EXPECT_EQ(to_string(Diagnostic{"f", 3, 4, "", "is wrong"}), "f:3:4: is wrong");
  EXPECT_EQ(to_string(Diagnostic{"f", 0, 0, "", "is wrong"}), "f: is wrong");
}

TEST(Mistakes, AreToldInOrderOfPlaceAndOnce) {
  Mistakes mistakes;
  mistakes.note({.file = 1, .line = 1, .column = 1}, "k", "third");
  mistakes.note({.file = 0, .line = 2, .column = 2}, "k", "second");
  mistakes.note({.file = 0, .line = 2, .column = 1}, "k", "first");
  mistakes.note({.file = 0, .line = 2, .column = 2}, "k", "second");
  const std::vector<SourceFile> files{{"a", "a", ""}, {"b", "b", ""}};
  EXPECT_THAT(in_words(mistakes.in_order(files)),
              ElementsAre("a:2:1: k: first", "a:2:2: k: second", "b:1:1: k: third"));
}

TEST(Mistakes, AreCountedBeyondAThousand) {
  Mistakes mistakes;
  for (std::uint32_t i = 1; i <= 1002; ++i) mistakes.note({.line = i, .column = 1}, "k", "m");
  const std::vector<Diagnostic> told = mistakes.in_order({{"a", "a", ""}});
  ASSERT_EQ(told.size(), 1001U);
  EXPECT_EQ(to_string(told.back()), "a: 2 further mistakes not shown");
}

TEST(Document, GivesTheParsersWordsForBadSyntax) {
  EXPECT_THAT(
      mistakes_in_files({"a = 1\nb = \"x\n"}),
      ElementsAre("a:2:7: Error while parsing string: unescaped control characters other than TAB "
                  "(U+0009) are explicitly prohibited"));
  EXPECT_THAT(mistakes_in_files({"a = 1\na = 2\n"}),
              ElementsAre("a:2:5: Error while parsing key-value pair: cannot redefine existing "
                          "integer 'a'"));
  EXPECT_THAT(mistakes_in_files({"\xff\xfe\x01"}),
              ElementsAre("a:1:1: Encountered invalid utf-8 sequence"));
}

TEST(Document, SurvivesWhatTheParserThoughtImpossible) {
  EXPECT_THAT(mistakes_in_files({"[}x]\n"}),
              ElementsAre(testing::HasSubstr("expected bare key starting character")));
  EXPECT_THAT(mistakes_in_files({"é = 1\n"}), testing::SizeIs(1));
  EXPECT_THAT(mistakes_in_files({"a = \"\"\"\\\n  é\"\"\"\n"}), IsEmpty());
}

TEST(Document, JoinsTablesOfSeveralFiles) {
  EXPECT_THAT(mistakes_in_files({"[t.u]\na = 1\n", "[t]\nb = 2\n[t.u]\nc = 3\n"}), IsEmpty());
}

TEST(Document, RefusesWhatIsSetInTwoFilesAndNamesBothPlaces) {
  EXPECT_THAT(
      mistakes_in_files({"[t]\na = 1\n", "\n[t]\n  a = 1\n", "t.a.x = 1\n"}),
      ElementsAre("b:3:3: t.a: is set already at a:2:1", "c:1:3: t.a: is set already at a:2:1"));
  EXPECT_THAT(mistakes_in_files({"[[s]]\na = 1\n", "[[s]]\na = 1\n"}),
              ElementsAre("b:1:3: s: is set already at a:1:3"));
}

TEST(Document, GoesOnWithTheOtherFilesAfterASyntaxError) {
  EXPECT_THAT(mistakes_in_files({"a = \n", "b = 1\n", "b = 1\n"}),
              ElementsAre("a:1:5: Error while parsing key-value pair: expected value, saw '\\n'",
                          "c:1:1: b: is set already at b:1:1"));
}

TEST(Document, RefusesKeysThatWouldExhaustTheStack) {
  EXPECT_THAT(mistakes_in_files({"x = 1\n" + repeated("a.", 500'000) + "a = 1\n"}),
              ElementsAre("a:2:32: a key has more than 16 parts"));
  EXPECT_THAT(mistakes_in_files({"[" + repeated("a.", 100) + "a]\n"}),
              ElementsAre("a:1:33: a key has more than 16 parts"));
  EXPECT_THAT(mistakes_in_files({repeated("a.", 15) + "a = 1\n"}), IsEmpty());
}

TEST(Document, FindsALongKeyBehindStringsAndComments) {
  const std::string bomb = repeated("a.", 100'000) + "a = 1\n";
  for (const std::string harmless :
       {"# ' \" '''\n", "s = '\\'\n", "s = \"\\\"\"\n", "s = '''x''''\n", "s = \"\"\"x\"\"\"\"\"\n",
        "s = \"\"\n", "s = \"\"\"\\\"\"\"\"\n"}) {
    EXPECT_THAT(mistakes_in_files({harmless}), IsEmpty()) << harmless;
    EXPECT_THAT(mistakes_in_files({harmless + bomb}),
                ElementsAre("a:2:32: a key has more than 16 parts"))
        << harmless;
  }
}

TEST(Document, DoesNotCountDotsThatAreNoKeys) {
  const std::string dots = repeated(".", 100);
  EXPECT_THAT(mistakes_in_files({"# " + dots + "\na = '" + dots + "'\nb = \"\"\"\n" + dots +
                                 "\"\"\"\nc = [1.0, 2.0, 3.0]\n"}),
              IsEmpty());
}

TEST(Document, RefusesDeepNesting) {
  EXPECT_THAT(mistakes_in_files({"a = " + repeated("[", 200) + repeated("]", 200)}),
              ElementsAre("a:1:37: is nested more than 32 deep"));
  EXPECT_THAT(mistakes_in_files({"a = " + repeated("[", 100'000)}), testing::SizeIs(1));
  EXPECT_THAT(mistakes_in_files({"a = " + repeated("{a=", 100'000)}), testing::SizeIs(1));
  EXPECT_THAT(mistakes_in_files({"a = " + repeated("{a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=", 200) + "1" +
                                 repeated("}", 200)}),
              testing::SizeIs(1));
}

}  // namespace
}  // namespace ripcord::config
