#include "ripcord/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace ripcord::cli {
namespace {

TEST(CliDocs, NameEveryCommand) {
  std::ifstream file(std::string(RIPCORD_DOCS) + "/cli.md");
  std::stringstream text;
  text << file.rdbuf();
  ASSERT_GE(command_names().size(), 17U);
  for (const std::string& command : command_names()) {
    EXPECT_THAT(text.str(), testing::ContainsRegex("\n### ripcord " + command + "[ \n]"));
  }
}

}  // namespace
}  // namespace ripcord::cli
