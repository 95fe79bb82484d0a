#include "runtime/report_memory.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ripcord::runtime {
namespace {

TEST(ReportMemory, TakesEachOnce) {
  ReportMemory memory;
  EXPECT_TRUE(memory.add("a"));
  EXPECT_TRUE(memory.add("b"));
  EXPECT_FALSE(memory.add("a"));
}

TEST(ReportMemory, TakesAgainWhatWasNotTaken) {
  ReportMemory memory;
  EXPECT_TRUE(memory.add("a"));
  memory.remove("a");
  memory.remove("never there");
  EXPECT_TRUE(memory.add("a"));
}

TEST(ReportMemory, ForgetsTheOldestOfTooMany) {
  ReportMemory memory;
  EXPECT_TRUE(memory.add("first"));
  EXPECT_TRUE(memory.add("second"));
  for (std::size_t i = 2; i < ReportMemory::size_max; ++i) {
    EXPECT_TRUE(memory.add(std::to_string(i)));
  }
  EXPECT_TRUE(memory.add("one too many"));
  EXPECT_FALSE(memory.add("second"));
  EXPECT_TRUE(memory.add("first"));
}

}  // namespace
}  // namespace ripcord::runtime
