#include "base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ripcord {
namespace {

using testing::ElementsAre;

const std::string bad = "\uFFFD";

TEST(IsName, TakesLettersDigitsAndThreeSigns) {
  for (const std::string name : {"a", "7", "backend", "Back-End_2.0", "0.-_", "a..b"}) {
    EXPECT_TRUE(is_name(name)) << name;
  }
  EXPECT_TRUE(is_name(std::string(64, 'x')));
}

TEST(IsName, RefusesWhatIsUnsafeInAPathALabelOrACommandLine) {
  for (const std::string name : {"", ".", "..", ".hidden", "-rf", "_x", "a/b", "a b", "a\n", "a\"b",
                                 "\u00e9", "a\u00e9", "a:b", "a=b", "a{b", "a*", "a@b"}) {
    EXPECT_FALSE(is_name(name)) << name;
  }
  EXPECT_FALSE(is_name(std::string(65, 'x')));
  EXPECT_FALSE(is_name(std::string("a\0b", 3)));
}

TEST(Printable, LeavesGoodTextAlone) {
  const std::string text = "plain, \u00e9, \u20ac, \U0001F600, \u07ff\u0800\uffff\U0010FFFF";
  EXPECT_EQ(printable(text), text);
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, PutsASpaceForEachControlCharacter) {
  EXPECT_EQ(printable("a\tb\r\nc"), "a b  c");
  EXPECT_EQ(printable("\x1b[31mred"), " [31mred");
  EXPECT_EQ(printable(std::string("a\0b\x7f", 4)), "a b ");
  EXPECT_EQ(printable("a\u0080\u009bb"), "a  b") << "C1, of which U+009B begins a terminal command";
  EXPECT_EQ(printable("\u00a0"), "\u00a0") << "the first one behind C1";
}

TEST(Printable, MarksEachByteThatIsNoCharacter) {
  EXPECT_EQ(printable("\xff"), bad);
  EXPECT_EQ(printable("a\x80z"), "a" + bad + "z") << "a continuation of nothing";
  EXPECT_EQ(printable("\x9b"), bad) << "C1 as a bare byte";
  EXPECT_EQ(printable("\xc0\xaf"), bad + bad) << "overlong /";
  EXPECT_EQ(printable("\xc1\xbf"), bad + bad) << "overlong DEL";
  EXPECT_EQ(printable("\xe0\x80\xaf"), bad + bad + bad) << "overlong /, three bytes";
  EXPECT_EQ(printable("\xe0\x9f\xbf"), bad + bad + bad) << "overlong U+07FF";
  EXPECT_EQ(printable("\xf0\x8f\xbf\xbf"), bad + bad + bad + bad) << "overlong U+FFFF";
  EXPECT_EQ(printable("\xed\xa0\x80"), bad + bad + bad) << "the first surrogate";
  EXPECT_EQ(printable("\xed\xbf\xbf"), bad + bad + bad) << "the last surrogate";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), bad + bad + bad + bad) << "beyond U+10FFFF";
  EXPECT_EQ(printable("\xf5z"), bad + "z");
}

TEST(Printable, MarksACharacterThatIsCutOff) {
  EXPECT_EQ(printable("a\xc3"), "a" + bad);
  EXPECT_EQ(printable("\xe2\x82"), bad + bad);
  EXPECT_EQ(printable("\xe2\x82z"), bad + bad + "z");
  EXPECT_EQ(printable("\xf0\x9f\x98"), bad + bad + bad);
  EXPECT_EQ(printable("\xe2\x28\xa1"), bad + "(" + bad) << "broken in its middle";
}

TEST(Printable, CutsAtTheEdgeOfACharacter) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdef", 5), "abcde\u2026");
  EXPECT_EQ(printable("ab\u20ac", 5), "ab\u20ac");
  EXPECT_EQ(printable("ab\u20ac", 4), "ab\u2026");
  EXPECT_EQ(printable("a", 0), "\u2026");
  EXPECT_EQ(printable("", 0), "");
  EXPECT_EQ(printable(std::string(600, 'x')), std::string(500, 'x') + "\u2026");
}

TEST(Nearest, FindsTheCandidateThatWasMeant) {
  const std::vector<std::string> candidates{"interval", "timeout", "failures", "url"};
  EXPECT_EQ(nearest("intervall", candidates), "interval");
  EXPECT_EQ(nearest("timeuot", candidates), "timeout");
  EXPECT_EQ(nearest("failure", candidates), "failures");
  EXPECT_EQ(nearest("ur", candidates), "url");
  EXPECT_EQ(nearest("url", candidates), "url");
}

TEST(Nearest, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest("banana", {"interval", "url"}), "");
  EXPECT_EQ(nearest("url", {}), "");
  EXPECT_EQ(nearest("abcdef", {"abcxyz"}), "") << "three edits of six letters are too many";
  EXPECT_EQ(nearest("abcdef", {"abcdxy"}), "abcdxy") << "two are not";
}

TEST(Nearest, TakesTheFirstOfTwoThatAreEquallyNear) {
  EXPECT_EQ(nearest("cat", {"bat", "hat"}), "bat");
  EXPECT_EQ(nearest("hat", {"bat", "hat"}), "hat");
}

TEST(Split, GivesTheEmptyPartsToo) {
  EXPECT_THAT(split("a,b,c", ','), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split("a", ','), ElementsAre("a"));
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_THAT(split(",a,,", ','), ElementsAre("", "a", "", ""));
}

TEST(Trim, TakesBlanksOffBothEnds) {
  EXPECT_EQ(trim(" \t\r\na b\n"), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Plural, CountsThings) {
  EXPECT_EQ(plural(0, "failure"), "0 failures");
  EXPECT_EQ(plural(1, "failure"), "1 failure");
  EXPECT_EQ(plural(3, "failure"), "3 failures");
}

}  // namespace
}  // namespace ripcord
