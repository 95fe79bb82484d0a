#include "probe/log/last_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ripcord::probe::log {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string frame(char stream, const std::string& payload) {
  std::string header(8, '\0');
  header[0] = stream;
  header[7] = static_cast<char>(payload.size());
  return header + payload;
}

TEST(LastLines, ArePrintableAndWithoutSecrets) {
  EXPECT_EQ(last_lines("one\r\ntwo\x1b[31m\npassword=hunter22 x\nunfinished", 1000),
            "one\ntwo [31m\npassword=*** x\nunfinished\n");
}

TEST(LastLines, LoseTheOldestWhenTheyAreTooMany) {
  EXPECT_EQ(last_lines("aaaa\nbbbb\ncccc\n", 10), "bbbb\ncccc\n");
  EXPECT_EQ(last_lines("aaaa\n", 3), "");
}

TEST(LastLines, OfAContainerComeInFrames) {
  const auto lines = last_lines_of_container(frame(1, "out\n") + frame(2, "err\n"), false, 1000);
  EXPECT_EQ(lines.value(), "out\nerr\n");
  EXPECT_EQ(last_lines_of_container("plain\n", true, 1000).value(), "plain\n");
  EXPECT_FALSE(last_lines_of_container("plain text\n", false, 1000));
}

TEST(LastLines, AreCutWhenTheyAreLong) {
  const std::string line = last_lines(std::string(100'000, 'x') + "end\n", 1'000'000);
  EXPECT_LT(line.size(), 2100U);
  EXPECT_THAT(line, Not(HasSubstr("end")));
}

}  // namespace
}  // namespace ripcord::probe::log
