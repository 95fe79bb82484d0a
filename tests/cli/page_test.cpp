#include "ripcord/page.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ripcord::cli {
namespace {

constexpr Surface plain{};
constexpr Surface colour{.is_live = true, .has_colour = true, .width = 10};

TEST(Page, HasColourAndMovesOnATerminalOnly) {
  const Surface terminal = choose_surface(true, 100, 40, nullptr, "xterm");
  EXPECT_TRUE(terminal.is_live && terminal.has_colour);
  EXPECT_EQ(terminal.width, 100U);
  EXPECT_EQ(terminal.height, 40U);
  const Surface pipe = choose_surface(false, 100, 40, nullptr, "xterm");
  EXPECT_FALSE(pipe.is_live || pipe.has_colour);
  EXPECT_EQ(pipe.width, 0U);
}

TEST(Page, RespectsNoColorAndDumbTerminals) {
  const Surface without = choose_surface(true, 100, 40, "1", "xterm");
  EXPECT_TRUE(without.is_live);
  EXPECT_FALSE(without.has_colour);
  EXPECT_TRUE(choose_surface(true, 100, 40, "", "xterm").has_colour);
  for (const char* term : {"dumb", static_cast<const char*>(nullptr)}) {
    const Surface dumb = choose_surface(true, 100, 40, nullptr, term);
    EXPECT_FALSE(dumb.is_live || dumb.has_colour);
  }
}

TEST(Page, PaintsWithColourOnly) {
  const Line line{{"a "}, {"bad", Tone::bad}};
  EXPECT_EQ(render(line, plain), "a bad");
  EXPECT_EQ(render(line, colour), "a \x1b[31mbad\x1b[0m");
}

TEST(Page, CutsToTheWidthByCharacters) {
  EXPECT_EQ(render(Line{{"äöü"}, {"12345678", Tone::bad}}, colour), "äöü\x1b[31m1234567\x1b[0m");
  EXPECT_EQ(render(Line{{"0123456789"}, {"x", Tone::bad}}, colour), "0123456789");
}

TEST(Page, LetsNoEscapeSequenceThrough) {
  EXPECT_EQ(render(Line{{"a\x1b[2J\r\n\xff"}}, plain), "a [2J  \uFFFD");
  EXPECT_EQ(render(table({{{"\x1b]0;x\x07"}, {"b"}}}), plain), " ]0;x   b\n");
}

TEST(Page, AlignsColumns) {
  EXPECT_EQ(render(table({{{"a"}, {"b"}, {"c"}}, {{"äää"}, {"b"}, {""}}, {{"a"}}}, 1), plain),
            " a    b  c\n"
            " äää  b  \n"
            " a\n");
  EXPECT_TRUE(table({}).empty());
}

}  // namespace
}  // namespace ripcord::cli
