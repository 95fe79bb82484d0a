#include "tests/tidy/rules.hpp"
#include "tests/tidy/said.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ripcord::tidy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "x;\n";
  return text;
}

TEST(FileLength, HasALimitForEachKind) {
  EXPECT_THAT(said(file_length, "lib/a/x.hpp", lines(250)), IsEmpty());
  EXPECT_THAT(said(file_length, "lib/a/x.hpp", lines(251)),
              ElementsAre("lib/a/x.hpp: 251 lines, at most 250"));
  EXPECT_THAT(said(file_length, "lib/a/x.cpp", lines(400)), IsEmpty());
  EXPECT_EQ(said(file_length, "lib/a/x.cpp", lines(401)).size(), 1U);
  EXPECT_THAT(said(file_length, "tests/a/x_test.cpp", lines(500)), IsEmpty());
  EXPECT_EQ(said(file_length, "tests/a/x_test.cpp", lines(501)).size(), 1U);
  EXPECT_THAT(said(file_length, "docs/x.md", lines(1000)), IsEmpty());
}

TEST(LineWidth, CountsCharacters) {
  EXPECT_THAT(said(line_width, "lib/a/x.cpp", std::string(100, 'x') + "\n"), IsEmpty());
  EXPECT_THAT(said(line_width, "lib/a/x.cpp", "\n" + std::string(101, 'x') + "\n"),
              ElementsAre("lib/a/x.cpp:2: 101 columns, at most 100"));
  EXPECT_THAT(said(line_width, "lib/a/x.cpp", std::string(98, 'x') + "é…\n"), IsEmpty());
}

TEST(LineWidth, IsForProgramsNotForProse) {
  const std::string wide(101, 'x');
  EXPECT_EQ(said(line_width, "dev", "#!/bin/sh\n" + wide + "\n").size(), 1U);
  EXPECT_EQ(said(line_width, "tests/CMakeLists.txt", wide + "\n").size(), 1U);
  EXPECT_THAT(said(line_width, "docs/x.md", wide + "\n"), IsEmpty());
}

TEST(PragmaOnce, IsTheFirstCodeOfAHeader) {
  EXPECT_THAT(said(pragma_once, "lib/a/x.hpp", "#pragma once\n\nint a;\n"), IsEmpty());
  EXPECT_THAT(said(pragma_once, "lib/a/x.hpp", "// Why.\n#pragma once\n"), IsEmpty());
  EXPECT_EQ(said(pragma_once, "lib/a/x.hpp", "int a;\n#pragma once\n").size(), 1U);
  EXPECT_EQ(said(pragma_once, "lib/a/x.hpp", "").size(), 1U);
  EXPECT_THAT(said(pragma_once, "lib/a/x.cpp", "int a;\n"), IsEmpty());
}

const std::string later = std::string("TO") + "DO";

TEST(Markers, AreSignedAndSayWhat) {
  EXPECT_THAT(said(markers, "dev", "# " + later + "(ann): mend it\n"), IsEmpty());
  EXPECT_EQ(said(markers, "lib/x.cpp", "// " + later + ": mend it\n").size(), 1U);
  EXPECT_EQ(said(markers, "lib/x.cpp", "// " + later + "(ann)\n").size(), 1U);
  EXPECT_EQ(said(markers, "lib/x.cpp", "// " + later + "(): x\n").size(), 1U);
  EXPECT_THAT(said(markers, "lib/x.cpp", "int " + later + "S;\n"), IsEmpty());
}

TEST(Markers, OfOtherKindsAreRefused) {
  EXPECT_EQ(said(markers, "docs/x.md", std::string("FIX") + "ME\n").size(), 1U);
  EXPECT_EQ(said(markers, "docs/x.md", std::string("X") + "XX\n").size(), 1U);
  EXPECT_EQ(said(markers, "docs/x.md", std::string("HA") + "CK\n").size(), 1U);
  EXPECT_THAT(said(markers, "dev", "mktemp /tmp/x.XXXXXX\n"), IsEmpty());
}

TEST(Blanks, AreReportedByTheirKind) {
  EXPECT_THAT(said(blanks, "dev", "a\n"), IsEmpty());
  EXPECT_THAT(said(blanks, "dev", "a\tb\n"), ElementsAre("dev:1: a tab"));
  EXPECT_THAT(said(blanks, "dev", "a \n"), ElementsAre("dev:1: a blank at the end"));
  EXPECT_THAT(said(blanks, "dev", "a\r\n"),
              ElementsAre("dev:1: the end of a line of another system"));
  EXPECT_THAT(said(blanks, "dev", "a\nb"), ElementsAre("dev:2: does not end with one end of line"));
  EXPECT_THAT(said(blanks, "dev", "a\n\n"),
              ElementsAre("dev:2: does not end with one end of line"));
  EXPECT_THAT(said(blanks, "dev", ""), ElementsAre("dev: is empty"));
  EXPECT_THAT(said(blanks, "dev", "<<<<<<< HEAD\n"), ElementsAre("dev:1: the mark of a merge"));
  EXPECT_THAT(said(blanks, "dev", ">>>>>>> other\n"), ElementsAre("dev:1: the mark of a merge"));
}

TEST(MachinePaths, AreRefusedEverywhere) {
  EXPECT_EQ(said(machine_paths, "docs/x.md", std::string("see /wo") + "rk/main\n").size(), 1U);
  EXPECT_THAT(said(machine_paths, "docs/x.md", "see /var/lib/ripcord\n"), IsEmpty());
}

}  // namespace
}  // namespace ripcord::tidy
